/**
 * QEMU's trace log (`-trace` or `-d trace:`), a line an event, with `-msg timestamp=on` behind
 * `TID@SEC.USEC:` (scripts/tracetool/backend/log.py) or, from QEMU 10.2 on, behind the time in ISO 8601
 * (util/message.c). An emulated guest runs at no real speed, so the order of the lines is the only clock.
 */
import { InputError } from '../../models/input-error.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { ASSUMED_DMA } from './assumed-dma.ts';
import { ByteNames } from './byte-names.ts';
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
  /^(?:\d+@\d+\.\d+:|\d+-\S+Z )?(?:spapr_iommu_|pnv_phb_|iommu_dma |pci_nvme_|vfio_|address_space_map )/;

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
  matches: (lines) => lines.some((line) => KNOWN_EVENT.test(line)),
  parser: (rows, log) => new QemuLogParser(rows, log),
};

interface NamedEvent extends QemuEvent {
  readonly name: string;
}

class QemuLogParser implements ByteLineParser {
  private readonly powernv: QemuPowernv;
  private readonly pseries: QemuPseries;
  private readonly vfio: QemuVfio;
  private readonly spaces: QemuAddressSpaces;
  private readonly events: ByteNames<NamedEvent>;

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
      this.log.expected('other event');
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

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
