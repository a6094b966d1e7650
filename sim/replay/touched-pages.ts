/**
 * The IO pages that a trace's DMAs touch, found in a pass before the replay: `--map touched` maps
 * these and no others. Pages are counted in the windows that every PE gets.
 */
import { secondWindowStart, type TveSelect } from '../../models/address.ts';
import { upperHalf } from '../../models/bits.ts';
import { Op, type TraceBatch } from '../../traces/format.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';
import type { WindowPlan } from './machine.ts';

/** Pages that one block of bits stands for. */
const BLOCK_SHIFT = 15;
const BLOCK_PAGES = 2 ** BLOCK_SHIFT;
/** Longest run of pages in one row, whose length is a 32-bit number of bytes. */
const RUN_BYTES_MAX = 2 ** 31;

/** The touched pages of one window of one PE. */
interface WindowPages {
  readonly phb: number;
  readonly pe: number;
  readonly rid: number;
  readonly window: number;
  /** Bits by block of pages. */
  readonly blocks: Map<number, Uint32Array>;
  /** The block that was used last, and its number. */
  number: number;
  block: Uint32Array;
}

export class TouchedPages {
  private readonly found = new Map<number, WindowPages>();
  /** The window that the row before lay in: most rows stay there. */
  private last: WindowPages | undefined;

  /** Bytes of each window and of its pages; a BigInt for each row would cost half the pass. */
  private readonly windows: readonly { readonly bytes: number; readonly pageBytes: number }[];

  /** Where the second window begins, and the upper half of that. */
  private readonly secondStart: bigint;
  private readonly secondHigh: number;

  constructor(windows: readonly WindowPlan[], select: TveSelect) {
    this.secondStart = secondWindowStart(select);
    this.secondHigh = upperHalf(this.secondStart);
    this.windows = windows.map(({ bytes, pageShift }) => ({
      bytes: Number(bytes),
      pageBytes: 2 ** pageShift,
    }));
  }

  /** Notes the pages of a batch's DMAs. */
  add(batch: TraceBatch): void {
    for (let row = 0; row < batch.rows; row += 1) {
      if (batch.op[row] > Op.write) continue;
      const upper = batch.address[2 * row + 1];
      const window = upper >= this.secondHigh ? 1 : 0;
      const plan = this.windows[window];
      if (!plan || upper >>> 28 !== 0) continue;
      const { pageBytes } = plan;
      const offset = (upper - window * this.secondHigh) * 2 ** 32 + batch.address[2 * row];
      const last = Math.min(offset + batch.length[row], plan.bytes) - 1;
      const pages = this.pagesOf(batch, row, window);
      for (let page = Math.floor(offset / pageBytes); page * pageBytes <= last; page += 1) {
        mark(pages, page);
      }
    }
  }

  /** `map` rows for all noted pages, in order of PHB, PE, window and page. */
  rows(): RowBuffer {
    const rows = new RowBuffer();
    const sorted = [...this.found].sort(([a], [b]) => a - b);
    for (const [, pages] of sorted) this.addRuns(rows, pages);
    return rows;
  }

  private pagesOf(batch: TraceBatch, row: number, window: number): WindowPages {
    const phb = batch.phb[row];
    const pe = batch.pe[row];
    const last = this.last;
    if (last && last.pe === pe && last.phb === phb && last.window === window) return last;
    const key = (phb * 65_536 + pe) * 2 + window;
    let pages = this.found.get(key);
    if (!pages) {
      const blocks = new Map([[0, new Uint32Array(BLOCK_PAGES / 32)]]);
      const block = blocks.get(0) as Uint32Array;
      pages = { phb, pe, rid: batch.rid[row], window, blocks, number: 0, block };
      this.found.set(key, pages);
    }
    this.last = pages;
    return pages;
  }

  private addRuns(rows: RowBuffer, pages: WindowPages): void {
    const { pageBytes } = this.windows[pages.window];
    const longest = RUN_BYTES_MAX / pageBytes;
    let first = -1;
    let next = -1;
    const close = () => {
      if (first >= 0) this.addMap(rows, pages, first * pageBytes, (next - first) * pageBytes);
    };
    for (const page of pagesIn(pages.blocks)) {
      if (page !== next || page - first >= longest) {
        close();
        first = page;
      }
      next = page + 1;
    }
    close();
  }

  /** Maps a run of a window's pages to the real addresses that equal their offsets. */
  private addMap(rows: RowBuffer, pages: WindowPages, offset: number, bytes: number): void {
    const start = pages.window === 0 ? 0n : this.secondStart;
    rows.add({
      op: Op.map,
      phb: pages.phb,
      pe: pages.pe,
      rid: pages.rid,
      address: start + BigInt(offset),
      length: bytes,
      value: BigInt(offset) | 3n,
    });
  }
}

function mark(pages: WindowPages, page: number): void {
  const number = Math.floor(page / BLOCK_PAGES);
  if (number !== pages.number) {
    pages.number = number;
    pages.block = pages.blocks.get(number) ?? new Uint32Array(BLOCK_PAGES / 32);
    pages.blocks.set(number, pages.block);
  }
  const bit = page - number * BLOCK_PAGES;
  pages.block[bit >>> 5] |= 1 << (bit & 31);
}

function* pagesIn(blocks: Map<number, Uint32Array>): Generator<number> {
  for (const number of [...blocks.keys()].sort((a, b) => a - b)) {
    const block = blocks.get(number) as Uint32Array;
    for (let bit = 0; bit < BLOCK_PAGES; bit += 1) {
      if ((block[bit >>> 5] >>> (bit & 31)) & 1) yield number * BLOCK_PAGES + bit;
    }
  }
}
