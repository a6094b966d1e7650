/**
 * The job script of a study: an array with a task for each shard. It is submitted from the study's own folder,
 * so that all its paths are relative and the folder may have any name. Options after sbatch(1) of Slurm 22.05.
 */
import { quotedWord } from '../shell-word.ts';

/** What each task asks of the cluster. */
export interface JobRequest {
  readonly shards: number;
  readonly cpusPerTask: number;
  /** In sbatch's own forms; what is left out is the cluster's. */
  readonly time?: string;
  readonly partition?: string;
  readonly memory?: string;
  /** Other options of sbatch, as `--account=physics`. */
  readonly others: readonly string[];
  /** Before the time limit, so long a task has to stop. */
  readonly graceSeconds: number;
}

/** What stands in the folder of a study that was submitted. */
export const PLAN_FILE = 'plan.yaml';
export const SCRIPT_FILE = 'job.sh';
export const LOG_FOLDER = 'log';
export const SHARD_FOLDER = 'shards';

const TASK = '$SLURM_ARRAY_TASK_ID';

/** The script; `program` are the words that call tcesim. The same request gives the same text. */
export function jobScript(
  request: JobRequest,
  jobName: string,
  program: readonly string[],
): string {
  const options = [
    `--job-name=${jobName}`,
    `--array=1-${request.shards}`,
    `--cpus-per-task=${request.cpusPerTask}`,
    ...(request.time === undefined ? [] : [`--time=${request.time}`]),
    ...(request.partition === undefined ? [] : [`--partition=${request.partition}`]),
    ...(request.memory === undefined ? [] : [`--mem=${request.memory}`]),
    ...request.others,
    `--output=${LOG_FOLDER}/shard-%a.log`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:TERM@${request.graceSeconds}`,
  ];
  const call = [
    ...program.map(quotedWord),
    `sweep ${PLAN_FILE} --shard "${TASK}/${request.shards}" --resume -o "${SHARD_FOLDER}/${TASK}"`,
    '>/dev/null',
  ];
  return [
    '#!/bin/bash',
    '# A shard of a study in each task; submit it from its own folder: sbatch job.sh',
    ...options.map((option) => `#SBATCH ${option}`),
    '',
    '# Slurm tells the batch shell when time is up or the task goes back to the queue. tcesim takes the',
    "# shell's place, so that it hears of it and stops with the points that are done; --resume keeps these.",
    '# What it would report of its part alone says nothing of the study.',
    `exec ${call.join(' ')}`,
    '',
  ].join('\n');
}

/** Where a task of a shard says what it has to say. */
export function logOf(shard: number): string {
  return `${LOG_FOLDER}/shard-${shard}.log`;
}
