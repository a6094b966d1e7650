/** A replay in one thread, seen from the main thread, which stays free for signals and progress. */
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import type { Machine } from './machine.ts';
import { LanePool } from './pool.ts';
import { SharedWatch } from './shared-watch.ts';
import type { SoloAnswer, SoloTask } from './solo-lane.ts';
import type { ReplayOptions, ReplayOutcome } from './terms.ts';

/**
 * Replays a trace in one worker; undefined where there are to be more, or where the main thread has something that
 * the worker would need: the trace itself (a log, a pipe), a dump of tables, a request log, a timeline.
 */
export async function replayInOneThread(
  trace: TraceSource,
  machine: Machine,
  options: ReplayOptions,
): Promise<ReplayOutcome | undefined> {
  const { lanes, requests, timeline, tables } = options;
  const { arrowFile: path } = trace;
  const hasMore = requests !== undefined || timeline !== undefined || tables !== undefined;
  if (lanes > 1 || path === undefined || hasMore) return undefined;
  const watch = new SharedWatch(1);
  const pool = new LanePool<SoloTask, SoloAnswer>('solo-lane', 1);
  const end = watch.begin(options, Infinity);
  try {
    const answer = await pool.run({ path, machine, ...watch.buffers });
    if (!answer.ok) throw new InputError(answer.message);
    return answer.outcome;
  } finally {
    end();
    await pool.close();
  }
}
