/**
 * An event of a Linux kernel, freed from the envelope that ftrace, perf or trace-cmd wrote around it. The
 * payload is the kernel's own text (TP_printk) and the same in all three.
 */

/** One event. */
export interface KernelEvent {
  /** Without its system: `map`, `dma_map_page`. */
  readonly name: string;
  readonly payload: string;
  readonly timeNs: bigint;
  /** Of the thread on whose processor it happened. */
  readonly pid: number;
}

/** What takes the events of one kind; InputError says that an event could not be used. */
export type TakeEvent = (event: KernelEvent) => void;

/** Events that belong together, by name. */
export interface KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>>;
}

/** How a tool writes events down. */
export interface Envelope {
  /** The event of a line; undefined where the line is none. */
  read(line: string): KernelEvent | undefined;
  /** Why a line that is no event rightly stands there; undefined where nobody knows. */
  explain(line: string): string | undefined;
}

/** Lines around the events: what they look like, and what they are. */
export type LinesAround = readonly (readonly [form: RegExp, what: string])[];

/** A gap in a log, as the account of an import has it. */
export const GAP = 'GAP: the kernel lost events here';

const NS_DIGITS = 9;

/**
 * The envelope of lines that match `form`, whose groups are pid, seconds, fraction of 6 or 9 digits, event
 * and payload.
 */
export function lineEnvelope(form: RegExp, around: LinesAround): Envelope {
  return {
    read(line) {
      const found = form.exec(line);
      if (!found) return undefined;
      const [pid, seconds, fraction, name, payload] = found.slice(1) as FiveTexts;
      const timeNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(NS_DIGITS, '0'));
      return { name, payload: payload.trimEnd(), timeNs, pid: Number(pid) };
    },
    explain: (line) => around.find(([each]) => each.test(line))?.[1],
  };
}

type FiveTexts = [string, string, string, string, string];
