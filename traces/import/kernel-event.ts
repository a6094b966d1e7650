/**
 * An event of a Linux kernel, freed from the envelope that ftrace, perf or trace-cmd wrote around it. The
 * payload is the kernel's own text (TP_printk) and the same in all three.
 */
import type { Word } from '../word.ts';

/** One event; the bytes are those of the log and stay there until the next line is read. */
export interface KernelEvent {
  readonly bytes: Uint8Array;
  /** Where the payload begins in `bytes`; it ends with the line. */
  readonly from: number;
  readonly timeNs: Word;
  /** Names the thread on whose processor it happened: its pid, below 0 where it is an idle one. */
  readonly thread: number;
  /** The payload as text, without blanks at its end; for events that are not frequent. */
  readonly payload: string;
}

/** What takes the events of one kind; InputError says that an event could not be used. */
export type TakeEvent = (event: KernelEvent) => void;

/** Events that belong together, by name. */
export interface KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>>;
}
