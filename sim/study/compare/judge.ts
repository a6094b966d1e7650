/** Whether thresholds hold between two sides, point by point. */
import type { FigureValue } from '../../results/figure.ts';
import { changeOf, type Matched, type PointPair, percentOf } from './moves.ts';
import type { SidePoint } from './side.ts';
import type { Sign, Threshold } from './threshold.ts';

/** A point at which a threshold does not hold. */
export interface Breach {
  readonly point: SidePoint;
  readonly base: FigureValue;
  readonly now: FigureValue;
}

/** What became of a threshold. */
export interface Judgement {
  readonly text: string;
  readonly holds: boolean;
  /** Points that were looked at; 0: nothing can be said, and so it does not hold. */
  readonly judged: number;
  readonly breaches: readonly Breach[];
  readonly threshold?: Threshold;
}

/** A point of the new side, and the one that it is compared with. */
type ToJudge = { readonly now: SidePoint; readonly base?: SidePoint };

/** The rule that goes with all thresholds. */
const NOTHING_LOST = 'no point is lost';

/**
 * Judges points that are lost first: missing, failed, or without the window that they had. Thresholds are held
 * against the others; one that asks for a change, against those that the base has.
 */
export function judge(
  { pairs, missing, added }: Matched,
  thresholds: readonly Threshold[],
): Judgement[] {
  const lost = pairs.filter(isLost);
  const breaches = [
    ...lost.map(({ base, now }) => ({
      point: now,
      base: base.answerWords,
      now: now.answerWords,
    })),
    ...missing.map((point) => ({ point, base: point.answerWords, now: 'missing' })),
  ];
  const judged = pairs.length + missing.length;
  const kept: ToJudge[] = [
    ...pairs.filter((pair) => !isLost(pair)),
    ...added.map((point) => ({ now: point })),
  ];
  return [
    { text: NOTHING_LOST, holds: breaches.length === 0, judged, breaches },
    ...thresholds.map((threshold) => judgeOne(threshold, kept)),
  ];
}

function isLost({ base, now }: PointPair): boolean {
  return base.isGood && !now.isGood;
}

function judgeOne(threshold: Threshold, points: readonly ToJudge[]): Judgement {
  const { text, metric, where } = threshold;
  const breaches: Breach[] = [];
  let judged = 0;
  for (const { now: point, base: before } of points) {
    if (!where.every(({ name, values }) => values.includes(point.values[name]))) continue;
    const now = point.figures.get(metric.key) ?? null;
    const base = before?.figures.get(metric.key) ?? null;
    const holds = holdsAt(threshold, base, now);
    if (holds !== undefined) judged += 1;
    if (holds === false) breaches.push({ point, base, now });
  }
  return { text, threshold, holds: judged > 0 && breaches.length === 0, judged, breaches };
}

/** undefined: there is nothing to judge, and there was nothing before. */
function holdsAt(
  { measure, sign, limit }: Threshold,
  base: FigureValue,
  now: FigureValue,
): boolean | undefined {
  if (now === null) return base === null ? undefined : false;
  if (measure === 'value') return isWithin(now, sign, limit);
  if (base === null) return undefined;
  if (measure === 'change') return isWithin(changeOf(base, now), sign, limit);
  // From nothing to something is more than any per cent.
  const percent = base === 0 && now !== 0 ? Infinity : (percentOf(base, now) ?? 0);
  return isWithin(percent, sign, limit);
}

function isWithin(value: FigureValue, sign: Sign, limit: Threshold['limit']): boolean {
  if (typeof value !== 'number' || typeof limit !== 'number') return value === limit;
  switch (sign) {
    case '<=':
      return value <= limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '>':
      return value > limit;
    case '=':
      return value === limit;
  }
}
