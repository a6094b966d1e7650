/**
 * The points of a study: all combinations of the values of its axes, the last axis running fastest. A point's
 * name tells its values; its seed is made of the plan's seed and that name, whoever runs it, and in which order.
 */
import { InputError } from '../../models/input-error.ts';
import { suggest } from '../../traces/nearest.ts';
import type { StudyPlan } from './plan.ts';

export interface StudyPoint {
  /** Its place in the plan, from 0. */
  readonly index: number;
  /** As `kernel=6.12-64k host=free page=64K window=64G levels=2 trace=random`. */
  readonly name: string;
  readonly seed: string;
  /** Its value on each axis. */
  readonly values: Readonly<Record<string, string>>;
}

/** A study of more is a mistake in its plan. */
const POINTS_MAX = 1_000_000;

/** All points in their order. Throws InputError for more than anybody would wait for. */
export function pointsOf({ axes, seed }: Pick<StudyPlan, 'axes' | 'seed'>): StudyPoint[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > POINTS_MAX) {
    throw new InputError(`vary: expected at most ${POINTS_MAX} points, got ${count}`);
  }
  return Array.from({ length: count }, (_, index) => pointAt(index, axes, seed));
}

/** The point of a name, or of a number from 1 on. Throws InputError with the nearest name. */
export function pointNamed(points: readonly StudyPoint[], text: string): StudyPoint {
  const found = /^\d+$/.test(text)
    ? points[Number(text) - 1]
    : points.find(({ name }) => name === text.trim().replace(/\s+/g, ' '));
  if (found) return found;
  const names = points.map(({ name }) => name);
  const hint = names.length > 100 ? '' : suggest(text, names);
  throw new InputError(`no point '${text}' among the ${names.length} of the plan${hint}`);
}

function pointAt(index: number, axes: StudyPlan['axes'], seed: string): StudyPoint {
  const values: [string, string][] = [];
  let rest = index;
  for (const { name, values: all } of axes.toReversed()) {
    values.unshift([name, all[rest % all.length]]);
    rest = Math.floor(rest / all.length);
  }
  const name = values.map(([axis, value]) => `${axis}=${value}`).join(' ');
  return { index, name, seed: `${seed}/${name}`, values: Object.fromEntries(values) };
}
