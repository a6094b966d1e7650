/** Values that no point of a plan can take: a mistake in the plan, told before anything runs. */
import { InputError } from '../../models/input-error.ts';
import { generate } from '../../traces/generate/generate.ts';
import type { StudyPlan, WrittenPlan } from './plan.ts';
import { completePlan } from './plan-file.ts';
import { checkPoint, checkWords } from './point-scenario.ts';
import { pointsOf, type StudyPoint } from './points.ts';
import { recipeOf } from './trace-choice.ts';

type Place = WrittenPlan['place'];

/** A refusal begins with the key of what is refused. */
const KEY = /^(?:study |--)?([\w.]+): /;
/** Axes whose values other keys take. */
const AXIS_OF: Readonly<Record<string, string>> = { 'host.kernel': 'kernel' };

/** A plan without mistakes, and its points. */
export interface CheckedPlan {
  readonly plan: StudyPlan;
  readonly points: readonly StudyPoint[];
}

/**
 * The plan that somebody wrote. What fails only together with other values is a finding of the points that have it.
 * Throws InputError with the place of a value with which no point can run, and what is wrong with the first one.
 */
export function checkedPlan(written: WrittenPlan): CheckedPlan {
  const plan = completePlan(written);
  const points = pointsOf(plan);
  checkValues(points, written.place);
  for (const name of Object.keys(plan.traces)) checkTrace(name, plan, points, written.place);
  return { plan, points };
}

function checkValues(points: readonly StudyPoint[], place: Place): void {
  const doubtful = new Map<string, { axis: string; problem: InputError }>();
  const good = new Set<string>();
  const verdicts = new Map<string, InputError | undefined>();
  for (const { values, ...point } of points) {
    const taken = Object.entries(values).map(([axis, value]) => ({
      axis,
      key: `${axis}=${value}`,
    }));
    if (taken.every(({ key }) => good.has(key))) continue;
    const asked = taken.filter(({ axis }) => !/^(window|trace|host|ram)$/.test(axis));
    const name = asked.map(({ key }) => key).join(' ');
    if (!verdicts.has(name))
      verdicts.set(
        name,
        problemOf(() => checkPoint({ ...point, values })),
      );
    const problem = verdicts.get(name);
    for (const { axis, key } of taken) {
      if (problem === undefined) good.add(key);
      else if (!doubtful.has(key)) doubtful.set(key, { axis, problem });
    }
  }
  for (const [key, { axis, problem }] of doubtful) {
    if (good.has(key)) continue;
    const said = AXIS_OF[keyOf(problem)] ?? keyOf(problem);
    const isAxis = points[0].values[said] !== undefined;
    throw isAxis
      ? refusalAt(place(['vary', said]), problem)
      : new InputError(`${place(['vary', axis])}: ${problem.message}`);
  }
}

/** A trace is good if some point can have it. */
function checkTrace(
  name: string,
  plan: StudyPlan,
  points: readonly StudyPoint[],
  place: Place,
): void {
  const choice = plan.traces[name];
  const { generator } = choice;
  const wrong = problemOf(() => checkWords(choice));
  if (wrong !== undefined) throw refusalAt(place(['traces', name, keyOf(wrong)]), wrong);
  if (generator === undefined) return;
  let problem: InputError | undefined;
  for (const { values } of points) {
    if (values.trace !== name) continue;
    problem = problemOf(() => generate(generator, recipeOf(name, choice, values, plan).set));
    if (problem === undefined) return;
  }
  if (problem === undefined) return;
  const parameter = keyOf(problem).split('.').at(-1) as string;
  throw refusalAt(place(['traces', name, 'set', parameter]), problem);
}

function problemOf(work: () => unknown): InputError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** The key that a refusal begins with; empty where it does not. */
function keyOf({ message }: InputError): string {
  return KEY.exec(message)?.[1] ?? '';
}

/** The refusal where the value was written, which says its key. */
function refusalAt(place: string, { message }: InputError): InputError {
  return new InputError(`${place}: ${message.replace(KEY, '')}`);
}
