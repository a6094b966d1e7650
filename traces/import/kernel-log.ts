/**
 * A Linux kernel's log of trace events, in whichever envelope: events/iommu, events/dma, and hypercalls of a
 * KVM guest become rows. A mapping is no DMA: apart from faults these logs have no requests, unless the user
 * asks for one with each mapping.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { parseSize } from '../../models/size.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { DmaEvents } from './dma-events.ts';
import { HcallEvents } from './hcall-events.ts';
import type { ImportLog, ImportOption, LineFormat, LineParser } from './import.ts';
import { IommuEvents } from './iommu-events.ts';
import type { Envelope, TakeEvent } from './kernel-event.ts';
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
type KernelLogSource = Pick<LineFormat, 'name' | 'description' | 'matches'> & {
  readonly envelope: Envelope;
};

/** A format of kernel events in an envelope. */
export function kernelLogFormat({ envelope, ...source }: KernelLogSource): LineFormat {
  return {
    ...source,
    options: OPTIONS,
    clock: () => 'time',
    parameters: PARAMETERS,
    parser: (rows, log, _place, options) => new KernelLogParser(envelope, rows, log, options),
  };
}

/** Events of other kinds that are counted by name; beyond, they are counted together. */
const NAMED_EVENTS_MAX = 64;

class KernelLogParser implements LineParser {
  private readonly events: ReadonlyMap<string, TakeEvent>;
  private readonly others = new Set<string>();
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
    this.events = new Map([iommu, dma, hcalls].flatMap(({ events }) => Object.entries(events)));
  }

  accept(line: string, number: number): void {
    const event = this.envelope.read(line);
    if (!event) {
      const reason = this.envelope.explain(line);
      if (reason === undefined) this.log.malformed(number, 'no event');
      else this.log.expected(reason);
      return;
    }
    const take = this.events.get(event.name);
    if (!take) {
      this.other(event.name);
      return;
    }
    try {
      take(event);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.log.malformed(number, `${event.name}: ${error.message}`);
    }
  }

  finish(): void {
    this.moments.finish();
  }

  private other(name: string): void {
    if (this.others.size < NAMED_EVENTS_MAX) this.others.add(name);
    this.log.expected(this.others.has(name) ? `other event: ${name}` : 'other event');
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
function pageIn({ page = '' }: Options): bigint {
  const bytes = parseSize(page, 'option page');
  const shift = log2Exact(bytes);
  if (shift >= 12 && shift <= 30) return bytes;
  throw new InputError(`option page: expected a power of two, 4K .. 1G, got '${page}'`);
}
