/** What moved in short: a line for each figure, and the order in which moves are worth reading. */
import { type Move, percentOf } from './moves.ts';

/** All moves of one figure. */
export interface MetricMoves {
  readonly metric: Move['metric'];
  /** Points at which it moved. */
  readonly points: number;
  /** Median of its changes in per cent of the base; null where none has one. */
  readonly median: number | null;
  readonly largest: Move;
}

/** A line for each figure that moved, in the order of the figures. */
export function summaryOf(moves: readonly Move[]): MetricMoves[] {
  const byMetric = new Map<string, Move[]>();
  for (const move of moves) {
    const known = byMetric.get(move.metric.name);
    if (known === undefined) byMetric.set(move.metric.name, [move]);
    else known.push(move);
  }
  return [...byMetric.values()].map((own) => {
    const percents = own.flatMap(({ base, now }) => percentOf(base, now) ?? []);
    return {
      metric: own[0].metric,
      points: own.length,
      median: medianOf(percents),
      largest: largestFirst(own)[0],
    };
  });
}

/** The largest change in per cent of its base first; before these what has none, as words and what was zero. */
export function largestFirst(moves: readonly Move[]): Move[] {
  const size = ({ base, now }: Move) => Math.abs(percentOf(base, now) ?? Number.MAX_VALUE);
  return [...moves].sort((one, other) => size(other) - size(one));
}

/** The middle one, of an even number the lower of the two. */
function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
