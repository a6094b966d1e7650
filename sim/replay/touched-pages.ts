/**
 * The IO pages that a trace's DMAs touch, found in a pass before the replay: `--map touched` maps
 * these and no others. Pages are counted in the windows that every PE gets. A touched page costs a bit, and the
 * bits of the pages around it: far less than the table that maps it.
 */
import { secondWindowStart, type TveSelect } from '../../models/address.ts';
import { upperHalf } from '../../models/bits.ts';
import { Op, type TraceBatch } from '../../traces/format.ts';
import type { WindowPlan } from './machine.ts';
import { PageBits, type PageBlocks } from './page-bits.ts';

/** The touched pages of one window of one PE, as plain data that goes to a lane. */
export interface TouchedWindow {
  readonly pe: number;
  /** Bus address of page 0. */
  readonly start: bigint;
  readonly pageBytes: number;
  readonly pages: PageBlocks;
}

/** The touched pages of each PHB, in order of PE and window. */
export type TouchedWindows = ReadonlyMap<number, readonly TouchedWindow[]>;

/** The pages of one window of one PE while they are noted. */
interface WindowPages {
  readonly phb: number;
  readonly pe: number;
  readonly window: number;
  readonly bits: PageBits;
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
      const { bits } = this.pagesOf(batch, row, window);
      for (let page = Math.floor(offset / pageBytes); page * pageBytes <= last; page += 1) {
        bits.set(page);
      }
    }
  }

  /** All noted pages. */
  windowsByPhb(): TouchedWindows {
    const byPhb = new Map<number, TouchedWindow[]>();
    const sorted = [...this.found].sort(([a], [b]) => a - b);
    for (const [, { phb, pe, window, bits }] of sorted) {
      // Of a PE whose DMAs all end behind its windows nothing is known before the replay.
      if (bits.isEmpty) continue;
      const start = window === 0 ? 0n : this.secondStart;
      const { pageBytes } = this.windows[window];
      const touched = byPhb.get(phb) ?? [];
      touched.push({ pe, start, pageBytes, pages: bits.blocks() });
      byPhb.set(phb, touched);
    }
    return byPhb;
  }

  private pagesOf(batch: TraceBatch, row: number, window: number): WindowPages {
    const phb = batch.phb[row];
    const pe = batch.pe[row];
    const last = this.last;
    if (last && last.pe === pe && last.phb === phb && last.window === window) return last;
    const key = (phb * 65_536 + pe) * 2 + window;
    let pages = this.found.get(key);
    if (!pages) {
      pages = { phb, pe, window, bits: new PageBits() };
      this.found.set(key, pages);
    }
    this.last = pages;
    return pages;
  }
}
