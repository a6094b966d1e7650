/** Latencies in ns out of books in cycles: percentiles, mean, and the parts that add up to it. */
import { nsOf } from '../unit/clock.ts';
import { bucketOf, HISTOGRAM_BUCKETS, percentile } from '../unit/histogram.ts';
import { PARTS, type PartName } from '../unit/parts.ts';
import type { Book, FixedCycles } from './book.ts';

/** Percentiles, largest value and mean, in ns. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly mean: number;
}

/** Turns cycles of one clock into figures in ns. */
export class LatencyScale {
  constructor(
    private readonly clockMHz: number,
    private readonly fixed: FixedCycles,
  ) {}

  /** The latency of a book's requests. */
  latencyOf(book: Book): LatencyFigures {
    const total = book.totalCycles(this.fixed);
    return this.figures(book.latency, book.maxCycles, total, book.requests);
  }

  /** Mean ns of each part over all requests of a book. */
  partMeans(book: Book): Record<PartName, number> {
    const mean = (part: number) =>
      book.requests === 0 ? 0 : this.ns(book.partCycles(part, this.fixed) / book.requests);
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
    const figuresOf = (part: number) => {
      const shares = book.fixedShares(part, this.fixed);
      const isForAll = shares.length === 1 && book.requests > 0 && shares[0][1] === book.requests;
      const fixedForAll = isForAll ? shares[0][0] : 0;
      const counts = this.distribution(book.requests, varied[part], fixedForAll ? [] : shares);
      const fixedMax = Math.max(0, ...shares.filter((share) => share[1] > 0).map(([most]) => most));
      const largest = Math.max(variedMax[part] + fixedForAll, fixedMax);
      const total = book.partCycles(part, this.fixed);
      return this.figures(counts, largest, total, book.requests, fixedForAll);
    };
    return Object.fromEntries(PARTS.map((name, part) => [name, figuresOf(part)])) as never;
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
    const counts = new Float64Array(HISTOGRAM_BUCKETS);
    counts.set(varied);
    for (const [cycles, count] of shares) counts[bucketOf(cycles)] += count;
    counts[0] += requests - counts.reduce((sum, count) => sum + count, 0);
    return counts;
  }

  private figures(
    counts: Float64Array,
    maxCycles: number,
    totalCycles: number,
    requests: number,
    fixedCycles = 0,
  ): LatencyFigures {
    const at = (share: number) =>
      requests === 0 ? 0 : this.ns(Math.min(percentile(counts, share) + fixedCycles, maxCycles));
    return {
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      p999: at(0.999),
      max: this.ns(maxCycles),
      mean: requests === 0 ? 0 : this.ns(totalCycles / requests),
    };
  }
}
