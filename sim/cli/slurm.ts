/** `tcesim slurm`: a study as an array of jobs. What was asked for goes to stdout, what happens to stderr. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError } from '../../models/input-error.ts';
import type { Report } from '../report/document.ts';
import { checkedPlan } from '../study/plan-check.ts';
import { readPlan } from '../study/plan-file.ts';
import { quotedWord } from '../study/shell-word.ts';
import { collectShards } from '../study/slurm/collect.ts';
import { type JobRequest, jobScript, SHARD_FOLDER } from '../study/slurm/job-script.ts';
import { type ShardStatus, statusOf } from '../study/slurm/status.ts';
import { checkFolder, jobNameOf, openStudy, submitStudy } from '../study/slurm/submitted-study.ts';
import { parseTimeLimit } from '../study/slurm/time-limit.ts';
import { mergeInto } from './merge.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import { StopSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';

const CPUS_MAX = 1024;
const POLL_SECONDS_MAX = 3600;
const TRIES_MAX = 1000;
const GRACE_SECONDS_MAX = 65_535;

interface SubmitFlags {
  readonly array: string;
  readonly cpusPerTask: string;
  readonly output: string;
  readonly time?: string;
  readonly partition?: string;
  readonly mem?: string;
  readonly sbatch?: string[];
  readonly grace: string;
  readonly dryRun?: boolean;
}

interface CollectFlags {
  readonly tries: string;
  readonly poll: string;
}

const SUBMIT_HELP = `
The directory must be one that all nodes see; it gets plan.yaml (the plan as it is now), job.sh,
slurm.json (what was submitted), log/ and shards/.

Example:
  tcesim slurm submit plan.yaml --array 16 --cpus-per-task 4 --time 2:00:00 -o study
  tcesim slurm collect study`;

const COLLECT_HELP = `
Tasks that were killed, preempted or out of time are submitted again and go on where they stopped.
Stopping this command stops no job; call it again.`;

/** Gives the verb its own verbs. */
export function define(verb: Command): void {
  addSubmit(verb);
  verb
    .command('status')
    .description('what each shard has on the disk, and what Slurm says of its task')
    .argument('<dir>', 'of a study that was submitted')
    .addOption(
      new Option('--format <form>', 'of the output').choices(['table', 'json']).default('table'),
    )
    .action(showStatus);
  verb
    .command('collect')
    .description('wait for all shards, submit again what is missing, merge')
    .argument('<dir>', 'of a study that was submitted; gets results.json, points.csv, report.txt')
    .option('--tries <n>', 'give up after so many that brought no point', '3')
    .option('--poll <seconds>', 'between two looks at the queue', '10')
    .addHelpText('after', COLLECT_HELP)
    .action(collect);
}

function addSubmit(verb: Command): void {
  const gather = (value: string, before: string[] = []) => [...before, value];
  verb
    .command('submit')
    .description('write the job script of a study, show it, and submit it')
    .argument('<plan>', 'YAML file, as sweep reads it; sweep --plan prints that of any call')
    .requiredOption('--array <n>', 'so many tasks, each a shard')
    .requiredOption('--cpus-per-task <n>', 'workers of each task')
    .requiredOption('-o, --output <dir>', 'directory of the study')
    .option('--time <limit>', 'of each task: minutes, H:MM:SS or D-HH')
    .option('--partition <names>', 'where it may run')
    .option('--mem <size>', 'memory of each task, as 4G')
    .option('--sbatch <option>', 'any other option of sbatch, as --sbatch=--account=lab', gather)
    .option('--grace <seconds>', 'before the time limit, to stop and to keep what is done', '60')
    .option('--dry-run', 'show the script, write and submit nothing')
    .addHelpText('after', SUBMIT_HELP)
    .action(submit);
}

async function submit(file: string, flags: SubmitFlags): Promise<void> {
  const { plan, points } = checkedPlan(readPlan(file));
  const request = requestOf(flags, points.length);
  const folder = flags.output;
  const script = jobScript(request, jobNameOf(folder), [process.execPath, process.argv[1]]);
  checkFolder(folder);
  process.stdout.write(script);
  if (flags.dryRun) return;
  const id = await submitStudy(folder, plan, request, script);
  tell(
    `job ${id}: ${points.length} points in ${request.shards} tasks; then: tcesim slurm collect ${quotedWord(folder)}`,
  );
}

function requestOf(flags: SubmitFlags, points: number): JobRequest {
  const graceSeconds = wholeNumber(flags.grace, '--grace', 1, GRACE_SECONDS_MAX);
  const { time, partition, mem, sbatch = [] } = flags;
  // Slurm may send the signal up to a minute early; a task that begins with it would never get anywhere.
  if (time !== undefined && parseTimeLimit(time) < graceSeconds + 120) {
    throw new InputError(`--time ${time}: expected 2 minutes more than --grace ${flags.grace}`);
  }
  return {
    shards: wholeNumber(flags.array, '--array', 1, points, ', the points of the plan'),
    cpusPerTask: wholeNumber(flags.cpusPerTask, '--cpus-per-task', 1, CPUS_MAX),
    ...(time !== undefined && { time }),
    ...(partition !== undefined && { partition: singleWord(partition, '--partition') }),
    ...(mem !== undefined && { memory: singleWord(mem, '--mem') }),
    others: sbatch.map(otherOption),
    graceSeconds,
  };
}

async function showStatus(folder: string, { format }: { format: 'table' | 'json' }): Promise<void> {
  const shards = await statusOf(openStudy(folder));
  const json = () => `${JSON.stringify({ shards }, null, 2)}\n`;
  process.stdout.write(format === 'json' ? json() : textForOutput(statusReport(folder, shards)));
}

function statusReport(folder: string, shards: readonly ShardStatus[]): Report {
  const rows = shards.map(({ shard, points, done, failed, complete, job, state, reason }) => [
    `${shard}`,
    `${done} of ${points}${complete ? '' : ' !'}`,
    `${failed}`,
    `${job}_${shard}`,
    [state ?? '-', ...(reason === null || reason === 'None' ? [] : [reason])].join(', '),
  ]);
  const count = shards.filter(({ complete }) => complete).length;
  const remark = `${count} of ${shards.length} shards are complete`;
  const table = { head: ['shard', 'points', 'failed', 'task', 'Slurm says'], rows, left: [4] };
  return { title: folder, sections: [{ title: 'Shards', tables: [table], remarks: [remark] }] };
}

async function collect(folder: string, flags: CollectFlags): Promise<void> {
  const pollMs = wholeNumber(flags.poll, '--poll', 1, POLL_SECONDS_MAX) * 1000;
  const triesMax = wholeNumber(flags.tries, '--tries', 0, TRIES_MAX);
  const study = openStudy(folder);
  const signals = new StopSignals('the jobs go on; collect again to wait for them');
  const progress = new ProgressLine();
  const states = await collectShards(study, {
    triesMax,
    signal: signals.signal,
    pause: () => wait(pollMs, undefined, { signal: signals.signal }).catch(() => {}),
    onLook: (left) => progress.showTasks(left.length, left.filter(isRunning).length),
    onEvent: tell,
  });
  progress.end();
  signals.finish();
  if (states === undefined) return;
  mergeInto(
    states.map(({ shard }) => join(folder, SHARD_FOLDER, `${shard}`)),
    folder,
  );
}

function isRunning({ state }: { readonly state: string }): boolean {
  return state === 'RUNNING';
}

function wholeNumber(text: string, flag: string, least: number, most: number, why = ''): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  throw new InputError(`${flag}: expected ${least}..${most}${why}, got '${text}'`);
}

function singleWord(text: string, flag: string): string {
  if (/^[\w.,:+@%-]+$/.test(text)) return text;
  throw new InputError(`${flag}: expected a word without blanks and quotes, got '${text}'`);
}

function otherOption(text: string): string {
  if (/^-[^\r\n]+$/.test(text)) return text;
  throw new InputError(
    `--sbatch: expected an option of sbatch, as --sbatch=--account=lab, got '${text}'`,
  );
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
