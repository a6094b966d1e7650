/** What differs between two sides of a comparison. */
import type { FigureValue } from '../../results/figure.ts';
import { placeOf } from '../points.ts';
import type { Metric, Metrics } from './metrics.ts';
import type { Side, SidePoint } from './side.ts';

/** A figure that moved; or a point that came, went, or has another answer, in words. */
export interface Move {
  readonly point: SidePoint;
  /** `point` and `answer` are no figures. */
  readonly metric: Pick<Metric, 'name' | 'unit'>;
  readonly base: FigureValue;
  readonly now: FigureValue;
}

export interface Moves {
  readonly moves: readonly Move[];
  /** Points of both sides, and their figures that were compared. */
  readonly points: number;
  readonly figures: number;
}

/** A point of both sides. */
export interface PointPair {
  readonly base: SidePoint;
  readonly now: SidePoint;
}

const POINT = { name: 'point', unit: 'text' };
const ANSWER = { name: 'answer', unit: 'text' };

/** The points of two sides, those of both in pairs. */
export interface Matched {
  readonly pairs: readonly PointPair[];
  readonly missing: readonly SidePoint[];
  readonly added: readonly SidePoint[];
}

/**
 * Matches points by their values on axes; those of one side have other values on some of them. In the order of the
 * new side, and of the base for what is missing.
 */
export function matchPoints(base: Side, now: Side, axes: readonly string[]): Matched {
  const before = new Map(base.points.map((point) => [placeOf(point, axes), point]));
  const after = new Set(now.points.map((point) => placeOf(point, axes)));
  const pairs: PointPair[] = [];
  const added: SidePoint[] = [];
  for (const point of now.points) {
    const known = before.get(placeOf(point, axes));
    if (known === undefined) added.push(point);
    else pairs.push({ base: known, now: point });
  }
  return { pairs, added, missing: base.points.filter((each) => !after.has(placeOf(each, axes))) };
}

/** Everything that differs: figures of points of both sides, then points that one side has alone. */
export function movesOf({ pairs, missing, added }: Matched, metrics: Metrics): Moves {
  const moves: Move[] = [];
  let figures = 0;
  for (const pair of pairs) {
    // Another answer is one difference; the figures behind it are of something else.
    if (pair.base.answer !== pair.now.answer) moves.push(answerMove(pair));
    else {
      const keys = new Set([...pair.base.figures.keys(), ...pair.now.figures.keys()]);
      figures += keys.size;
      moves.push(...figureMoves(pair, keys, metrics));
    }
  }
  for (const point of missing) moves.push({ point, metric: POINT, base: 'there', now: 'missing' });
  for (const point of added) moves.push({ point, metric: POINT, base: 'missing', now: 'there' });
  return { moves, points: pairs.length, figures };
}

/** A figure's change in per cent of the base; null where there is none. */
export function percentOf(base: FigureValue, now: FigureValue): number | null {
  if (typeof base !== 'number' || typeof now !== 'number' || base === 0) return null;
  return exact(((now - base) * 100) / Math.abs(base));
}

/** A figure's change; null where one of them is no number. */
export function changeOf(base: FigureValue, now: FigureValue): number | null {
  return typeof base === 'number' && typeof now === 'number' ? exact(now - base) : null;
}

/** Without what binary fractions leave behind: figures have at most six decimals. */
function exact(value: number): number {
  return Math.abs(value) < 1e6 ? Math.round(value * 1e9) / 1e9 : value;
}

function answerMove({ base, now }: PointPair): Move {
  return { point: now, metric: ANSWER, base: base.answerWords, now: now.answerWords };
}

function figureMoves({ base, now }: PointPair, keys: Iterable<string>, metrics: Metrics): Move[] {
  const moves: Move[] = [];
  for (const key of keys) {
    const before = base.figures.get(key) ?? null;
    const after = now.figures.get(key) ?? null;
    if (before !== after) {
      moves.push({ point: now, metric: metrics.of(key), base: before, now: after });
    }
  }
  return moves;
}
