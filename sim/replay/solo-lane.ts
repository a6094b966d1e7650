/** The worker of a replay in one thread: opens the trace by itself. It lies beside lane.ts for its unit's sake. */
import { ArrowTrace } from '../../traces/arrow/reader.ts';
import { openSource } from '../../traces/open-file.ts';
import { isForUser } from './lane-error.ts';
import type { Machine } from './machine.ts';
import { rowWatch, type WatchBuffers } from './shared-watch.ts';
import { replaySolo } from './solo-replay.ts';
import type { ReplayOutcome } from './terms.ts';

export interface SoloTask extends WatchBuffers {
  /** An Arrow file that can be opened once more. */
  readonly path: string;
  readonly machine: Machine;
}

/** What the worker answers; see lane-error.ts. */
export type SoloAnswer =
  | { readonly ok: true; readonly outcome: ReplayOutcome }
  | { readonly ok: false; readonly message: string };

/** Replays a trace to its end, or until it is told to stop. */
export default async function replayAlone(task: SoloTask): Promise<SoloAnswer> {
  const { path, machine } = task;
  try {
    const trace = new ArrowTrace(openSource(path));
    return { ok: true, outcome: await replaySolo(trace, machine, rowWatch(task, 0)) };
  } catch (error) {
    if (!isForUser(error)) throw error;
    return { ok: false, message: error.message };
  }
}
