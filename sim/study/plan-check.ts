/** Values that no point of a plan can take: a mistake in the plan, told before anything runs. */
import { InputError } from '../../models/input-error.ts';
import { checkPoint } from './point-scenario.ts';
import type { StudyPoint } from './points.ts';

/**
 * Refuses a value with which no point can run. What fails only together with other values is a finding of the
 * points that have it. Throws InputError with what is wrong with the first of the value's points.
 */
export function checkPlan(points: readonly StudyPoint[]): void {
  const doubtful = new Map<string, unknown>();
  const good = new Set<string>();
  const verdicts = new Map<string, unknown>();
  for (const { values, ...point } of points) {
    const keys = Object.entries(values).map(([axis, value]) => `${axis}=${value}`);
    if (keys.every((key) => good.has(key))) continue;
    const asked = keys.filter((key) => !/^(window|trace|host|ram)=/.test(key)).join(' ');
    if (!verdicts.has(asked)) verdicts.set(asked, problemOf({ ...point, values }));
    const problem = verdicts.get(asked);
    for (const key of keys) {
      if (problem === undefined) good.add(key);
      else if (!doubtful.has(key)) doubtful.set(key, problem);
    }
  }
  for (const [key, problem] of doubtful) if (!good.has(key)) throw problem;
}

function problemOf(point: StudyPoint): unknown {
  try {
    checkPoint(point);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
