/** `tcesim sweep`: a study, all points of a plan. Its report goes to stdout, progress to stderr. */
import { InputError } from '../../models/input-error.ts';
import { renderCsvRows } from '../report/csv.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { THREADS_MAX } from '../scenario/scenario.ts';
import { mergePlans, type StudyPlan, type WrittenPlan } from '../study/plan.ts';
import { checkedPlan } from '../study/plan-check.ts';
import { canonicalPath, planText, readPlan } from '../study/plan-file.ts';
import { pointRows } from '../study/point-row.ts';
import { PointStore } from '../study/point-store.ts';
import { pointText } from '../study/point-text.ts';
import { pointNamed, type StudyPoint, shortNameOf } from '../study/points.ts';
import { parseShard, type Shard, shardOf, WHOLE } from '../study/shard.ts';
import { shardOfCall } from '../study/shard-environment.ts';
import { quotedWord } from '../study/shell-word.ts';
import { removeStudy, writeStudy } from '../study/study-files.ts';
import { identityOf } from '../study/study-identity.ts';
import { screenReport, studyReport } from '../study/study-report.ts';
import { resultsOf, resultsText } from '../study/study-results.ts';
import type { PointRecord, StudyResults } from '../study/study-schema.ts';
import { sweep } from '../study/sweep.ts';
import { threadsOf } from '../study/threads.ts';
import { EXIT_PARTLY } from './exit-codes.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import { PAGE_NAME } from './run-files.ts';
import { tellStale } from './stale-files.ts';
import { StopSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

/** Flags that are axes of the plan. */
const AXIS_FLAGS = [
  'phb',
  'firmware',
  'kernel',
  'ram',
  'memlock',
  'host',
  'page',
  'window',
  'levels',
  'trace',
  'map',
  'pace',
] as const;

type AxisFlags = { readonly [Name in (typeof AXIS_FLAGS)[number]]?: string };

interface SweepFlags extends AxisFlags {
  readonly set?: string[];
  readonly requests?: string;
  readonly seed?: string;
  readonly threads?: string;
  readonly output?: string;
  readonly report?: boolean;
  readonly resume?: boolean;
  readonly shard?: string;
  readonly commands?: string;
  readonly plan?: boolean;
  readonly show?: string;
  readonly format: (typeof FORMATS)[number];
}

const HELP = `
Values: 2 · 1,3 · 1..5 (by one) · 2G..64T (doubling) · 256..4096*4 · 0..100+10

A plan is a YAML file; --plan prints that of any call:
  title: cache against pages
  seed: s                          # of everything random
  requests: 20000                  # of each generated trace
  vary:                            # every combination is a point
    page: [4K, 64K]
    window: 2G..64G
    levels: 1..3
    tceCache.entries: 256..4096*4  # any key of --set
    host: [free, old]
    trace: [random, disk]
  hosts:
    old: { past: aged, set: { steps: 30, free: 0.02 } }
  traces:
    disk: { generator: nvme, set: { iova: fixed, page: 4K }, dmaOnly: true }

Examples:
  tcesim sweep -o levels                     the study of levels against window size
  tcesim sweep --levels 1..3 --window 2G,64G,1T --page 4K,64K --seed s -o DIR
  tcesim sweep plan.yaml --shard 2/8 -o part2    then: tcesim merge part1 .. part8 -o all`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  verb
    .argument('[plan]', 'YAML file; flags override it; neither: levels against window size')
    .option('--levels <list>', 'levels of the table (2)')
    .option('--window <list>', 'sizes of the DMA window (64G)')
    .option('--page <list>', 'IO pages (64K)')
    .option('--kernel <list>', 'powernv kernels with their page, as 6.12-64k,6.12-4k (6.12-64k)')
    .option(
      '--host <list>',
      'free (all memory), fresh, pinned, churn, aged, or a buddyinfo file (free)',
    )
    .option('--ram <list>', 'memory of the host (64G)')
    .option('--memlock <list>', 'RLIMIT_MEMLOCK as sizes, or unlimited (unlimited)')
    .option('--trace <list>', 'nic, nvme, random, generators, or files (random)')
    .option('--phb <list>', 'phb3, phb4, phb4-small, phb5 (phb4)')
    .option('--firmware <list>', 'post2021, pre2021 (post2021)')
    .option('--map <list>', 'pages mapped before the trace: none, touched, all')
    .option('--pace <text>', 'pacing of all traces, as run has it')
    .option('--set <key=list>', 'values of a parameter of the unit', collect)
    .option('--requests <count>', 'DMA requests of each generated trace (20000)')
    .option('--seed <text>', 'seed of everything random')
    .option('--threads <n>', "workers; changes the speed and nothing else (the machine's)")
    .option(
      '-o, --output <dir>',
      'keep points there: results.json, points.csv, .parquet and .arrow, report.txt',
    )
    .option('--report', 'write report.html there, too')
    .option('--resume', 'do not run again what --output has finished')
    .option(
      '--shard <i/n>',
      'run only part i of n; env/n: the i that Slurm or Kubernetes gives; see merge',
    )
    .option('--commands <n>', 'print the commands of n shards, one a line, and run nothing')
    .option('--plan', 'print the plan and run nothing')
    .option(
      '--show <point>',
      'print how to run one point alone: its number from 1 on, or its values, as "levels=2"',
    )
    .addOption(new Option('--format <form>', 'of stdout').choices(FORMATS).default('table'))
    .addHelpText('after', HELP)
    .action(runSweep);
}

async function runSweep(file: string | undefined, flags: SweepFlags): Promise<void> {
  const { plan, points } = checkedPlan(writtenFrom(file, flags));
  if (flags.plan) {
    process.stdout.write(planText(plan));
  } else if (flags.show !== undefined) {
    process.stdout.write(pointText(plan, pointNamed(points, flags.show)));
  } else if (flags.commands !== undefined) {
    process.stdout.write(shardCommands(file, flags, flags.commands));
  } else {
    await runPoints(plan, points, file, flags);
  }
}

async function runPoints(
  plan: StudyPlan,
  all: readonly StudyPoint[],
  file: string | undefined,
  flags: SweepFlags,
): Promise<void> {
  const { output, resume = false, report = false, format } = flags;
  if (output === '') throw new UsageError("sweep: -o: expected a directory, got ''");
  if (resume && output === undefined) throw new UsageError('sweep: --resume wants -o DIR');
  if (report && (output === undefined || flags.shard !== undefined)) {
    throw new UsageError(
      'sweep: --report wants -o DIR and the whole study; of shards, tcesim merge, then report',
    );
  }
  const shard = flags.shard === undefined ? WHOLE : shardOfCall(flags.shard, process.env);
  const points = shardOf(all, shard);
  const threads = threadCount(flags.threads);
  const signals = new StopSignals('points on their way are dropped');
  const store = output === undefined ? undefined : PointStore.open(output, plan);
  const records = new Map<number, PointRecord>();
  if (store !== undefined && resume) {
    for (const point of points) {
      const record = store.read(point);
      if (record !== undefined) records.set(point.index, record);
    }
  }
  const kept = records.size;
  const waiting = points.filter(({ index }) => !records.has(index));
  store?.forget(waiting);
  if (store !== undefined && waiting.length > 0) removeStudy(store);
  const progress = new ProgressLine();
  await sweep(plan, waiting, {
    threads,
    signal: signals.signal,
    onPoint: (point, record, isLasting) => {
      records.set(point.index, record);
      if (isLasting) store?.write(point, record);
    },
    onTime: () => progress.showPoints(records.size, points.length, kept),
  });
  progress.end();
  const done = points.flatMap(({ index }) => records.get(index) ?? []);
  tellEnd(done, points, shard, plan.axes);
  if (done.length < points.length) {
    process.stderr.write(`${goOnWords(file, flags)}\n`);
    signals.finish();
    return;
  }
  const results = resultsOf(identityOf(plan), done);
  if (store !== undefined && shard.count === 1) writeStudy(store, results);
  if (report) store?.writeFile(PAGE_NAME, (await import('./report-page.ts')).studyHtml(results));
  if (output !== undefined) tellStale(output, report ? [PAGE_NAME] : []);
  process.stdout.write(render(results, format, output));
  if (done.some(({ failed }) => failed !== null)) process.exitCode = EXIT_PARTLY;
  signals.finish();
}

/** On stderr: points that failed, and what is missing. */
function tellEnd(
  done: readonly PointRecord[],
  points: readonly StudyPoint[],
  { index, count }: Shard,
  axes: StudyPlan['axes'],
): void {
  const part = count === 1 ? '' : ` of shard ${index}/${count}`;
  for (const point of done) {
    if (point.failed === null) continue;
    process.stderr.write(`tcesim: point failed: ${shortNameOf(point, axes)}: ${point.failed}\n`);
  }
  process.stderr.write(`${done.length} of ${points.length} points${part} are done\n`);
}

/** The plan of a call: a file's or the canonical one, under the flags; or the flags' alone. */
function writtenFrom(file: string | undefined, flags: SweepFlags): WrittenPlan {
  const given = writtenIn(flags);
  if (file === undefined && given.vary.size > 0) return given;
  return mergePlans(readPlan(file ?? canonicalPath()), given);
}

function writtenIn(flags: SweepFlags): WrittenPlan {
  const axes = AXIS_FLAGS.flatMap((name) => {
    const text = flags[name];
    return text === undefined ? [] : [[name, [text]] as const];
  });
  const settings = (flags.set ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new InputError(`--set: expected key=values, got '${text}'`);
    return [text.slice(0, at), [text.slice(at + 1)]] as const;
  });
  const names = settings.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new InputError(`--set ${twice}: given twice`);
  return {
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.requests !== undefined && { requests: flags.requests }),
    vary: new Map([...axes, ...settings]),
    traces: {},
    hosts: {},
    place: (keys) => placeOfFlag(keys.at(-1) ?? ''),
    fileAt: (name) => name,
  };
}

/** How a flag is written that gives an axis, or a key of the plan. */
function placeOfFlag(name: string): string {
  const isFlag = [...AXIS_FLAGS, 'requests'].includes(name);
  return isFlag ? `--${name}` : `--set ${name}`;
}

function threadCount(text: string | undefined): number {
  if (text === undefined) return threadsOf(process.env, THREADS_MAX);
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= THREADS_MAX) return count;
  throw new InputError(`--threads: expected 1..${THREADS_MAX}, got '${text}'`);
}

/** A command for each shard: GNU parallel runs them, and merge puts their directories together. */
function shardCommands(file: string | undefined, flags: SweepFlags, text: string): string {
  const { count } = parseShard(`1/${text}`);
  const { output = 'study', resume = false } = flags;
  const call = `${callText(file, flags)}${resume ? ' --resume' : ''}`;
  return Array.from({ length: count }, (_, shard) => {
    const part = `--shard ${shard + 1}/${count} -o ${quotedWord(`${output}/${shard + 1}of${count}`)}`;
    return `${call} ${part}\n`;
  }).join('');
}

/** How a sweep that was stopped goes on. */
function goOnWords(file: string | undefined, flags: SweepFlags): string {
  const { output, report, format } = flags;
  if (output === undefined) return 'nothing is kept: that takes -o DIR, and --resume later';
  const form = `${report ? ' --report' : ''}${format === 'table' ? '' : ` --format ${format}`}`;
  return `to go on: ${callText(file, flags)} -o ${quotedWord(output)}${form} --resume`;
}

/** A call as somebody typed it, but for where its points go and what is printed of them. */
function callText(file: string | undefined, flags: SweepFlags): string {
  const {
    output: _output,
    format: _format,
    commands: _commands,
    report: _report,
    resume: _resume,
    ...rest
  } = flags;
  const words = Object.entries(rest).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) =>
      each === true ? [`--${name}`] : [`--${name}`, quotedWord(String(each))],
    ),
  );
  return ['tcesim sweep', ...(file === undefined ? [] : [quotedWord(file)]), ...words].join(' ');
}

function render(results: StudyResults, format: SweepFlags['format'], kept?: string): string {
  switch (format) {
    case 'json':
      return resultsText(results);
    case 'csv':
      return renderCsvRows(pointRows(results));
    case 'markdown':
      return renderMarkdown(studyReport(results));
    case 'table':
      return textForOutput(screenReport(results, kept));
  }
}
