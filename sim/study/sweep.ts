/**
 * Runs points of a study on some workers. Each takes the next point that waits; what a point gives depends on
 * nothing but the plan, so threads only change the time that it takes.
 */
import { InputError } from '../../models/input-error.ts';
import { LanePool } from '../replay/pool.ts';
import { SharedWatch } from '../replay/shared-watch.ts';
import type { StudyPlan } from './plan.ts';
import type { PointAnswer, PointTask } from './point-lane.ts';
import type { StudyPoint } from './points.ts';
import type { PointRecord } from './study-schema.ts';
import { recipeOf, type TraceRecipe } from './trace-choice.ts';
import { TraceRoom } from './trace-room.ts';

/**
 * Rows from which on a replay has a worker of its own, whose module of the unit no other replay has used: it is
 * faster there (see fresh-unit.ts), and the start of a worker no longer counts.
 */
const LONG_ROWS = 1_000_000;

export interface SweepOptions {
  readonly threads: number;
  /** Aborting it stops the sweep: points on their way are dropped. */
  readonly signal: AbortSignal;
  /**
   * A point is through. Its record lasts, but for one whose worker died, which another try may do better. What this
   * throws ends the sweep.
   */
  readonly onPoint: (point: StudyPoint, record: PointRecord, isLasting: boolean) => void;
  /** Called about five times a second. */
  readonly onTime: () => void;
}

/** A point that waits, and its trace; or why it has none. */
interface Waiting {
  readonly point: StudyPoint;
  readonly recipe: TraceRecipe | InputError;
}

interface EndedPoint {
  readonly record: PointRecord;
  readonly isLasting: boolean;
}

/** Runs all points, or those that are through before it is told to stop. */
export async function sweep(
  plan: StudyPlan,
  points: readonly StudyPoint[],
  options: SweepOptions,
): Promise<void> {
  if (points.length === 0) return;
  const threads = Math.min(options.threads, points.length);
  const watch = new SharedWatch(threads);
  const end = watch.begin({ signal: options.signal, onProgress: options.onTime }, Infinity);
  const waiting = points.map((point) => ({ point, recipe: recipeFor(plan, point) }));
  const room = new TraceRoom(waiting.flatMap(({ recipe }) => (isRecipe(recipe) ? [recipe] : [])));
  let isFailed = false;
  const isStopped = () => isFailed || options.signal.aborted;
  const slots = Array.from({ length: threads }, async (_, worker) => {
    const lane = new PointLane(plan, worker, watch, room);
    try {
      for (let next = waiting.shift(); next && !isStopped(); next = waiting.shift()) {
        const ended = await lane.run(next);
        if (ended && !isFailed) options.onPoint(next.point, ended.record, ended.isLasting);
      }
    } catch (error) {
      isFailed = true;
      watch.stop();
      throw error;
    } finally {
      await lane.close();
    }
  });
  try {
    await Promise.all(slots);
  } finally {
    await Promise.allSettled(slots);
    end();
  }
}

/** One worker, replaced where a point wants a new one. */
class PointLane {
  private pool: LanePool<PointTask, PointAnswer> | undefined;

  constructor(
    private readonly plan: StudyPlan,
    private readonly worker: number,
    private readonly watch: SharedWatch,
    private readonly room: TraceRoom,
  ) {}

  /** How a point ended; undefined where it was stopped. */
  async run({ point, recipe }: Waiting): Promise<EndedPoint | undefined> {
    if (!isRecipe(recipe)) return { record: failure(point, recipe.message), isLasting: true };
    const trace = await this.room.take(recipe);
    const isLong = trace === undefined || trace.rows >= LONG_ROWS;
    if (isLong) await this.close();
    this.pool ??= new LanePool('point-lane', 1);
    try {
      const { buffers } = this.watch;
      const task = { plan: this.plan, point, recipe, worker: this.worker, ...buffers };
      const { record } = await this.pool.run({ ...task, ...(trace && { trace }) });
      return record && { record, isLasting: true };
    } catch (error) {
      // A worker that dies takes one point with it.
      await this.close();
      const record = failure(point, `worker: ${(error as Error).message}`);
      return { record, isLasting: false };
    } finally {
      if (isLong) await this.close();
      await this.room.giveBack(recipe);
    }
  }

  async close(): Promise<void> {
    await this.pool?.close();
    this.pool = undefined;
  }
}

function isRecipe(recipe: TraceRecipe | InputError): recipe is TraceRecipe {
  return !(recipe instanceof Error);
}

/** A trace that names an axis that the study does not have fails its points only. */
function recipeFor(plan: StudyPlan, { values }: StudyPoint): TraceRecipe | InputError {
  try {
    return recipeOf(values.trace, plan.traces[values.trace], values, plan);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function failure({ name, seed, values }: StudyPoint, failed: string): PointRecord {
  return { name, seed, values: { ...values }, window: null, replay: null, failed };
}
