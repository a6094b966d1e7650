/**
 * Rows of a PAPR guest (QEMU pseries): windows, the H_PUT_TCE family and DMA. QEMU names a window by its
 * LIOBN, 0x80000000 | PHB << 8 | window (include/hw/pci-host/spapr.h, SPAPR_PCI_LIOBN), gives each PHB
 * one PE (PE# 1 here, requester ids unknown) and begins with a window of its own making.
 */
import { Op } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';
import type { ImportLog } from './import.ts';

/** Every virtual PHB is one PE. */
const PE = 1;
const PCI_LIOBN = 0x8000_0000;
/** QEMU hw/ppc/spapr_pci.c: dma_win_addr, dma_win_size and the 4 KiB pages of the default window. */
const DEFAULT_WINDOW = { pageShift: 12, bytes: 1n << 30n, start: 0n } as const;

interface Window {
  readonly pageShift: number;
  readonly start: bigint;
}

export class PseriesRows {
  private readonly windows = new Map<number, Window>();

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
  ) {}

  /** The guest created a window (ibm,create-pe-dma-window). */
  create(liobn: number, pageShift: number, bytes: bigint, start: bigint): void {
    this.windows.set(liobn, { pageShift, start });
    this.add(liobn, { op: Op.create, length: pageShift, address: start, value: bytes });
  }

  /** The guest removed a window. */
  remove(liobn: number): void {
    const window = this.window(liobn);
    if (!window) return;
    this.add(liobn, { op: Op.remove, address: window.start });
    this.windows.delete(liobn);
  }

  /** The guest reset the windows of a PHB: only the default one is left. */
  reset(phb: number): void {
    for (const liobn of [...this.windows.keys()]) {
      if (phbOf(liobn) === phb && (liobn & 1) === 1) this.remove(liobn);
    }
  }

  put(liobn: number, address: bigint, tce: bigint): void {
    this.list(liobn, Op.put, address, tce, 1);
  }

  /** H_PUT_TCE_INDIRECT of a list whose entries step by the page size. */
  indirect(liobn: number, address: bigint, first: bigint, count: number): void {
    this.list(liobn, Op.indirect, address, first, count);
  }

  stuff(liobn: number, address: bigint, tce: bigint, count: number): void {
    this.list(liobn, Op.stuff, address, tce, count);
  }

  /** A DMA at `offset` from the window's start; `real` as in the trace's value column. */
  dma(liobn: number, dma: { op: number; offset: bigint; length: number; real: bigint }): void {
    const window = this.window(liobn);
    if (!window) return;
    const { op, offset, length, real } = dma;
    this.add(liobn, { op, length, address: window.start + offset, value: real });
  }

  /** Bytes of a window's pages; 4 KiB where the window is unknown. */
  pageBytes(liobn: number): bigint {
    return 1n << BigInt(this.windows.get(liobn)?.pageShift ?? DEFAULT_WINDOW.pageShift);
  }

  /** Bus address where a window begins; 0 where the window is unknown. */
  start(liobn: number): bigint {
    return this.windows.get(liobn)?.start ?? DEFAULT_WINDOW.start;
  }

  private list(liobn: number, op: number, address: bigint, value: bigint, count: number): void {
    if (!this.window(liobn)) return;
    this.add(liobn, { op, length: count, address, value });
  }

  private window(liobn: number): Window | undefined {
    const known = this.windows.get(liobn);
    if (known) return known;
    if (liobn < PCI_LIOBN) {
      this.log.expected('window of a virtual device, not of a PHB');
      return undefined;
    }
    if ((liobn & 1) === 1) {
      this.log.expected('window whose creation is not in the source');
      return undefined;
    }
    const { pageShift, bytes, start } = DEFAULT_WINDOW;
    this.create(liobn, pageShift, bytes, start);
    return this.windows.get(liobn);
  }

  private add(
    liobn: number,
    row: { op: number; length?: number; address: bigint; value?: bigint },
  ): void {
    this.rows.add({ ...row, phb: phbOf(liobn), pe: PE });
  }
}

function phbOf(liobn: number): number {
  return (liobn >>> 8) & 0xff;
}
