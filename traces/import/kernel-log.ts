/**
 * A Linux kernel's log of trace events, in whichever envelope: events/iommu, events/dma, and hypercalls of a
 * KVM guest become rows. A mapping is no DMA: apart from faults these logs have no requests, unless the user
 * asks for one with each mapping.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { parseSize } from '../../models/size.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { ByteNames } from './byte-names.ts';
import { DmaEvents } from './dma-events.ts';
import { HcallEvents } from './hcall-events.ts';
import type { ByteLineFormat, ByteLineParser, ImportLog, ImportOption } from './import.ts';
import { IommuEvents } from './iommu-events.ts';
import type { Envelope } from './kernel-envelope.ts';
import type { TakeEvent } from './kernel-event.ts';
import { KernelLine } from './kernel-line.ts';
import { KernelRows } from './kernel-rows.ts';
import { MomentQueue } from './moment-queue.ts';
import { type PciFunction, parsePciName } from './pci-name.ts';

type Options = Readonly<Record<string, string>>;

/** The value of the option `device` that names none. */
const NO_DEVICE = 'none';

const OPTIONS: readonly ImportOption[] = [
  {
    name: 'touch',
    description:
      'map: a DMA over each mapping when it is made, in its direction (a read where it has both); none: no DMA',
    preset: 'none',
  },
  {
    name: 'device',
    description:
      'whose the mappings of events/iommu are that no other event names, such as 0001:c2:00.0',
    preset: NO_DEVICE,
  },
  {
    name: 'page',
    description: 'I/O page, to whole ones of which mappings are widened: that of the window',
    preset: '4K',
  },
];

const PARAMETERS = {
  windows: 'none in the log: the replay must be given one',
  requests: 'DMAs that faulted, and one for each mapping where touch=map',
  assumed:
    'real addresses that the log lacks are the bus address within 1 TiB; directions it lacks are both; a fault is of 16 bytes or up to its page end',
};

/** What differs between the formats: the tool that wrote the events. */
type KernelLogSource = Pick<ByteLineFormat, 'name' | 'description' | 'matches'> & {
  readonly envelope: Envelope;
};

/** A format of kernel events in an envelope. */
export function kernelLogFormat({ envelope, ...source }: KernelLogSource): ByteLineFormat {
  return {
    ...source,
    options: OPTIONS,
    clock: () => 'time',
    parameters: PARAMETERS,
    parser: (rows, log, _place, options) => new KernelLogParser(envelope, rows, log, options),
  };
}

const LINE_FEED = 0x0a;
/** Events of other kinds that are counted by name; beyond, they are counted together. */
const NAMED_EVENTS_MAX = 64;

interface NamedEvent {
  readonly name: string;
  readonly take: TakeEvent;
}

class KernelLogParser implements ByteLineParser {
  private readonly line = new KernelLine();
  private readonly events: ByteNames<NamedEvent>;
  private others = 0;
  private readonly moments = new MomentQueue();

  constructor(
    private readonly envelope: Envelope,
    buffer: RowBuffer,
    private readonly log: ImportLog,
    options: Options,
  ) {
    const touches = isTouched(options);
    const rows = new KernelRows(buffer, log, { pageBytes: pageIn(options), touches });
    const iommu = new IommuEvents(rows, this.moments, log, deviceIn(options));
    const dma = new DmaEvents(rows, this.moments, log, iommu);
    const hcalls = new HcallEvents(rows, this.moments, log);
    const named = [iommu, dma, hcalls].flatMap(({ events }) => Object.entries(events));
    this.events = new ByteNames(
      named.map(([name, take]) => [name, { name, take }]),
      ':',
    );
  }

  acceptBytes(bytes: Uint8Array, from: number, number: number): number {
    const line = this.line;
    line.bytes = bytes;
    line.at = from;
    if (!this.envelope.read(line)) {
      this.around(bytes, from, number);
      return bytes.indexOf(LINE_FEED, from) + 1;
    }
    const { name, take } = this.events.find(bytes, line.nameFrom) ?? this.other(bytes);
    try {
      take(line);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.log.malformed(number, `${name}: ${error.message}`);
    }
    return bytes.indexOf(LINE_FEED, line.from) + 1;
  }

  finish(): void {
    this.moments.finish();
  }

  /** A line that is no event. */
  private around(bytes: Uint8Array, from: number, number: number): void {
    const text = textOf(bytes, from, bytes.indexOf(LINE_FEED, from));
    const what = this.envelope.around.find(([form]) => form.test(text))?.[1];
    if (what === undefined) this.log.malformed(number, 'no event');
    else this.log.expected(what);
  }

  /** An event that makes no rows and was not met before: it is counted by its name. */
  private other(bytes: Uint8Array): NamedEvent {
    const { events, log } = this;
    if (this.others === NAMED_EVENTS_MAX) {
      return { name: 'other event', take: () => log.expected('other event') };
    }
    const name = textOf(bytes, this.line.nameFrom, events.end);
    const event = { name, take: () => log.expected(`other event: ${name}`) };
    events.add(name, event);
    this.others += 1;
    return event;
  }
}

function isTouched({ touch }: Options): boolean {
  if (touch === 'none' || touch === 'map') return touch === 'map';
  throw new InputError(`option touch: expected none or map, got '${touch}'`);
}

function deviceIn({ device = NO_DEVICE }: Options): PciFunction | undefined {
  const found = parsePciName(device);
  if (found || device === NO_DEVICE) return found;
  throw new InputError(
    `option device: expected domain:bus:device.function, such as 0001:c2:00.0, got '${device}'`,
  );
}

/** The I/O pages of a window, from 4 KiB to 1 GiB. */
function pageIn({ page = '' }: Options): number {
  const bytes = parseSize(page, 'option page');
  const shift = log2Exact(bytes);
  if (shift >= 12 && shift <= 30) return Number(bytes);
  throw new InputError(`option page: expected a power of two, 4K .. 1G, got '${page}'`);
}

function textOf(bytes: Uint8Array, from: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(from, end));
}
