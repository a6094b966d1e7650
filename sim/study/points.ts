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

/** Values that a message names. */
const VALUES_NAMED = 16;

/** All points in their order. Throws InputError for more than anybody would wait for. */
export function pointsOf({ axes, seed }: Pick<StudyPlan, 'axes' | 'seed'>): StudyPoint[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > POINTS_MAX) {
    throw new InputError(`vary: expected at most ${POINTS_MAX} points, got ${count}`);
  }
  return Array.from({ length: count }, (_, index) => pointAt(index, axes, seed));
}

/**
 * The point of a number from 1 on, or of a name, in which axes may be left out that the point can do without. Throws
 * InputError that says which word of the name no point has, or how many points have all of them.
 */
export function pointNamed(points: readonly StudyPoint[], text: string): StudyPoint {
  if (/^\d+$/.test(text)) {
    const found = points[Number(text) - 1];
    if (found) return found;
    throw new InputError(`no point ${text}: those of the plan are 1 to ${points.length}`);
  }
  const name = text.trim().replace(/\s+/g, ' ');
  return points.find((point) => point.name === name) ?? singlePoint(points, name);
}

/** A point's values on axes that it has, as its name has them. */
export function placeOf({ values }: Pick<StudyPoint, 'values'>, axes: readonly string[]): string {
  return axes
    .filter((axis) => values[axis] !== undefined)
    .map((axis) => `${axis}=${values[axis]}`)
    .join(' ');
}

/** What tells a point from the others of its study: its values on the axes that vary; its name where none does. */
export function shortNameOf(
  point: Pick<StudyPoint, 'name' | 'values'>,
  axes: StudyPlan['axes'],
): string {
  const varied = axes.filter(({ values }) => values.length > 1).map(({ name }) => name);
  return placeOf(point, varied) || point.name;
}

/** The one point with the values that a name has. */
function singlePoint(points: readonly StudyPoint[], name: string): StudyPoint {
  let left = points;
  for (const word of name.split(/ (?=[\w.]+=)/)) {
    const [axis, ...value] = word.split('=');
    const having = left.filter(({ values }) => values[axis] === value.join('='));
    if (having.length === 0) throw noPointHas(word, axis, left);
    left = having;
  }
  if (left.length === 1) return left[0];
  const [{ index, name: first }] = left;
  throw new InputError(
    `${left.length} points of the plan have ${name}; the first is ${index + 1}: '${first}'`,
  );
}

function noPointHas(word: string, axis: string, points: readonly StudyPoint[]): InputError {
  const axes = Object.keys(points[0].values);
  if (!word.includes('=')) {
    const { values: first } = points[0];
    const { values: last } = points[points.length - 1];
    const example = axes.find((each) => first[each] !== last[each]) ?? axes[0];
    return new InputError(
      `no point '${word}': expected a number, 1 to ${points.length}, or values such as '${example}=${last[example]}'`,
    );
  }
  if (!axes.includes(axis)) {
    return new InputError(`no axis '${axis}' of the points${suggest(axis, axes)}`);
  }
  const values = [...new Set(points.map((point) => point.values[axis]))];
  const more = values.length > VALUES_NAMED ? ` and ${values.length - VALUES_NAMED} more` : '';
  return new InputError(
    `no point has ${word}; they have ${values.slice(0, VALUES_NAMED).join(', ')}${more}`,
  );
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
