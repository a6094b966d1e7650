/** The worker of a sweep: runs points of one study, one after the other. */
import { shareUnitModule } from '../replay/fresh-unit.ts';
import { rowWatch, type WatchBuffers } from '../replay/shared-watch.ts';
import type { StudyPlan } from './plan.ts';
import { PointRunner } from './point-runner.ts';
import type { StudyPoint } from './points.ts';
import { type SharedTrace, sharedSource } from './shared-trace.ts';
import type { PointRecord } from './study-schema.ts';
import { openRecipe, type TraceRecipe } from './trace-choice.ts';

export interface PointTask extends WatchBuffers {
  readonly plan: StudyPlan;
  readonly point: StudyPoint;
  readonly recipe: TraceRecipe;
  /** The rows of the recipe; absent: the worker opens it by itself. */
  readonly trace?: SharedTrace;
  /** Number of this worker. */
  readonly worker: number;
}

/** A point's record; none where it was stopped. */
export type PointAnswer = { readonly record?: PointRecord };

let runner: PointRunner | undefined;

// A thread has one module of the unit for all its points.
shareUnitModule();

export default async function runPoint(task: PointTask): Promise<PointAnswer> {
  const { plan, point, recipe, trace, worker } = task;
  runner ??= new PointRunner(plan);
  const open = async () => (trace ? sharedSource(trace) : openRecipe(recipe));
  const record = await runner.run(point, open, rowWatch(task, worker));
  return record === undefined ? {} : { record };
}
