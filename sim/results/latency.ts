/** Latencies in ns out of books in cycles: percentiles, mean, and the parts that add up to it. */

import type { FixedCycles } from '../unit/books/fixed-cycles.ts';
import { bucketOf, percentile } from '../unit/books/histogram.ts';
import { PARTS, type PartName } from '../unit/books/parts.ts';
import { nsOf } from '../unit/clock.ts';
import type { Book, Direction } from './book.ts';

/** Percentiles, largest value and mean, in ns. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly mean: number;
}

/** Figures, and of how many they are. */
export interface CountedFigures extends LatencyFigures {
  readonly count: number;
}

/** Times of some kind, in cycles. */
export interface CycleTimes {
  readonly histogram: Float64Array;
  readonly sum: number;
  readonly max: number;
  readonly count: number;
}

/** Turns cycles of one clock into figures in ns. */
export class LatencyScale {
  constructor(
    private readonly clockMHz: number,
    private readonly fixed: FixedCycles,
  ) {}

  /** The latency of a book's requests: of all, of reads, of writes. */
  latencyOf(book: Book) {
    const of = (direction?: Direction) =>
      this.figuresOf({
        histogram: book.histogram(direction),
        sum: book.latencyCycles(direction),
        max: book.maxCycles(direction),
        count: book.requests(direction),
      });
    const { count: _requests, ...all } = of();
    return { ...all, reads: of('read'), writes: of('write') };
  }

  /** Mean ns of each part over all requests of a book. */
  partMeans(book: Book): Record<PartName, number> {
    const requests = book.requests();
    const mean = (part: number) =>
      requests === 0 ? 0 : this.ns(book.partCycles(part, this.fixed) / requests);
    return Object.fromEntries(PARTS.map((name, part) => [name, mean(part)])) as never;
  }

  /**
   * Each part over all requests of a run, those that spent nothing in it included. `varied` are the
   * histograms and largest values of what parts took beyond their fixed cycles.
   */
  partsOf(
    book: Book,
    varied: readonly Float64Array[],
    variedMax: Float64Array,
  ): Record<PartName, LatencyFigures> {
    const requests = book.requests();
    const figuresOf = (part: number) => {
      const shares = book.fixedShares(part, this.fixed);
      const isForAll = shares.length === 1 && requests > 0 && shares[0][1] === requests;
      const fixedForAll = isForAll ? shares[0][0] : 0;
      const counts = this.distribution(requests, varied[part], fixedForAll ? [] : shares);
      const fixedMax = Math.max(0, ...shares.filter((share) => share[1] > 0).map(([most]) => most));
      const max = Math.max(variedMax[part] + fixedForAll, fixedMax);
      const total = { histogram: counts, sum: book.partCycles(part, this.fixed), max };
      const { count: _requests, ...figures } = this.figuresOf(
        { ...total, count: requests },
        fixedForAll,
      );
      return figures;
    };
    return Object.fromEntries(PARTS.map((name, part) => [name, figuresOf(part)])) as never;
  }

  /** Figures of some times; `fixedCycles` belong to each and are not in the histogram. */
  figuresOf({ histogram, sum, max, count }: CycleTimes, fixedCycles = 0): CountedFigures {
    const at = (share: number) =>
      count === 0 ? 0 : this.ns(Math.min(percentile(histogram, share) + fixedCycles, max));
    return {
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      p999: at(0.999),
      max: this.ns(max),
      mean: count === 0 ? 0 : this.ns(sum / count),
      count,
    };
  }

  /** Cycles in ns, to the thousandth. */
  ns(cycles: number): number {
    return Math.round(nsOf(cycles, this.clockMHz) * 1000) / 1000;
  }

  /** All requests' values of a part: some varied, some fixed, the rest zero. */
  private distribution(
    requests: number,
    varied: Float64Array,
    shares: readonly (readonly [number, number])[],
  ): Float64Array {
    const buckets = shares.map(([cycles]) => bucketOf(cycles) + 1);
    const counts = new Float64Array(Math.max(1, varied.length, ...buckets));
    counts.set(varied);
    for (const [cycles, count] of shares) counts[bucketOf(cycles)] += count;
    counts[0] += requests - counts.reduce((sum, count) => sum + count, 0);
    return counts;
  }
}
