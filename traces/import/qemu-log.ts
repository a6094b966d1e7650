/**
 * QEMU's trace log (`-trace` or `-d trace:`), a line an event, with `-msg timestamp=on` behind
 * `TID@SEC.USEC:` (scripts/tracetool/backend/log.py) or, from QEMU 10.2 on, behind the time in ISO 8601
 * (util/message.c). An emulated guest runs at no real speed, so the order of the lines is the only clock.
 */
import { InputError } from '../../models/input-error.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { ASSUMED_DMA } from './assumed-dma.ts';
import { ByteNames } from './byte-names.ts';
import { describeField } from './fields.ts';
import type { ByteLineFormat, ByteLineParser, ImportLog } from './import.ts';
import { PowernvRows } from './powernv-rows.ts';
import { PseriesRows } from './pseries-rows.ts';
import { QemuAddressSpaces } from './qemu-address-spaces.ts';
import { QemuDma } from './qemu-dma.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { QemuHypercalls } from './qemu-hypercalls.ts';
import { QemuNvme } from './qemu-nvme.ts';
import { QemuPowernv } from './qemu-powernv.ts';
import { QemuPseries } from './qemu-pseries.ts';
import { QemuVfio } from './qemu-vfio.ts';

const KNOWN_EVENT =
  /^(?:\d+-\S+Z )?(?:spapr_iommu_|pnv_phb_|iommu_dma |pci_nvme_|vfio_|address_space_map )/;
/** What only QEMU writes in front of an event, whichever it is. */
const ANY_EVENT = /^\d+@\d+\.\d+:[a-z]\w* /;
/** QEMU's events are named after their part of it: `pci_cfg_read`. */
const EVENT_NAME = /^[a-z]\w{0,62}_\w{1,63}$/;
const NAME_BYTES_MAX = 127;
/** Other events that are counted by name. */
const NAMED_EVENTS_MAX = 64;

const PREFIXES = 'TID@SEC.USEC:, a time in ISO 8601 or nothing';
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const AT = 0x40;
/** Bytes of `@SEC.USEC` from the year 2001 to 2286, when seconds have ten digits. */
const TIME_BYTES = 18;

export const qemuLogFormat: ByteLineFormat = {
  name: 'qemu-log',
  description:
    'QEMU trace log with spapr_iommu_*, pnv_phb_*, vfio_*, iommu_dma or address_space_map events',
  clock: () => 'order',
  parameters: { assumed: ASSUMED_DMA },
  matches: (lines) => lines.some((line) => KNOWN_EVENT.test(line) || ANY_EVENT.test(line)),
  parser: (rows, log) => new QemuLogParser(rows, log),
};

interface NamedEvent extends QemuEvent {
  readonly name: string;
}

/** Why lines with an event of this name give no row. */
interface OtherEvent {
  readonly reason: string;
}

class QemuLogParser implements ByteLineParser {
  private readonly powernv: QemuPowernv;
  private readonly pseries: QemuPseries;
  private readonly vfio: QemuVfio;
  private readonly spaces: QemuAddressSpaces;
  private readonly events: ByteNames<NamedEvent>;
  private readonly others = new ByteNames<OtherEvent>([]);
  private otherNames = 0;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
  ) {
    const windows = new PseriesRows(rows, log);
    const nvme = new QemuNvme();
    this.spaces = new QemuAddressSpaces(rows, log);
    this.powernv = new QemuPowernv(new PowernvRows(rows), log);
    this.pseries = new QemuPseries(windows, nvme, this.spaces, log);
    this.vfio = new QemuVfio(windows, log);
    const groups: QemuEventGroup[] = [
      ...[this.powernv, this.pseries, this.vfio, this.spaces, nvme],
      new QemuHypercalls(windows, log),
      new QemuDma(this.powernv, this.pseries),
    ];
    const named = groups.flatMap(({ events }) => Object.entries(events));
    this.events = new ByteNames(named.map(([name, event]) => [name, { name, ...event }]));
  }

  acceptBytes(bytes: Uint8Array, from: number, number: number): number {
    const events = this.events;
    const event = events.find(bytes, behindPrefix(bytes, from));
    if (!event || bytes[events.end] !== SPACE) {
      if (event) this.log.malformed(number, `${event.name}: expected arguments`);
      else this.other(bytes, from, number);
      return bytes.indexOf(LINE_FEED, from) + 1;
    }
    this.settle(event.name);
    const next = event.form.read(bytes, events.end + 1);
    if (next < 0) {
      this.log.malformed(number, `${event.name}: ${event.form.explain(bytes, events.end + 1)}`);
      return bytes.indexOf(LINE_FEED, from) + 1;
    }
    try {
      event.take();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.log.malformed(number, `${event.name}: ${error.message}`);
    }
    return next;
  }

  finish(): void {
    this.settle('');
    this.spaces.finish();
  }

  /** A line that begins with no event that makes rows. */
  private other(bytes: Uint8Array, from: number, number: number): void {
    const hidden = this.hiddenEvent(bytes, from);
    if (hidden < 0) {
      this.log.expected(this.reasonFor(bytes, behindPrefix(bytes, from)));
      return;
    }
    const name = textOf(bytes, hidden, this.events.end);
    const got = describeField(textOf(bytes, from, hidden));
    this.log.malformed(number, `${name}: expected ${PREFIXES} in front of it, got ${got}`);
  }

  /** Where an event that makes rows begins behind what QEMU does not write in front of one; -1: nowhere. */
  private hiddenEvent(bytes: Uint8Array, from: number): number {
    const { events } = this;
    for (let at = from; bytes[at] !== LINE_FEED; at += 1) {
      const isStart = bytes[at] <= SPACE || bytes[at] === COLON;
      if (isStart && events.find(bytes, at + 1) && bytes[events.end] === SPACE) return at + 1;
    }
    return -1;
  }

  /** Why such a line gives no row; events are told apart by name. */
  private reasonFor(bytes: Uint8Array, from: number): string {
    const known = this.others.find(bytes, from);
    if (known) return known.reason;
    const name = textOf(bytes, from, Math.min(this.others.end, from + NAME_BYTES_MAX + 1));
    if (!EVENT_NAME.test(name)) return 'text that is no event';
    if (this.otherNames === NAMED_EVENTS_MAX) return 'other event';
    const reason = `other event: ${name}`;
    this.otherNames += 1;
    this.others.add(name, { reason });
    return reason;
  }

  /** What waited for another event than the one that comes next becomes a row. */
  private settle(next: string): void {
    this.powernv.settle(next);
    this.pseries.settle(next);
    this.vfio.settle(next);
    this.spaces.settle(next);
  }
}

/** Where the event's name begins; the beginning of the line where nothing known stands in front. */
function behindPrefix(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  if (at === from) return from;
  if (bytes[at] === AT && bytes[at + TIME_BYTES] === COLON) return at + TIME_BYTES + 1;
  // The old form ends with a colon, the time in ISO 8601 with a space.
  const end = bytes[at] === AT ? COLON : SPACE;
  while (bytes[at] > SPACE && bytes[at] !== end) at += 1;
  return bytes[at] === end ? at + 1 : from;
}

function textOf(bytes: Uint8Array, from: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(from, end));
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
