/** Where a submitted study stands: each shard on the disk, and its last task in the queue or the accounting. */

import { isEnded, pastTasks, queuedTasks, type SlurmTask } from './slurm-commands.ts';
import { SlurmError } from './slurm-error.ts';
import {
  isComplete,
  type ShardState,
  type SubmittedStudy,
  shardStates,
} from './submitted-study.ts';

export interface ShardStatus extends ShardState {
  readonly complete: boolean;
  /** The last job that has it. */
  readonly job: string;
  /** Slurm's own word; null where Slurm knows nothing of it, any more or here. */
  readonly state: string | null;
  readonly reason: string | null;
  /** Whether its task waits or runs. */
  readonly queued: boolean;
}

/** The status of each shard. Where there is no Slurm, what the disk tells. */
export async function statusOf(study: SubmittedStudy): Promise<readonly ShardStatus[]> {
  const { record } = study;
  const tasks = new Map((await tasksOf(study)).map((task) => [keyOf(task), task]));
  return shardStates(study).map((onDisk) => {
    const { shard } = onDisk;
    const job = record.jobs.findLast(({ shards }) => shards.includes(shard))?.id ?? '';
    const task = tasks.get(keyOf({ job, shard }));
    return {
      ...onDisk,
      complete: isComplete(onDisk),
      job,
      state: task?.state ?? null,
      reason: task?.reason ?? null,
      queued: task !== undefined && !isEnded(task),
    };
  });
}

/** What Slurm knows; the queue goes after the accounting, which is late. */
async function tasksOf({ record: { jobName, jobs } }: SubmittedStudy): Promise<SlurmTask[]> {
  const past = await pastTasks(jobs.map(({ id }) => id));
  try {
    return [...past, ...(await queuedTasks(jobName))];
  } catch (error) {
    if (error instanceof SlurmError) return past;
    throw error;
  }
}

function keyOf({ job, shard }: Pick<SlurmTask, 'job' | 'shard'>): string {
  return `${job}_${shard}`;
}
