/** How long requests of a log took, all in all and in each part: cumulative distributions, and bins by outcome. */
import { bucketOf, bucketTop, HISTOGRAM_BUCKETS, usedBuckets } from '../../unit/books/histogram.ts';
import { OUTCOME_KINDS } from './outcome-kinds.ts';
import type { Curve, Spread } from './page-data.ts';

/** Points of a curve beyond which nobody sees a difference. */
const CURVE_POINTS_MAX = 240;
/** Bins in which a time doubles. */
const BINS_PER_DOUBLING = 8;

/** Latencies in cycles, each counted. */
export class LogCurve {
  private readonly counts = new Float64Array(HISTOGRAM_BUCKETS);
  private total = 0;

  add(cycles: number): void {
    this.counts[bucketOf(cycles)] += 1;
    this.total += 1;
  }

  /** The distribution: every value where they are few, else those at equal steps of rank, the tail included. */
  points(cycleNs: number): Curve['points'] {
    const { counts } = this;
    const total = this.total;
    const points: [number, number][] = [];
    const used = usedBuckets(counts);
    const all = counts.reduce((values, count) => values + (count > 0 ? 1 : 0), 0);
    const step = all > CURVE_POINTS_MAX ? total / CURVE_POINTS_MAX : 0;
    let seen = 0;
    let next = 0;
    for (let bucket = 0; bucket < used; bucket += 1) {
      if (counts[bucket] === 0) continue;
      seen += counts[bucket];
      // The last hundredth is what a curve of latencies is read for: there every rank counts ten times.
      const stepHere = seen > 0.99 * total ? step / 10 : step;
      if (seen < next && seen < total) continue;
      next = seen + stepHere;
      points.push([round(bucketTop(bucket) * cycleNs), seen / total]);
    }
    return points;
  }
}

/** Latencies by kind of outcome, in bins that widen by the same factor. */
export class LogSpread {
  private readonly counts = OUTCOME_KINDS.map(() => new Map<number, number>());
  private lowest = Number.POSITIVE_INFINITY;
  private highest = Number.NEGATIVE_INFINITY;

  add(kind: number, ns: number): void {
    const bin = Math.floor(Math.log2(Math.max(ns, 1)) * BINS_PER_DOUBLING);
    this.lowest = Math.min(this.lowest, bin);
    this.highest = Math.max(this.highest, bin);
    const counts = this.counts[kind];
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }

  get spread(): Spread {
    const { lowest, highest } = this;
    if (lowest > highest) return { edges: [], kinds: [] };
    const bins = highest - lowest + 1;
    const list = <Value>(count: number, of: (bin: number) => Value) =>
      Array.from({ length: count }, (_, at) => of(lowest + at));
    return {
      edges: list(bins + 1, (bin) => round(2 ** (bin / BINS_PER_DOUBLING))),
      kinds: OUTCOME_KINDS.flatMap((kind, at) => {
        const counts = this.counts[at];
        return counts.size === 0
          ? []
          : [{ kind, counts: list(bins, (bin) => counts.get(bin) ?? 0) }];
      }),
    };
  }
}

function round(ns: number): number {
  return Math.round(ns * 1000) / 1000;
}
