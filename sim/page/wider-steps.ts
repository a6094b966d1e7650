/** A timeline in steps some times as wide: a page holds more of them than a drawing has room for. */
import { STEPS_DRAWN, type Timeline } from '../report/html/page-data.ts';

/** By how much so many steps must be widened for a drawing to have room for them: a power of two. */
export function widening(steps: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(steps / STEPS_DRAWN)));
}

/** Each `factor` steps become one; there are as many steps as it takes. */
export function inWiderSteps(timeline: Timeline, factor: number): Timeline {
  if (factor === 1) return timeline;
  const { stepNs, kinds, mean, max, inFlight, kills } = timeline;
  const requests = requestsAt(timeline);
  const wider = <Value>(of: (steps: readonly number[]) => Value) =>
    Array.from({ length: mean.length / factor }, (_, step) =>
      of(Array.from({ length: factor }, (_, part) => step * factor + part)),
    );
  const sums = (values: readonly number[]) => wider((steps) => sum(steps, (at) => values[at]));
  const averages = (values: readonly number[]) => sums(values).map((total) => total / factor);
  return {
    stepNs: stepNs * factor,
    kinds: kinds.map(({ kind, counts }) => ({ kind, counts: sums(counts) })),
    mean: wider((steps) => {
      const count = sum(steps, (at) => requests[at]);
      return count === 0 ? null : sum(steps, (at) => (mean[at] ?? 0) * requests[at]) / count;
    }),
    max: wider((steps) => {
      const known = steps.map((at) => max[at]).filter((ns) => ns !== null);
      return known.length === 0 ? null : Math.max(...known);
    }),
    inFlight: averages(inFlight),
    kills: kills && { counts: sums(kills.counts), onWay: averages(kills.onWay) },
  };
}

/** Requests that arrived in each step. */
export function requestsAt({ kinds, mean }: Timeline): number[] {
  return mean.map((_, step) => sum(kinds, ({ counts }) => counts[step]));
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
