/** Studies for programs: the points of a plan, each as it is done. */
import { resolve } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { checkForm } from '../form.ts';
import { THREADS_MAX } from '../scenario/scenario.ts';
import type { WrittenPlan } from '../study/plan.ts';
import { checkedPlan } from '../study/plan-check.ts';
import { readPlan } from '../study/plan-file.ts';
import { type PlanWords, planForm, writtenPlan } from '../study/plan-words.ts';
import { identityOf } from '../study/study-identity.ts';
import { resultsOf } from '../study/study-results.ts';
import type { PointRecord, StudyResults } from '../study/study-schema.ts';
import { sweep as sweepPoints } from '../study/sweep.ts';
import { threadsOf } from '../study/threads.ts';
import { ResultStream } from './result-stream.ts';
import type { StreamOutlet } from './stream-outlet.ts';

/** How a study is run. */
export interface SweepOptions {
  /** Workers, 1 to 64; all processors of the machine if absent. They change the speed and nothing else. */
  readonly threads?: number;
}

/**
 * Runs a study, every combination of what its plan varies, in worker threads, as `tcesim sweep` does.
 *
 * @param plan path of a plan, or an object with its keys (docs/plan.schema.json); paths in an object are relative to
 * the process's directory
 * @returns the points in the order in which they are done; behind the last one its `result` is what
 * `tcesim sweep --format json` prints: all points in the order of the plan
 * @throws InputError, from the loop, on a plan that cannot be used; a point that cannot be run says so in `failed`
 * @example
 * const study = sweep({ vary: { levels: [1, 2], window: ['2G', '1T'], page: '64K' } });
 * for await (const { name, replay } of study) console.log(name, replay?.latency.p99);
 */
export function sweep(
  plan: string | PlanWords,
  options: SweepOptions = {},
): ResultStream<PointRecord, StudyResults> {
  return new ResultStream((outlet) => sweepInto(outlet, plan, options));
}

async function sweepInto(
  outlet: StreamOutlet<PointRecord>,
  given: string | PlanWords,
  { threads = threadsOf(process.env, THREADS_MAX) }: SweepOptions,
): Promise<StudyResults> {
  if (!Number.isInteger(threads) || threads < 1 || threads > THREADS_MAX) {
    throw new InputError(`threads: expected 1..${THREADS_MAX}, got ${threads}`);
  }
  const { plan, points } = checkedPlan(planGiven(given));
  const records = new Map<number, PointRecord>();
  await sweepPoints(plan, points, {
    threads,
    signal: outlet.signal,
    onPoint: ({ index }, record) => {
      records.set(index, record);
      outlet.add([record]);
    },
    onTime: () => {},
  });
  const done = points.flatMap(({ index }) => records.get(index) ?? []);
  return resultsOf(identityOf(plan), done);
}

function planGiven(given: string | PlanWords): WrittenPlan {
  if (typeof given === 'string') return readPlan(given);
  const home = {
    place: (keys: readonly string[]) => `plan: ${keys.join('.')}`,
    fileAt: (path: string) => resolve(path),
  };
  return writtenPlan(
    checkForm(given, planForm, () => 'plan'),
    home,
  );
}
