/**
 * QEMU's trace log (`-trace` or `-d trace:`), a line an event, `TID@SEC.USEC:` in front or not
 * (scripts/tracetool/backend/log.py). An emulated guest runs at no real speed, so the order of the lines
 * is the only clock.
 */
import { InputError } from '../../models/input-error.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { ASSUMED_DMA } from './assumed-dma.ts';
import { half, word } from './fields.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';
import { PowernvRows } from './powernv-rows.ts';
import { PseriesRows } from './pseries-rows.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { QemuNvme } from './qemu-nvme.ts';
import { QemuPowernv } from './qemu-powernv.ts';
import { QemuPseries } from './qemu-pseries.ts';

const LINE = /^(?:\d+@\d+\.\d+:)?(\w+) (.*)$/;
/** The region of a pseries window: `tce-iommu-80000001` (hw/ppc/spapr_iommu.c). */
const PSERIES_REGION = /^tce-iommu-([0-9a-f]+)$/;
const KNOWN_EVENT = /^(?:\d+@\d+\.\d+:)?(?:spapr_iommu_|pnv_phb_|iommu_dma |pci_nvme_)/;

export const qemuLogFormat: LineFormat = {
  name: 'qemu-log',
  description: 'QEMU trace log with spapr_iommu_*, pnv_phb_* or iommu_dma events',
  clock: () => 'order',
  parameters: { assumed: ASSUMED_DMA },
  matches: (lines) => lines.some((line) => KNOWN_EVENT.test(line)),
  parser: (rows, log) => new QemuLogParser(rows, log),
};

class QemuLogParser implements LineParser {
  private readonly powernv: QemuPowernv;
  private readonly pseries: QemuPseries;
  private readonly groups: readonly QemuEventGroup[];
  private readonly events: ReadonlyMap<string, QemuEvent>;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
  ) {
    const nvme = new QemuNvme();
    this.powernv = new QemuPowernv(new PowernvRows(rows), log);
    this.pseries = new QemuPseries(new PseriesRows(rows, log), nvme, log);
    this.groups = [this.powernv, this.pseries, nvme];
    const dma: QemuEvent = {
      form: /^(\S+) iova=(\w+) len_in=(\w+) len=(\w+) w=([01]) pa=(\w+) mask=\w+ perm=\d$/,
      take: (fields) => this.dma(fields),
    };
    const known = this.groups.flatMap(({ events }) => Object.entries(events));
    this.events = new Map([...known, ['iommu_dma', dma]]);
  }

  accept(line: string, number: number): void {
    const [, name = '', text = ''] = LINE.exec(line) ?? [];
    const event = this.events.get(name);
    if (!event) {
      this.log.expected('other event');
      return;
    }
    for (const group of this.groups) group.settle(name);
    try {
      const found = event.form.exec(text);
      if (!found) throw new InputError('the arguments have another form');
      event.take(found.slice(1));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.log.malformed(number, `${name}: ${error.message}`);
    }
  }

  finish(): void {
    for (const group of this.groups) group.settle('');
  }

  private dma([region = '', address, asked, length, write, real]: readonly string[]): void {
    const piece = {
      address: word(address, 'iova'),
      asked: half(asked, 'len_in'),
      length: half(length, 'len'),
      write: write === '1',
      real: word(real, 'pa'),
    };
    const liobn = PSERIES_REGION.exec(region)?.[1];
    if (liobn === undefined) this.powernv.dma(piece);
    else this.pseries.dma(half(liobn, 'region'), piece);
  }
}
