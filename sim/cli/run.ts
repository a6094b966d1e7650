/** `tcesim run`: replays a trace and reports. Data on stdout, progress on stderr. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { RESULTS_FILE, STUDY_FILE } from '../formats.ts';
import { replay } from '../replay/replay.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { renderCsv } from '../report/render-csv.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { renderText } from '../report/render-text.ts';
import { unservedInWords } from '../report/requests-section.ts';
import { runReport } from '../report/run-report.ts';
import type { Result } from '../results/result-schema.ts';
import { prepareRun } from '../run/prepare-run.ts';
import { PACING_FORMS } from '../scenario/pacing.ts';
import { mergeScenarios, type Scenario, THREADS_MAX } from '../scenario/scenario.ts';
import { parseSetting } from '../scenario/settings.ts';
import type { WrittenPlaces } from '../scenario/written-places.ts';
import type { Dump } from '../tables/dump.ts';
import { parseDumpNumber } from '../tables/dump-number.ts';
import { VERSION } from '../version.ts';
import { type NamedFile, refuseClashes } from './file-clash.ts';
import { makeDirectory, writeWhole } from './output-directory.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import { type FileFlags, openLog, outputsOf, PAGE_NAME, REPORT_NAME } from './run-files.ts';
import { tellStale } from './stale-files.ts';
import { StopSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';
import {
  addTimelineOptions,
  finishTimeline,
  openTimeline,
  type TimelineFlags,
} from './timeline-flags.ts';
import { warnOfDamage } from './trace/shared.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;
/** Those without sentences. */
const FIGURES_ONLY: readonly string[] = ['json', 'csv'];

interface RunFlags extends FileFlags, TimelineFlags {
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
    .option('--report', 'write report.html to --output, too, with a sample of the requests');
  addTimelineOptions(verb);
  verb.action(runTrace);
}

async function runTrace(file: string | undefined, flags: RunFlags): Promise<void> {
  const signals = new StopSignals();
  const scenario = await scenarioOf(file, flags);
  refuseClashes(outputsOf(flags), inputsOf(file, scenario));
  if (scenario.trace === '-' && scenario.tables?.file === '-') {
    throw new UsageError('run: --trace - and --tables - both read standard input');
  }
  if (!hasTrace(scenario)) {
    throw new UsageError('run: no trace; give one with --trace FILE, or in a scenario');
  }
  const run = await prepareRun(scenario, file);
  const { place, tables, title, machine } = run;
  // Before anything is replayed: the request log may go there, too.
  if (flags.output !== undefined) {
    refuseStudy(flags.output);
    makeDirectory(flags.output, '--output');
  }
  const opened = await openLog(flags);
  const log = opened?.log;
  const timeline = await openTimeline(flags, machine);
  const progress = new ProgressLine();
  const { outcome, result } = await run.perform((trace, machine) =>
    replay(trace, machine, {
      lanes: run.threads,
      signal: signals.signal,
      onProgress: ({ items, rows }) => progress.show(items, rows),
      ...(log && { requests: log }),
      ...(timeline && { timeline: timeline.file.task }),
      ...(tables && { tables }),
    }),
  );
  progress.end();
  warnOfDamage(place, run.trace);
  if (tables) tellUnused(tables, outcome);
  if (flags.output !== undefined) writeDirectory(flags.output, result, title);
  process.stdout.write(render(result, title, flags.format));
  if (FIGURES_ONLY.includes(flags.format)) tellUnserved(result);
  await log?.finish({
    version: VERSION,
    clockMHz: machine.config.unit.clockMHz,
    seed: machine.seed,
    trace: basename(place),
    scenario: run.described,
    kills: outcome.phbs.flatMap(({ killSteps }) => killSteps ?? []),
    isComplete: outcome.isComplete,
  });
  if (timeline) {
    finishTimeline(timeline, outcome, machine, { version: VERSION, trace: basename(place) });
  }
  if (flags.report && flags.output !== undefined) {
    const { runHtml } = await import('./report-page.ts');
    writeWhole(join(flags.output, PAGE_NAME), runHtml(result, opened?.path));
  }
  if (flags.output !== undefined)
    tellStale(
      flags.output,
      outputsOf(flags).map(({ path }) => basename(path)),
    );
  signals.finish();
}

/** Why nothing reached memory, which figures alone do not say. */
function tellUnserved(result: Result): void {
  for (const words of unservedInWords(result)) process.stderr.write(`${words}\n`);
}

/** The files of a run would stand among those of a study, and in the place of some. */
function refuseStudy(directory: string): void {
  if (!existsSync(join(directory, STUDY_FILE))) return;
  throw new InputError(`--output '${directory}': holds a study; give another directory`);
}

function hasTrace({ trace, rows, generate }: Scenario): boolean {
  return [trace, rows, generate].some((source) => source !== undefined);
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
    places: placesOf(flags),
  };
  const merged = file === undefined ? given : await mergedWith(file, given);
  return flags.dump === undefined ? merged : withDump(merged, flags.dump);
}

/** Where the words stand that flags give; a file that has others may be given, too. */
function placesOf(flags: RunFlags): WrittenPlaces {
  const given = Object.keys(flags).map((name) => [name, `--${name}`]);
  const windows = flags.window === undefined ? {} : { windows: '--window' };
  return { ...Object.fromEntries(given), ...windows };
}

/** The scenario of a file with what flags gave. Its packages take 10 to 40 ms to load, and many runs have none. */
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
  writeWhole(join(directory, RESULTS_FILE), render(result, title, 'json'));
  writeWhole(join(directory, REPORT_NAME), renderText(runReport(result, title)));
}
