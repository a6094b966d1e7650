/** `tcesim run`: replays a trace and reports. Data on stdout, progress on stderr. */
import { basename, join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import { csvTrace, openTrace } from '../../traces/open.ts';
import type { Machine } from '../replay/machine.ts';
import { replay } from '../replay/replay.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { renderCsv } from '../report/render-csv.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { renderText } from '../report/render-text.ts';
import { runReport } from '../report/run-report.ts';
import { buildResult } from '../results/result.ts';
import type { Result } from '../results/result-schema.ts';
import { PACING_FORMS } from '../scenario/pacing.ts';
import {
  type DumpChoice,
  describeMachine,
  mergeScenarios,
  resolveScenario,
  type Scenario,
  THREADS_MAX,
} from '../scenario/scenario.ts';
import { parseSetting } from '../scenario/settings.ts';
import type { Dump } from '../tables/dump.ts';
import { parseDumpNumber } from '../tables/dump-number.ts';
import { VERSION } from '../version.ts';
import { type NamedFile, refuseClashes } from './file-clash.ts';
import { makeDirectory, writeWhole } from './output-directory.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import {
  type FileFlags,
  openLog,
  outputsOf,
  PAGE_NAME,
  REPORT_NAME,
  RESULTS_NAME,
} from './run-files.ts';
import { StopSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';
import { warnOfDamage } from './trace/shared.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

interface RunFlags extends FileFlags {
  trace?: string;
  tables?: string;
  dump?: string;
  phb?: string;
  firmware?: string;
  window?: string[];
  map?: string;
  pace?: string;
  set?: string[];
  seed?: string;
  threads?: string;
  format: (typeof FORMATS)[number];
}

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  verb
    .argument('[scenario]', 'YAML file; flags override it')
    .option('--trace <file>', 'Arrow trace, or any log that `trace import` reads')
    .option('--tables <file>', "dump of a real machine's tables, there before the trace begins")
    .option('--dump <number>', 'which DUMP of that file (its last)')
    .option('--phb <name>', 'phb3, phb4 (default), phb4-small or phb5')
    .option('--firmware <level>', 'post2021 (default) or pre2021: line buffer on, page kills')
    .option(
      '--window <spec>',
      'DMA window of every PE, PAGE:SIZE[:levels=N] as 64K:1T:levels=2; twice at most',
      collect,
    )
    .option('--map <mode>', 'map pages before the trace: none (default), touched, all')
    .option('--pace <how>', `${PACING_FORMS}; closed:32 for a trace without times`)
    .option(
      '--set <key=value>',
      'any parameter of the unit or host; see `tcesim list parameters`',
      collect,
    )
    .option('--seed <text>', 'seed of everything random')
    .option('--threads <n>', 'replay workers; changes the speed and nothing else')
    .addOption(
      new Option('--format <form>', 'of the report on stdout').choices(FORMATS).default('table'),
    )
    .option('-o, --output <dir>', 'write results.json and report.txt to a directory')
    .option('--requests <file>', 'write an Arrow file with a row for each request')
    .option('--requests-share <share>', 'of the requests that go there, as 0.01 (1: all)')
    .option('--report', 'write report.html to --output, too, with a sample of the requests')
    .action(runTrace);
}

async function runTrace(file: string | undefined, flags: RunFlags): Promise<void> {
  const signals = new StopSignals();
  const scenario = await scenarioOf(file, flags);
  refuseClashes(outputsOf(flags), inputsOf(file, scenario));
  if (scenario.trace === '-' && scenario.tables?.file === '-') {
    throw new UsageError('run: --trace - and --tables - both read standard input');
  }
  const { trace, place } = await traceOf(scenario, file);
  const resolve = () => resolveScenario(scenario, trace.metadata.clock);
  const { spec, machine, isPacingAssumed } = file === undefined ? resolve() : placed(file, resolve);
  if (scenario.trace === '-') refuseToReadTwice(machine);
  const tables = scenario.tables && (await readDump(scenario.tables));
  tables?.checkPes(machine.phb, machine.config.pe.count);
  const threads = scenario.threads ?? 2;
  // Before anything is replayed: the request log may go there, too.
  if (flags.output !== undefined) makeDirectory(flags.output, '--output');
  const opened = await openLog(flags, place);
  const log = opened?.log;
  const started = { wall: process.hrtime.bigint(), cpu: process.cpuUsage() };
  const progress = new ProgressLine();
  const replaying = replay(trace, machine, {
    lanes: threads,
    signal: signals.signal,
    onProgress: ({ items, rows }) => progress.show(items, rows),
    ...(log && { requests: log }),
    ...(tables && { tables }),
  });
  const outcome = await replaying.catch((error) => {
    throw withPlace(place, error);
  });
  progress.end();
  warnOfDamage(place, trace);
  if (tables) tellUnused(tables, outcome);
  const described = {
    ...describeMachine(machine),
    ...(tables && { tables: describeDump(tables) }),
    trace: { file: basename(place), ...trace.metadata },
  };
  const result = buildResult(outcome, {
    version: VERSION,
    spec,
    isPacingAssumed,
    skipped: trace.skipped,
    scenario: described,
    host: hostFacts(threads, started),
  });
  const title = `${spec.title}, ${basename(place)}`;
  if (flags.output !== undefined) writeDirectory(flags.output, result, title);
  process.stdout.write(render(result, title, flags.format));
  await log?.finish({
    version: VERSION,
    clockMHz: machine.config.unit.clockMHz,
    seed: machine.seed,
    trace: basename(place),
    scenario: described,
    isComplete: outcome.isComplete,
  });
  if (flags.report && flags.output !== undefined) {
    const { runHtml } = await import('./report-page.ts');
    writeWhole(join(flags.output, PAGE_NAME), runHtml(result, opened?.path));
  }
  signals.finish();
}

/** Standard input can be read once. Throws InputError on what reads the trace twice. */
function refuseToReadTwice({ map, config }: Machine): void {
  const isBelady = config.tceCache.replacement === 'belady';
  const what = isBelady ? 'tceCache.replacement=belady' : '--map touched';
  if (map !== 'touched' && !isBelady) return;
  throw new InputError(`${what} reads the trace twice, which standard input cannot be`);
}

/** The dump as results name it. */
function describeDump({ name: { file, seq, at } }: Dump) {
  return { file: basename(file), dump: seq, at };
}

/** A trace of other PHBs than the dump's finds no tables: that may be meant, but is worth a line. */
function tellUnused({ name, phbs }: Dump, { phbs: replayed }: ReplayOutcome): void {
  if (replayed.length === 0 || replayed.some(({ phb }) => phbs.includes(phb))) return;
  process.stderr.write(
    `${name.file}: tables of PHB ${phbs.join(', ')}, which the trace has no row of\n`,
  );
}

/** The files that a run reads. */
function inputsOf(file: string | undefined, { trace, tables }: Scenario): NamedFile[] {
  return [
    ...(file === undefined ? [] : [{ path: file, what: 'the scenario' }]),
    ...(trace === undefined ? [] : [{ path: trace, what: 'the trace' }]),
    ...(tables === undefined ? [] : [{ path: tables.file, what: '--tables' }]),
  ];
}

/** The trace of a scenario, and the file that it stands in. */
async function traceOf(
  { trace, rows, generate }: Scenario,
  file: string | undefined,
): Promise<{ trace: TraceSource; place: string }> {
  if (trace !== undefined) return { trace: await openTrace(trace), place: trace };
  if (rows !== undefined && file !== undefined) {
    return { trace: csvTrace(rows.text, rows.place), place: file };
  }
  if (generate !== undefined && file !== undefined) {
    const { generator, set } = generate;
    const { generate: generated } = await import('../../traces/generate/generate.ts');
    return { trace: placed(`${file}: generate`, () => generated(generator, set)), place: file };
  }
  throw new UsageError('run: no trace; give one with --trace FILE, or in a scenario');
}

/** Says where a refused key was written, unless the message does. */
function placed<Value>(place: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw withPlace(place, error);
  }
}

function withPlace(place: string, error: unknown): unknown {
  const isPlaced = (message: string) => message.includes(place === '-' ? 'standard input' : place);
  if (!(error instanceof InputError) || isPlaced(error.message)) return error;
  return new InputError(`${place}: ${error.message}`);
}

// Scenario files, dumps and request logs bring packages along (YAML, schemas, Arrow), which take 10 to 40 ms
// each to load: they are loaded where they are asked for.
async function readDump({ file, dump }: DumpChoice): Promise<Dump> {
  const { Dump } = await import('../tables/dump.ts');
  return Dump.read(file, dump);
}

async function scenarioOf(file: string | undefined, flags: RunFlags): Promise<Scenario> {
  const given: Scenario = {
    ...(flags.trace === undefined ? {} : { trace: flags.trace }),
    ...(flags.tables === undefined ? {} : { tables: { file: flags.tables } }),
    ...(flags.phb === undefined ? {} : { phb: flags.phb }),
    ...(flags.firmware === undefined ? {} : { firmware: flags.firmware }),
    ...(flags.window === undefined ? {} : { windows: flags.window }),
    ...(flags.map === undefined ? {} : { map: flags.map }),
    ...(flags.pace === undefined ? {} : { pace: flags.pace }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.threads === undefined ? {} : { threads: threadCount(flags.threads) }),
    settings: (flags.set ?? []).map(parseSetting),
  };
  const merged = file === undefined ? given : await mergedWith(file, given);
  return flags.dump === undefined ? merged : withDump(merged, flags.dump);
}

/** The scenario of a file with what flags gave. */
async function mergedWith(file: string, given: Scenario): Promise<Scenario> {
  const { readScenario } = await import('../scenario/scenario-file.ts');
  return mergeScenarios(readScenario(file), given);
}

/** The scenario with another DUMP of its tables. */
function withDump(scenario: Scenario, text: string): Scenario {
  if (scenario.tables === undefined) throw new UsageError('run: --dump wants --tables FILE');
  const dump = parseDumpNumber(text, '--dump');
  return { ...scenario, tables: { file: scenario.tables.file, dump } };
}

function threadCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= THREADS_MAX) return count;
  throw new InputError(`--threads: expected 1..${THREADS_MAX}, got '${text}'`);
}

function hostFacts(threads: number, started: { wall: bigint; cpu: NodeJS.CpuUsage }) {
  const { user, system } = process.cpuUsage(started.cpu);
  return {
    threads,
    wallSeconds: Number(process.hrtime.bigint() - started.wall) / 1e9,
    cpuSeconds: (user + system) / 1e6,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    node: process.versions.node,
  };
}

function render(result: Result, title: string, format: RunFlags['format']): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return renderCsv(result);
    case 'markdown':
      return renderMarkdown(runReport(result, title));
    case 'table':
      return textForOutput(runReport(result, title));
  }
}

function writeDirectory(directory: string, result: Result, title: string): void {
  writeWhole(join(directory, RESULTS_NAME), render(result, title, 'json'));
  writeWhole(join(directory, REPORT_NAME), renderText(runReport(result, title)));
}
