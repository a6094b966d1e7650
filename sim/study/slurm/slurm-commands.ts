/** The one door to Slurm: sbatch, squeue and sacct, called as a user calls them. */
import { execFile } from 'node:child_process';
import { SCRIPT_FILE } from './job-script.ts';
import { SlurmError } from './slurm-error.ts';

/** A task of an array, as Slurm knows it. */
export interface SlurmTask {
  readonly job: string;
  readonly shard: number;
  /** Slurm's own word: `RUNNING`. */
  readonly state: string;
  /** Why it waits, or why it ended; Slurm's own words. */
  readonly reason: string;
}

interface Called {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** States that a task does not leave by itself. All others are on their way to one of these. */
const ENDED = [
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
];

const OUTPUT_BYTES_MAX = 2 ** 26;

/** Whether a task will not run any more. */
export function isEnded({ state }: SlurmTask): boolean {
  return ENDED.includes(state);
}

/** Submits tasks of the script in a folder, from there. Answers the job's id. Throws SlurmError. */
export async function submitTasks(folder: string, shards: readonly number[]): Promise<string> {
  const args = ['--parsable', `--array=${taskList(shards)}`, SCRIPT_FILE];
  // On a cluster of clusters the id is followed by a semicolon and a name.
  const id = (await succeed('sbatch', args, folder)).trim().split(';')[0];
  if (/^\d+$/.test(id)) return id;
  throw new SlurmError(`sbatch: expected the id of a job, got '${id}'`);
}

/** The tasks of a job's name that the queue knows: waiting, running, and for some minutes those that ended. */
export async function queuedTasks(jobName: string): Promise<SlurmTask[]> {
  const form = '--format=%F|%K|%T|%r';
  const args = ['--noheader', '--array', '--states=all', `--name=${jobName}`, form];
  return (await succeed('squeue', args)).split('\n').flatMap((line) => {
    const [job, shard, state, reason] = line.split('|');
    return /^\d+$/.test(shard ?? '') ? [{ job, shard: Number(shard), state, reason }] : [];
  });
}

/** Tasks of the past from the accounting; none where the cluster keeps none. */
export async function pastTasks(jobs: readonly string[]): Promise<SlurmTask[]> {
  const form = ['--noheader', '--allocations', '--parsable2', '--format=JobID,State,ExitCode'];
  const { code, stdout } = await call('sacct', [...form, `--jobs=${jobs.join(',')}`]);
  if (code !== 0) return [];
  return stdout.split('\n').flatMap((line) => {
    const [, job, shard, state, exit] = /^(\d+)_(\d+)\|(\w+)[^|]*\|(.*)$/.exec(line) ?? [];
    return job === undefined ? [] : [{ job, shard: Number(shard), state, reason: `exit ${exit}` }];
  });
}

/** Numbers in ascending order as sbatch has them, runs of them shortened: `1-3,7`. */
export function taskList(shards: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const shard of shards) {
    const last = runs.at(-1);
    if (last && last[1] === shard - 1) last[1] = shard;
    else runs.push([shard, shard]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

async function succeed(command: string, args: readonly string[], folder?: string): Promise<string> {
  const { code, stdout, stderr } = await call(command, args, folder);
  if (code === 0) return stdout;
  if (code === 'ENOENT') throw new SlurmError(`${command}: not found; is this a host of Slurm?`);
  throw new SlurmError(`${command}: ${stderr.trim() || `ended with ${code}`}`);
}

function call(command: string, args: readonly string[], folder?: string): Promise<Called> {
  const options = { maxBuffer: OUTPUT_BYTES_MAX, ...(folder !== undefined && { cwd: folder }) };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr }),
    );
  });
}
