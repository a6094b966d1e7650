/**
 * A study in a folder that all nodes see: its plan, the script that runs it, a folder for each shard, and what was
 * submitted. Whether a shard is complete its points tell, whatever Slurm says of the task.
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { InputError } from '../../../models/input-error.ts';
import { makeDirectories } from '../../directory.ts';
import { VERSION } from '../../version.ts';
import { writeWhole } from '../file-write.ts';
import { planDigest, type StudyPlan } from '../plan.ts';
import { completePlan, planText, readPlan } from '../plan-file.ts';
import { PointStore } from '../point-store.ts';
import { pointsOf, type StudyPoint } from '../points.ts';
import { shardOf } from '../shard.ts';
import { identityOf } from '../study-identity.ts';
import { findRecord, type JobRecord, newRecord, writeRecord } from './job-record.ts';
import { type JobRequest, LOG_FOLDER, PLAN_FILE, SCRIPT_FILE, SHARD_FOLDER } from './job-script.ts';
import { submitTasks } from './slurm-commands.ts';

const NAME_LETTERS = 8;

export interface SubmittedStudy {
  readonly folder: string;
  readonly plan: StudyPlan;
  readonly points: readonly StudyPoint[];
  readonly record: JobRecord;
}

/** What a shard has on the disk. */
export interface ShardState {
  readonly shard: number;
  readonly points: number;
  readonly done: number;
  /** Of those done. They fail again wherever they run. */
  readonly failed: number;
}

/** The name of all jobs of a study in a folder: no other has it, so that the queue can be asked for it. */
export function jobNameOf(folder: string): string {
  const digest = createHash('sha256').update(resolve(folder)).digest('hex');
  return `tcesim-${digest.slice(0, NAME_LETTERS)}`;
}

/**
 * Throws InputError on a folder whose study was submitted, and on a name that Slurm 22.05 changes: it takes a % in
 * the folder of a job for a symbol, as in the names of its output files.
 */
export function checkFolder(folder: string): void {
  const path = resolve(folder);
  if (/[%\\\r\n]/.test(path)) {
    throw new InputError(
      `-o: expected a path without % and \\, which Slurm replaces, got '${path}'`,
    );
  }
  const [first] = findRecord(folder)?.jobs ?? [];
  if (first === undefined) return;
  throw new InputError(
    `${folder}: was submitted as job ${first.id}; collect it, or take another folder`,
  );
}

/**
 * Writes the folder of a study and submits all its shards. Answers the id of the job. Throws InputError where the
 * folder has a study already, StoreError where it cannot be written, SlurmError where Slurm refuses.
 */
export async function submitStudy(
  folder: string,
  plan: StudyPlan,
  { shards }: JobRequest,
  script: string,
): Promise<string> {
  checkFolder(folder);
  makeFolders(folder);
  // The plan as it is now, with the whole paths of its files: what is edited later is another study.
  writeWhole(join(folder, PLAN_FILE), planText(plan));
  writeWhole(join(folder, SCRIPT_FILE), script);
  const record = newRecord(jobNameOf(folder), planDigest(plan), shards);
  const { jobs } = await submitMore(folder, record, numbersTo(shards));
  return jobs[0].id;
}

/** Submits shards, once more or for the first time; the record that is written knows of it. Throws SlurmError. */
export async function submitMore(
  folder: string,
  record: JobRecord,
  shards: readonly number[],
): Promise<JobRecord> {
  const id = await submitTasks(folder, shards);
  const extended = { ...record, jobs: [...record.jobs, { id, shards: [...shards] }] };
  writeRecord(folder, extended);
  return extended;
}

/** The study of a folder. Throws InputError where none was submitted, or not by this version. */
export function openStudy(folder: string): SubmittedStudy {
  const record = findRecord(folder);
  if (record === undefined) {
    throw new InputError(`${folder}: nothing was submitted from here; see tcesim slurm submit`);
  }
  if (record.version !== VERSION) {
    throw new InputError(
      `${folder}: was submitted with tcesim ${record.version}, this is ${VERSION}`,
    );
  }
  const path = join(folder, PLAN_FILE);
  const plan = completePlan(readPlan(path));
  if (planDigest(plan) !== record.planDigest) {
    throw new InputError(
      `${path}: is not what was submitted; the plan or a file that it names has changed`,
    );
  }
  return { folder, plan, points: pointsOf(plan), record };
}

/** What each shard has on the disk. */
export function shardStates({ folder, plan, points, record }: SubmittedStudy): ShardState[] {
  const identity = identityOf(plan);
  return numbersTo(record.shards).map((shard) => {
    const store = PointStore.existing(join(folder, SHARD_FOLDER, String(shard)), identity);
    const mine = shardOf(points, { index: shard, count: record.shards });
    const done = mine.flatMap((point) => store.read(point) ?? []);
    const failed = done.filter((each) => each.failed !== null);
    return { shard, points: mine.length, done: done.length, failed: failed.length };
  });
}

export function isComplete({ points, done }: ShardState): boolean {
  return done === points;
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1);
}

function makeFolders(folder: string): void {
  try {
    for (const name of [LOG_FOLDER, SHARD_FOLDER]) {
      makeDirectories(join(folder, name));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`-o '${folder}': cannot be made a directory (${code})`);
  }
}
