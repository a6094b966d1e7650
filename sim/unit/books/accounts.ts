/**
 * The books of a unit: one account a DMA window, and one (number 0) for requests that reach none.
 * Everything is a plain sum, so that books of several units merge exactly. Parts of a latency that
 * are the same for every request of a kind are not booked at all: sim/results/book.ts works them out.
 */
import { bucketOf, HISTOGRAM_BUCKETS } from './histogram.ts';
import { OUTCOMES } from './outcome.ts';
import { PARTS } from './parts.ts';

/** Cells of an account: a count for each outcome and direction, bytes, and the cycles of each part. */
export const BYTES_CELL = OUTCOMES.length * 2;
export const PARTS_CELL = BYTES_CELL + 1;
export const MAX_CELL = PARTS_CELL + PARTS.length;
export const ACCOUNT_CELLS = MAX_CELL + 1;

/** The account of requests that reach no window. */
export const NO_WINDOW = 0;

/**
 * Accounts of a unit: one for each window of a full TVT, and number 0. All exist from the start, because
 * arrays that grow cost speed; the machine commits only the pages that are written.
 */
const ACCOUNTS_MAX = 1025;

/** The books of a unit: see the cells' layout above; histograms without their empty ends. */
export interface AccountSums {
  readonly cells: Float64Array;
  /** A histogram for each account, and for each part. */
  readonly latencies: readonly Float64Array[];
  readonly parts: readonly Float64Array[];
  readonly partsMax: Float64Array;
}

export class Accounts {
  /** Sums, account by account. */
  readonly cells = new Float64Array(ACCOUNTS_MAX * ACCOUNT_CELLS);
  /** Latency histograms, account by account. */
  readonly latencies = new Float64Array(ACCOUNTS_MAX * HISTOGRAM_BUCKETS);
  /** Histograms of the parts that vary, over all accounts; only values above 0 are in them. */
  readonly parts = new Float64Array(PARTS.length * HISTOGRAM_BUCKETS);
  /** Largest value of each part. */
  readonly partsMax = new Float64Array(PARTS.length);
  /** Accounts in use. */
  count = 1;

  /** Opens an account and returns its number; NO_WINDOW when there are no more. */
  open(): number {
    if (this.count === ACCOUNTS_MAX) return NO_WINDOW;
    this.count += 1;
    return this.count - 1;
  }

  /** Books a request: outcome, direction (1 = write), bytes and the latency in cycles. */
  book(account: number, outcome: number, write: number, bytes: number, latency: number): void {
    const at = account * ACCOUNT_CELLS;
    this.cells[at + outcome * 2 + write] += 1;
    this.cells[at + BYTES_CELL] += bytes;
    if (latency > this.cells[at + MAX_CELL]) this.cells[at + MAX_CELL] = latency;
    this.latencies[account * HISTOGRAM_BUCKETS + bucketOf(latency)] += 1;
  }

  /** Books the cycles of a part that varies. Call it for values above 0 only. */
  bookPart(account: number, part: number, cycles: number): void {
    this.cells[account * ACCOUNT_CELLS + PARTS_CELL + part] += cycles;
    this.parts[part * HISTOGRAM_BUCKETS + bucketOf(cycles)] += 1;
    if (cycles > this.partsMax[part]) this.partsMax[part] = cycles;
  }

  /** All books as plain data that can leave the thread. */
  sums(): AccountSums {
    return {
      cells: this.cells.slice(0, this.count * ACCOUNT_CELLS),
      latencies: histograms(this.latencies, this.count),
      parts: histograms(this.parts, PARTS.length),
      partsMax: this.partsMax.slice(),
    };
  }
}

/** The first `count` histograms of a row of them, each cut behind its last used bucket. */
function histograms(row: Float64Array, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, index) => {
    const counts = row.subarray(index * HISTOGRAM_BUCKETS, (index + 1) * HISTOGRAM_BUCKETS);
    return counts.slice(0, counts.findLastIndex((value) => value !== 0) + 1);
  });
}
