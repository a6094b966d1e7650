/**
 * The books of a unit: one account a DMA window, and one (number 0) for requests that reach none.
 * Everything is a plain sum, so that books of several units merge exactly (below 2^53). Parts of a latency that
 * are the same for every request of a kind are not booked at all: fixed-cycles.ts knows them.
 */
import type { Kill } from '../../../models/tce-kill.ts';
import type { RequestAtHand } from '../request-at-hand.ts';
import {
  bucketOf,
  bucketTop,
  EXACT_MAX,
  HISTOGRAM_BUCKETS,
  lastTop,
  usedBuckets,
} from './histogram.ts';
import { BYPASSED, OUTCOMES } from './outcome.ts';
import { PARTS } from './parts.ts';

/**
 * Cells of an account: a count for each outcome and direction; of reads and of writes the bytes, those of
 * them that reached no memory, the longest latency of those that share a bucket with others, and what these
 * buckets' tops add to all latencies; the TLPs that brought the data of reads; the cycles of each part.
 */
export const BYTES_CELL = OUTCOMES.length * 2;
export const UNSERVED_CELL = BYTES_CELL + 2;
export const EXCESS_CELL = UNSERVED_CELL + 2;
export const MAX_CELL = EXCESS_CELL + 2;
export const COMPLETIONS_CELL = MAX_CELL + 2;
export const PARTS_CELL = COMPLETIONS_CELL + 1;
export const ACCOUNT_CELLS = PARTS_CELL + PARTS.length;

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
  /** A histogram for the reads and one for the writes of each account; one for each part. */
  readonly latencies: readonly Float64Array[];
  readonly parts: readonly Float64Array[];
  readonly partsMax: Float64Array;
}

/** A kill, and when it passes what (T26, T27), counted from the same origin as the request at hand. */
export interface KillTimes {
  readonly kill: Kill;
  readonly arrive: number;
  readonly written: number;
  /** Leaves the RTE stage, and the lookup stage. */
  readonly inTurn: number;
  readonly looked: number;
  readonly retired: number;
}

export class Accounts {
  /** Sums, account by account. */
  readonly cells = new Float64Array(ACCOUNTS_MAX * ACCOUNT_CELLS);
  /** Latency histograms of reads and of writes, account by account. */
  readonly latencies = new Float64Array(ACCOUNTS_MAX * 2 * HISTOGRAM_BUCKETS);
  /** Histograms of the parts that vary, over all accounts; only values above 0 are in them. */
  readonly parts = new Float64Array(PARTS.length * HISTOGRAM_BUCKETS);
  /** Largest value of each part of those that share a bucket with others. */
  private readonly longParts = new Float64Array(PARTS.length);
  /** Accounts in use. */
  count = 1;

  /** Opens an account and returns its number; NO_WINDOW when there are no more. */
  open(): number {
    if (this.count === ACCOUNTS_MAX) return NO_WINDOW;
    this.count += 1;
    return this.count - 1;
  }

  /**
   * A request has arrived; what is booked from now on is its own. For those who watch requests: its PE, TVE
   * and account stand in it once it is `located` or booked, and reads that waited may be resumed and booked
   * in between.
   */
  begin(_request: RequestAtHand): void {}

  /** The request at hand has its TCE in a cell of the TCE cache, or REFUSED_CELL or UNTRANSLATED_CELL. */
  located(_cell: number): void {}

  /** The request at hand waits for its data, as number `place` of those who do. */
  park(_place: number): void {}

  /**
   * The data of a request that waited are there: what is booked from now on is its own, up to and with its
   * `book`; then the request at hand goes on.
   */
  resume(_place: number): void {}

  /** A kill has passed the unit. */
  killed(_times: KillTimes): void {}

  /** A kill that arrived at a cycle found the queue full and is lost. */
  killLost(_kill: Kill, _arrive: number): void {}

  /** (T29) Of the kills that have passed, the first that was not complete is, so many cycles after it arrived. */
  killComplete(_cycles: number): void {}

  /** Books a request: outcome, direction (1 = write), bytes and the latency in cycles. */
  book(account: number, outcome: number, write: number, bytes: number, latency: number): void {
    const at = account * ACCOUNT_CELLS;
    this.cells[at + outcome * 2 + write] += 1;
    this.cells[at + BYTES_CELL + write] += bytes;
    // The outcomes behind it are MSIs, faults and what was dropped.
    if (outcome > BYPASSED) this.cells[at + UNSERVED_CELL + write] += bytes;
    const histogram = (account * 2 + write) * HISTOGRAM_BUCKETS;
    if (latency <= EXACT_MAX) this.latencies[histogram + latency] += 1;
    else this.bookLong(at + write, histogram, latency);
  }

  /** Books the TLPs that bring the data of a read. */
  bookCompletions(account: number, completions: number): void {
    this.cells[account * ACCOUNT_CELLS + COMPLETIONS_CELL] += completions;
  }

  /** Books the cycles of a part that varies. Call it for values above 0 only. */
  bookPart(account: number, part: number, cycles: number): void {
    this.cells[account * ACCOUNT_CELLS + PARTS_CELL + part] += cycles;
    if (cycles <= EXACT_MAX) this.parts[part * HISTOGRAM_BUCKETS + cycles] += 1;
    else this.bookLongPart(part, cycles);
  }

  /** A latency that shares its bucket: the histogram tells it only roughly, so the rest is booked apart. */
  private bookLong(at: number, histogram: number, latency: number): void {
    const bucket = bucketOf(latency);
    this.latencies[histogram + bucket] += 1;
    this.cells[at + EXCESS_CELL] += bucketTop(bucket) - latency;
    if (latency > this.cells[at + MAX_CELL]) this.cells[at + MAX_CELL] = latency;
  }

  /** A part that shares its bucket. */
  private bookLongPart(part: number, cycles: number): void {
    this.parts[part * HISTOGRAM_BUCKETS + bucketOf(cycles)] += 1;
    if (cycles > this.longParts[part]) this.longParts[part] = cycles;
  }

  /** What no latency of an account's reads, or of its writes, is above. */
  private longestOf(index: number): number {
    const account = index >> 1;
    return Math.max(EXACT_MAX, this.cells[account * ACCOUNT_CELLS + MAX_CELL + (index & 1)]);
  }

  /** Everything is told: counts from 0 again. Accounts stay open. */
  clear(): void {
    this.cells.fill(0, 0, this.count * ACCOUNT_CELLS);
    this.latencies.fill(0, 0, this.count * 2 * HISTOGRAM_BUCKETS);
    this.parts.fill(0);
    this.longParts.fill(0);
  }

  /** All books as plain data that can leave the thread. */
  sums(): AccountSums {
    const parts = histograms(this.parts, PARTS.length, (part) =>
      Math.max(EXACT_MAX, this.longParts[part]),
    );
    return {
      cells: this.cells.slice(0, this.count * ACCOUNT_CELLS),
      latencies: histograms(this.latencies, this.count * 2, (index) => this.longestOf(index)),
      parts,
      partsMax: this.longParts.map((longest, part) => longest || lastTop(parts[part])),
    };
  }
}

/**
 * The first `count` histograms of a row of them, each cut behind its last used bucket. No value of one is
 * above `most`: looking further would touch memory, and take 0.4 ms a histogram (Node 20).
 */
function histograms(
  row: Float64Array,
  count: number,
  most: (index: number) => number,
): Float64Array[] {
  return Array.from({ length: count }, (_, index) => {
    const from = index * HISTOGRAM_BUCKETS;
    const counts = row.subarray(from, from + bucketOf(most(index)) + 1);
    return counts.slice(0, usedBuckets(counts));
  });
}
