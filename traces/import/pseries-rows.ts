/**
 * Rows of a PAPR guest (QEMU pseries): windows, the H_PUT_TCE family and DMA. QEMU names a window by its
 * LIOBN (liobn.ts), gives each PHB one PE (PE# 1 here, requester ids unknown) and begins with a window of its
 * own making.
 */
import { Op } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { Word, wordOf } from '../word.ts';
import type { ImportLog } from './import.ts';
import { isPciLiobn, phbOfLiobn } from './liobn.ts';

/** Every virtual PHB is one PE. */
const PE = 1;
/** QEMU hw/ppc/spapr_pci.c: dma_win_addr, dma_win_size and the 4 KiB pages of the default window. */
const DEFAULT_WINDOW: NewWindow = { pageShift: 12, bytes: wordOf(1n << 30n), start: new Word() };
const NOTHING: Readonly<Word> = new Word();

/** A window that is created; without levels the replay chooses. */
export interface NewWindow {
  readonly pageShift: number;
  readonly bytes: Word;
  readonly start: Word;
  readonly levels?: number;
}

interface Window {
  readonly pageShift: number;
  readonly start: Word;
  readonly bytes: Word;
}

export class PseriesRows {
  private readonly windows = new Map<number, Window>();
  /** The window that was looked up last; mostly the next line has the same. */
  private lastLiobn = 0;
  private lastWindow: Window | undefined;
  private readonly address = new Word();

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
  ) {}

  /** A window came to be (ibm,create-pe-dma-window, or VFIO's call on a host). */
  create(liobn: number, { pageShift, bytes, start, levels = 0 }: NewWindow): void {
    this.windows.set(liobn | 0, {
      pageShift,
      start: new Word().copy(start),
      bytes: new Word().copy(bytes),
    });
    this.lastWindow = undefined;
    this.add(liobn, Op.create, start, bytes, pageShift | (levels << 8));
  }

  /** A window was removed. */
  remove(liobn: number): void {
    const window = this.window(liobn);
    if (!window) return;
    this.add(liobn, Op.remove, window.start, NOTHING, 0);
    this.windows.delete(liobn | 0);
    this.lastWindow = undefined;
  }

  /** The guest reset the windows of a PHB: only the default one is left. */
  reset(phb: number): void {
    for (const liobn of [...this.windows.keys()]) {
      if (phbOfLiobn(liobn) === phb && (liobn & 1) === 1) this.remove(liobn);
    }
  }

  /** Whether rows of a window can be made; the line is counted where they cannot. */
  accepts(liobn: number): boolean {
    return this.window(liobn) !== undefined;
  }

  put(liobn: number, address: Word, tce: Word): void {
    if (this.window(liobn)) this.add(liobn, Op.put, address, tce, 1);
  }

  /** H_PUT_TCE_INDIRECT of a list whose entries step by the page size. */
  indirect(liobn: number, address: Word, first: Word, count: number): void {
    if (this.window(liobn)) this.add(liobn, Op.indirect, address, first, count);
  }

  stuff(liobn: number, address: Word, tce: Word, count: number): void {
    if (this.window(liobn)) this.add(liobn, Op.stuff, address, tce, count);
  }

  /** Pages are mapped one after the other (`Op.map`, `value` as in the trace's column) or unmapped. */
  map(liobn: number, op: number, address: Word, value: Word, length: number): void {
    if (this.window(liobn)) this.add(liobn, op, address, value, length);
  }

  /** A DMA at `offset` from the window's start; `real` as in the trace's value column. */
  dma(liobn: number, op: number, offset: Word, length: number, real: Word): void {
    const window = this.window(liobn);
    if (window) this.add(liobn, op, this.address.copy(window.start).add(offset), real, length);
  }

  /** Base-2 logarithm of the bytes of a window's pages; 12 where the window is unknown. */
  pageShift(liobn: number): number {
    return this.known(liobn)?.pageShift ?? DEFAULT_WINDOW.pageShift;
  }

  /** Bus address where a window begins; 0 where the window is unknown. */
  start(liobn: number): Word {
    return this.known(liobn)?.start ?? DEFAULT_WINDOW.start;
  }

  /** First bus address of a window and the one behind its last; undefined where the window is unknown. */
  extent(liobn: number): { readonly from: bigint; readonly end: bigint } | undefined {
    const window = this.known(liobn);
    if (!window) return undefined;
    const from = window.start.toBigInt();
    return { from, end: from + window.bytes.toBigInt() };
  }

  private window(liobn: number): Window | undefined {
    const known = this.known(liobn);
    if (known) return known;
    if (!isPciLiobn(liobn)) {
      this.log.expected('window of a virtual device, not of a PHB');
      return undefined;
    }
    if ((liobn & 1) === 1) {
      this.log.expected('window whose creation is not in the source');
      return undefined;
    }
    this.create(liobn, DEFAULT_WINDOW);
    return this.known(liobn);
  }

  private known(liobn: number): Window | undefined {
    const number = liobn | 0;
    if (this.lastWindow && number === this.lastLiobn) return this.lastWindow;
    this.lastLiobn = number;
    this.lastWindow = this.windows.get(number);
    return this.lastWindow;
  }

  private add(liobn: number, op: number, address: Word, value: Word, length: number): void {
    const row = this.rows.claim();
    const { columns } = this.rows;
    columns.op[row] = op;
    columns.phb[row] = phbOfLiobn(liobn);
    columns.pe[row] = PE;
    columns.length[row] = length;
    address.store(columns.address, row);
    value.store(columns.value, row);
  }
}
