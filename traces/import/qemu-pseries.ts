/**
 * QEMU's events of a PAPR guest (hw/ppc/trace-events): the H_PUT_TCE family, the DDW calls, and
 * translations. Stock QEMU logs a translation without direction and length; a build with iommu_dma and
 * spapr_iommu_indirect_entry added has both, and then those lines are what counts.
 */

import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { Op, REFUSED } from '../format.ts';
import { assumeDma } from './assumed-dma.ts';
import { count, half, word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { PseriesRows } from './pseries-rows.ts';
import type { DmaPiece, QemuEvent, QemuEventGroup } from './qemu-event.ts';
import { type QemuNvme, SUBMISSION_ENTRY_BYTES } from './qemu-nvme.ts';
import { Refusals } from './refusals.ts';

/** A refused DMA without length is tried on 4 bytes further. */
const RETRY_BYTES = 4n;

interface Translation {
  readonly liobn: number;
  readonly offset: bigint;
  readonly real: bigint;
  readonly permission: number;
}

interface ListEntry {
  readonly address: bigint;
  readonly tce: bigint;
}

export class QemuPseries implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;
  private waiting: Translation | undefined;
  private entries: ListEntry[] = [];
  private hasDmaLines = false;
  private readonly refusals = new Refusals();

  constructor(
    private readonly rows: PseriesRows,
    private readonly nvme: QemuNvme,
    private readonly log: ImportLog,
  ) {
    this.events = {
      ...this.hypercalls('spapr_iommu'),
      ...this.hypercalls('spapr_iommu_pci'),
      ...this.windowCalls(),
      spapr_iommu_xlate: {
        form: /^liobn=(\w+) (\w+) -> (\w+) perm=(\d) mask=(\w+)$/,
        take: (fields) => this.translation(fields),
      },
    };
  }

  /** An `iommu_dma` line of this PHB's region. */
  dma(liobn: number, piece: DmaPiece): void {
    this.hasDmaLines = true;
    this.waiting = undefined;
    const { address, asked, length, write, real } = piece;
    const op = write ? Op.write : Op.read;
    if (length > 0) {
      this.refusals.end();
      this.rows.dma(liobn, { op, offset: address, length, real });
      return;
    }
    if (this.refusals.continues(`${liobn} ${write}`, address, BigInt(asked) - 1n)) {
      this.log.expected('retry of a refused DMA');
      return;
    }
    this.rows.dma(liobn, { op, offset: address, length: asked, real: REFUSED });
  }

  /** A waiting translation with no DMA line behind it stands for the DMA itself. */
  settle(next: string): void {
    const waiting = this.waiting;
    if (!waiting || next === 'iommu_dma') return;
    this.waiting = undefined;
    if (waiting.permission === 0) {
      this.refused(waiting);
      return;
    }
    this.refusals.end();
    const { liobn, offset, real } = waiting;
    const isFetch = next === 'pci_nvme_io_cmd' || next === 'pci_nvme_admin_cmd';
    const known = isFetch
      ? { op: Op.read, length: SUBMISSION_ENTRY_BYTES }
      : this.nvme.take(this.rows.start(liobn) + offset);
    const dma = known ? { ...known, real } : assumeDma(real, waiting.permission, this.log);
    this.rows.dma(liobn, { offset, ...dma });
  }

  private refused({ liobn, offset, real, permission }: Translation): void {
    if (this.refusals.continues(`${liobn}`, offset, RETRY_BYTES)) {
      this.log.expected('retry of a refused DMA');
      return;
    }
    this.rows.dma(liobn, { offset, ...assumeDma(real, permission, this.log) });
  }

  private translation([liobn, offset, page, permission, mask]: readonly string[]): void {
    if (this.hasDmaLines) return;
    const at = word(offset, 'address');
    this.waiting = {
      liobn: half(liobn, 'liobn'),
      offset: at,
      real: word(page, 'page') | (at & word(mask, 'mask')),
      permission: count(permission, 'perm', 2),
    };
  }

  private hypercalls(prefix: string): Record<string, QemuEvent> {
    return {
      [`${prefix}_put`]: {
        form: /^liobn=(\w+) ioba=(\w+) tce=(\w+) ret=(-?\d+)$/,
        take: ([liobn, ioba, tce, ret]) => {
          if (!this.succeeded(ret)) return;
          this.rows.put(half(liobn, 'liobn'), word(ioba, 'ioba'), word(tce, 'tce'));
        },
      },
      [`${prefix}_stuff`]: {
        form: /^liobn=(\w+) ioba=(\w+) tcevalue=(\w+) npages=(\d+) ret=(-?\d+)$/,
        take: ([liobn, ioba, tce, pages, ret]) => {
          if (this.succeeded(ret)) this.stuff(liobn, ioba, tce, pages);
        },
      },
      [`${prefix}_indirect_entry`]: {
        form: /^liobn=\w+ ioba=(\w+) tce=(\w+) ret=(-?\d+)$/,
        take: ([ioba, tce, ret]) => {
          const entry = { address: word(ioba, 'ioba'), tce: word(tce, 'tce') };
          if (ret === '0') this.entries.push(entry);
        },
      },
      [`${prefix}_indirect`]: {
        form: /^liobn=(\w+) ioba=(\w+) tcelist=\w+ iobaN=(\w+) tceN=(\w+) ret=(-?\d+)$/,
        take: (fields) => this.indirect(fields),
      },
    };
  }

  private windowCalls(): Record<string, QemuEvent> {
    return {
      spapr_iommu_ddw_create: {
        form: /^buid=\w+ addr=\w+, page size=(\w+), requested=(\w+), start addr=(\w+), liobn=(\w+)$/,
        take: ([page, bytes, start, liobn]) => {
          const pageShift = log2Exact(word(page, 'page size'));
          if (Number.isNaN(pageShift)) {
            throw new InputError(`page size: expected a power of two, got ${page}`);
          }
          const window = half(liobn, 'liobn');
          this.rows.create(window, pageShift, word(bytes, 'requested'), word(start, 'start addr'));
        },
      },
      spapr_iommu_ddw_remove: {
        form: /^liobn=(\w+)$/,
        take: ([liobn]) => this.rows.remove(half(liobn, 'liobn')),
      },
      spapr_iommu_ddw_reset: {
        form: /^buid=(\w+) addr=\w+$/,
        take: ([buid]) => this.rows.reset(Number(word(buid, 'buid') & 0xffn)),
      },
    };
  }

  /** QEMU logs the address behind the last page. */
  private stuff(liobn?: string, end?: string, tce?: string, pages?: string): void {
    const window = half(liobn, 'liobn');
    const entries = count(pages, 'npages', 32);
    const first = word(end, 'ioba') - BigInt(entries) * this.rows.pageBytes(window);
    if (first < 0n) throw new InputError(`ioba: expected the end of ${entries} pages, got ${end}`);
    this.rows.stuff(window, first, word(tce, 'tcevalue'), entries);
  }

  /** QEMU logs the first address, the last index and the last TCE; Linux's lists are linear. */
  private indirect([liobn, ioba, lastIndex, lastTce, ret]: readonly string[]): void {
    const window = half(liobn, 'liobn');
    const { entries } = this;
    this.entries = [];
    if (entries.length > 0) {
      this.linearRuns(window, entries);
      return;
    }
    if (!this.succeeded(ret)) return;
    const last = word(lastIndex, 'iobaN');
    const first = word(lastTce, 'tceN') - last * this.rows.pageBytes(window);
    if (first < 0n) throw new InputError(`tceN: expected the end of a linear list, got ${lastTce}`);
    this.rows.indirect(window, word(ioba, 'ioba'), first, Number(last) + 1);
  }

  /** Logged entries as rows: one for each run in which address and TCE step by the page. */
  private linearRuns(liobn: number, entries: readonly ListEntry[]): void {
    const step = this.rows.pageBytes(liobn);
    let from = 0;
    for (let at = 1; at <= entries.length; at += 1) {
      const before = entries[at - 1] as ListEntry;
      const entry = entries[at];
      if (entry?.address === before.address + step && entry.tce === before.tce + step) continue;
      const first = entries[from] as ListEntry;
      this.rows.indirect(liobn, first.address, first.tce, at - from);
      from = at;
    }
  }

  private succeeded(ret: string | undefined): boolean {
    if (ret === '0') return true;
    this.log.expected('failed hypercall');
    return false;
  }
}
