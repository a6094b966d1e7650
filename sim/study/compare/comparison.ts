/**
 * Two results of the same kind compared: what moved, and whether thresholds hold. Without a threshold nothing may
 * move.
 */
import { InputError } from '../../../models/input-error.ts';
import { type Asked, askedOtherwise } from '../asked.ts';
import type { AxisValues } from '../axis.ts';
import { type Judgement, judge } from './judge.ts';
import { Metrics } from './metrics.ts';
import { type Moves, matchPoints, movesOf } from './moves.ts';
import type { Side } from './side.ts';
import { parseThreshold, type Threshold } from './threshold.ts';

export interface Comparison extends Moves {
  readonly base: Side;
  readonly now: Side;
  /** Axes by which points are told apart. */
  readonly varied: readonly string[];
  readonly asked: readonly Asked[];
  readonly judgements: readonly Judgement[];
  readonly holds: boolean;
}

/** What is judged where there is no threshold. */
const NOTHING_MOVES = 'nothing moves';

/**
 * Compares. Thresholds are those of the new side's plan and `given` ones. Throws InputError where the sides are of
 * two kinds, and on thresholds that cannot be read.
 */
export function compare(base: Side, now: Side, given: readonly string[]): Comparison {
  if (base.kind !== now.kind) {
    const of = { study: 'a study', run: 'a run' };
    throw new InputError(
      `${base.path} and ${now.path}: expected two of a kind, got results of ${of[base.kind]} and of ${of[now.kind]}`,
    );
  }
  const metrics = now.kind === 'study' ? Metrics.ofStudies() : Metrics.ofRuns(keysOf([base, now]));
  const axes = axesOfBoth(base, now);
  const thresholds = [
    ...thresholdsOf(now.thresholds, metrics, axes, `${now.path}: thresholds`),
    ...thresholdsOf(given, metrics, axes, '--threshold'),
  ];
  const varied = axesThatVary(base, now);
  const matched = matchPoints(base, now, varied);
  const moves = movesOf(matched, metrics);
  const judgements = thresholds.length === 0 ? [judgeMoves(moves)] : judge(matched, thresholds);
  const asked = askedOtherwise(base.asked, now.asked);
  const holds = judgements.every((judgement) => judgement.holds);
  return { base, now, varied, asked, ...moves, judgements, holds };
}

function thresholdsOf(
  texts: readonly string[],
  metrics: Metrics,
  axes: readonly AxisValues[],
  what: string,
): Threshold[] {
  return texts.map((text) => parseThreshold(text, metrics, axes, what));
}

function judgeMoves({ moves, points }: Moves): Judgement {
  const breaches = moves.map(({ point, base, now }) => ({ point, base, now }));
  const holds = points > 0 && moves.length === 0;
  return { text: NOTHING_MOVES, holds, judged: points, breaches };
}

function keysOf(sides: readonly Side[]): string[] {
  return sides.flatMap(({ points }) => points.flatMap(({ figures }) => [...figures.keys()]));
}

/** The values of both sides by axis: a threshold may be about a point that one of them lacks. */
function axesOfBoth(base: Side, now: Side): AxisValues[] {
  const names = new Set([...now.axes, ...base.axes].map(({ name }) => name));
  const valuesOf = ({ axes }: Side, name: string) =>
    axes.find((axis) => axis.name === name)?.values ?? [];
  return [...names].map((name) => ({
    name,
    values: [...new Set([...valuesOf(now, name), ...valuesOf(base, name)])],
  }));
}

/**
 * The axes with several values on one of the sides. An axis with a single value on each is the same for all points;
 * where it is another one, it was asked otherwise.
 */
function axesThatVary(base: Side, now: Side): string[] {
  const several = [...now.axes, ...base.axes].filter(({ values }) => values.length > 1);
  return [...new Set(several.map(({ name }) => name))];
}
