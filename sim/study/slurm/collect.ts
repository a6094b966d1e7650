/**
 * Brings a submitted study to its end: waits until none of its tasks is in the queue, looks which shards are
 * complete, and submits the others again. A task that was killed, that ran into its time limit or whose node
 * failed left its points on the disk, so another round begins where it stopped.
 */
import { join } from 'node:path';
import type { JobRecord } from './job-record.ts';
import { logOf } from './job-script.ts';
import { isEnded, queuedTasks, type SlurmTask, taskList } from './slurm-commands.ts';
import { SlurmError } from './slurm-error.ts';
import {
  isComplete,
  type ShardState,
  type SubmittedStudy,
  shardStates,
  submitMore,
} from './submitted-study.ts';

/** So often in a row the queue is asked in vain: a cluster's controller may be away for some time. */
const QUEUE_FAILURES_MAX = 20;

/** Tasks that only somebody's word gets going again. */
const HELD = /held|hold|SPECIAL_EXIT|DependencyNeverSatisfied/i;

export interface CollectOptions {
  /** How often shards are submitted again without a single point more, before it gives up. */
  readonly triesMax: number;
  readonly signal: AbortSignal;
  /** The time between two looks. */
  readonly pause: () => Promise<void>;
  /** The tasks that are left, at each look. */
  readonly onLook: (left: readonly SlurmTask[]) => void;
  /** What a person should know. */
  readonly onEvent: (line: string) => void;
}

/**
 * Answers what the shards have when all are complete; undefined where it was told to stop: the jobs go on. Throws
 * SlurmError where shards stay incomplete, or the queue cannot be read.
 */
export async function collectShards(
  study: SubmittedStudy,
  options: CollectOptions,
): Promise<readonly ShardState[] | undefined> {
  let { record } = study;
  let doneBefore = Number.POSITIVE_INFINITY;
  let tries = 0;
  for (;;) {
    // 1. No task is on its way any more.
    await waitForTasks(record, options);
    if (options.signal.aborted) return undefined;
    // 2. All is there, or something is missing.
    const states = await settledStates(study, options);
    const missing = states.filter((state) => !isComplete(state)).map(({ shard }) => shard);
    if (missing.length === 0) return states;
    // 3. A try that got no further is a try less.
    const done = states.reduce((sum, state) => sum + state.done, 0);
    tries = done > doneBefore ? 1 : tries + 1;
    doneBefore = done;
    if (tries > options.triesMax) throw new SlurmError(refusal(study, missing, options.triesMax));
    // 4. Once more.
    if (options.signal.aborted) return undefined;
    record = await submitMore(study.folder, record, missing);
    options.onEvent(`${shardWords(missing)} submitted again as job ${record.jobs.at(-1)?.id}`);
  }
}

/** Waits until the queue has no task of the study that may still run. */
async function waitForTasks({ jobName, jobs }: JobRecord, options: CollectOptions): Promise<void> {
  const ids = new Set(jobs.map(({ id }) => id));
  const told = new Set<string>();
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      const tasks = await queuedTasks(jobName);
      const left = tasks.filter((task) => ids.has(task.job) && !isEnded(task));
      failures = 0;
      if (left.length === 0) return;
      options.onLook(left);
      for (const task of left) tellHeld(task, told, options);
    } catch (error) {
      failures += 1;
      if (!(error instanceof SlurmError) || failures > QUEUE_FAILURES_MAX) throw error;
    }
    await options.pause();
  }
}

/** A task that waits for ever would let its study wait for ever, and nobody would know why. */
function tellHeld(task: SlurmTask, told: Set<string>, { onEvent }: CollectOptions): void {
  const name = `${task.job}_${task.shard}`;
  if (told.has(name) || !HELD.test(`${task.state} ${task.reason}`)) return;
  told.add(name);
  onEvent(`task ${name} is held (${task.state}, ${task.reason}): scontrol release ${name}`);
}

/** What the shards have; a file system of a network may show what a task wrote some time later. */
async function settledStates(
  study: SubmittedStudy,
  { pause }: CollectOptions,
): Promise<readonly ShardState[]> {
  const states = shardStates(study);
  if (states.every(isComplete)) return states;
  await pause();
  return shardStates(study);
}

function refusal({ folder, record }: SubmittedStudy, missing: number[], tries: number): string {
  const log = join(folder, logOf(missing[0]));
  const what = `${shardWords(missing)} of ${record.shards}`;
  return `${folder}: ${what} not complete, ${tries} more tries brought no point; see ${log}`;
}

function shardWords(shards: readonly number[]): string {
  return `shard${shards.length === 1 ? '' : 's'} ${taskList(shards)}`;
}
