/**
 * A book: the sum of some accounts, of one window, one PE or a whole run, in cycles. Books add up
 * exactly, whatever the order.
 */
import {
  ACCOUNT_CELLS,
  type AccountSums,
  BYTES_CELL,
  COMPLETIONS_CELL,
  EXCESS_CELL,
  MAX_CELL,
  PARTS_CELL,
  UNSERVED_CELL,
} from '../unit/books/accounts.ts';
import { type FixedCycles, fixedCyclesIn } from '../unit/books/fixed-cycles.ts';
import { lastTop, sumOfTops } from '../unit/books/histogram.ts';
import { BAD_RTE, OUTCOMES, PAGE_FAULT } from '../unit/books/outcome.ts';

/** Directions of requests, as they are indexed. */
export const DIRECTIONS = ['read', 'write'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const ALL = OUTCOMES.map((_, outcome) => outcome);
/** All outcomes that are faults. */
export const FAULTS = ALL.slice(PAGE_FAULT, BAD_RTE + 1);

export class Book {
  readonly cells = new Float64Array(ACCOUNT_CELLS);
  /** Latency histograms of reads and of writes. */
  private latencies: Float64Array[] = DIRECTIONS.map(() => new Float64Array());

  /** Adds one account of a unit's books. */
  add(sums: AccountSums, account: number): void {
    const from = account * ACCOUNT_CELLS;
    for (let cell = 0; cell < ACCOUNT_CELLS; cell += 1) {
      const value = sums.cells[from + cell];
      const isMax = cell === MAX_CELL || cell === MAX_CELL + 1;
      this.cells[cell] = isMax ? Math.max(this.cells[cell], value) : this.cells[cell] + value;
    }
    this.latencies = this.latencies.map((latencies, write) =>
      sumOfHistograms([latencies, sums.latencies[account * 2 + write]]),
    );
  }

  /** Requests with one of these outcomes (codes of outcome.ts); both directions, or one. */
  count(outcomes: readonly number[], direction?: Direction): number {
    return outcomes.reduce(
      (sum, outcome) => sum + this.over(direction, (write) => this.cells[outcome * 2 + write]),
      0,
    );
  }

  /** All requests, or those of one direction. */
  requests(direction?: Direction): number {
    return this.count(ALL, direction);
  }

  bytes(direction: Direction): number {
    return this.over(direction, (write) => this.cells[BYTES_CELL + write]);
  }

  /** Bytes of requests that reached memory. */
  servedBytes(direction: Direction): number {
    const unserved = this.over(direction, (write) => this.cells[UNSERVED_CELL + write]);
    return this.bytes(direction) - unserved;
  }

  /** TLPs that brought the data of reads. */
  completions(): number {
    return this.cells[COMPLETIONS_CELL];
  }

  /** Cycles of all latencies together. */
  latencyCycles(direction?: Direction): number {
    return this.over(
      direction,
      (write) => sumOfTops(this.latencies[write]) - this.cells[EXCESS_CELL + write],
    );
  }

  /** Cycles of the longest latency. */
  maxCycles(direction?: Direction): number {
    const longest = writesOf(direction).map((write) => {
      const long = this.cells[MAX_CELL + write];
      return long > 0 ? long : lastTop(this.latencies[write]);
    });
    return Math.max(...longest);
  }

  /** How many requests had which latency. */
  histogram(direction?: Direction): Float64Array {
    return sumOfHistograms(writesOf(direction).map((write) => this.latencies[write]));
  }

  /** Cycles that all requests together spent in a part. */
  partCycles(part: number, fixed: FixedCycles): number {
    return this.fixedShares(part, fixed).reduce(
      (sum, [cycles, requests]) => sum + cycles * requests,
      this.cells[PARTS_CELL + part],
    );
  }

  /** How many requests spent how many fixed cycles in a part; the rest spent none. */
  fixedShares(part: number, fixed: FixedCycles): [cycles: number, requests: number][] {
    const shares = new Map<number, number>();
    for (const outcome of ALL) {
      for (const write of writesOf()) {
        const cycles = fixedCyclesIn(part, outcome, write, fixed);
        const requests = this.cells[outcome * 2 + write];
        if (cycles > 0) shares.set(cycles, (shares.get(cycles) ?? 0) + requests);
      }
    }
    return [...shares];
  }

  private over(direction: Direction | undefined, of: (write: number) => number): number {
    return writesOf(direction).reduce((sum, write) => sum + of(write), 0);
  }
}

/** Indices of one direction, or of both. */
function writesOf(direction?: Direction): number[] {
  return direction === undefined ? [0, 1] : [DIRECTIONS.indexOf(direction)];
}

/** The sum of histograms of any lengths, as long as the longest. */
export function sumOfHistograms(histograms: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(Math.max(0, ...histograms.map(({ length }) => length)));
  for (const counts of histograms) {
    for (let bucket = 0; bucket < counts.length; bucket += 1) sum[bucket] += counts[bucket];
  }
  return sum;
}
