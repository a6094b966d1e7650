/**
 * `tcesim trace`: import logs, generate traffic, and look into trace files. Data goes to standard output,
 * accounts and progress to standard error.
 */
import { InputError } from '../../models/input-error.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import type { TraceBatch, TraceSource } from '../../traces/format.ts';
import { GENERATORS, generate } from '../../traces/generate/generate.ts';
import type { GeneratorParameter } from '../../traces/generate/parameters.ts';
import { CSV_CLOCK_ORDER, CSV_COLUMNS } from '../../traces/import/csv.ts';
import { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace, TEXT_FORMATS } from '../../traces/open.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { SummaryPass, summarize, type TraceSummary } from '../../traces/summary.ts';
import { rowCells } from '../../traces/text.ts';
import { writeTrace } from '../../traces/write.ts';
import { refuseClashes } from './file-clash.ts';
import { type Command, Option } from './program.ts';
import { exitOnSignals } from './stop-signals.ts';

type CatFormat = 'csv' | 'table' | 'json';

/** Width of each column of `trace cat --format table`; wider cells push the rest. */
const CELL_WIDTHS = [14, 9, 4, 7, 6, 11, 19, 19] as const;
/** Devices listed by name in `trace info`. */
const LISTED_MAX = 16;

/** Adds `trace` with its verbs import, generate, info and cat. */
export function addTraceCommand(program: Command): void {
  const trace = program
    .command('trace')
    .description('import, generate and inspect traces')
    .hook('preAction', exitOnSignals);
  addImport(trace);
  addGenerate(trace);
  addInfo(trace);
  addCat(trace);
}

function addImport(trace: Command): void {
  const formats = TEXT_FORMATS.map(({ name, description }) => `  ${name}: ${description}`);
  trace
    .command('import')
    .description('turn a log into a trace file; the content decides on the format')
    .argument('<file>', 'the log, - for standard input')
    .requiredOption('-o, --output <file>', 'trace file to write, - for a stream on standard output')
    .addHelpText('after', `\nFormats:\n${formats.join('\n')}\n  arrow: a trace file of any tool`)
    .action(async (file: string, options: { output: string }) => {
      refuseClashes([{ path: options.output, what: '-o' }], [{ path: file, what: 'the log' }]);
      const source = await openTrace(file);
      const summary = await writeAndSummarize(source, options.output);
      process.stderr.write(`${importReport(file, source, summary).join('\n')}\n`);
    });
}

function addGenerate(trace: Command): void {
  const command = trace
    .command('generate')
    .description('write a trace of synthetic traffic')
    .argument('<name>', GENERATORS.map(({ name }) => name).join(', '))
    .requiredOption(
      '-o, --output <file>',
      'trace file to write, - for a stream on standard output',
    );
  for (const { name, description, preset } of allParameters()) {
    command.option(`--${name} <${name}>`, `${description} (${preset})`);
  }
  const generators = GENERATORS.map(({ name, description }) => `  ${name}: ${description}`);
  command
    .addHelpText('after', `\nGenerators:\n${generators.join('\n')}`)
    .action(async (name: string, { output, ...given }: { output: string }) => {
      const { rows } = await writeTrace(generate(name, given), output);
      process.stderr.write(`${output}: ${rows} rows\n`);
    });
}

function addInfo(trace: Command): void {
  trace
    .command('info')
    .description('what is in a trace')
    .argument('<file>', 'trace or log, - for standard input')
    .addOption(formatOption('table', ['table', 'json']))
    .action(async (file: string, options: { format: string }) => {
      const summary = await summarize(await openTrace(file));
      const text =
        options.format === 'json'
          ? JSON.stringify(summary, exactNumbers, 2)
          : describeSummary(summary).join('\n');
      process.stdout.write(`${text}\n`);
    });
}

function addCat(trace: Command): void {
  trace
    .command('cat')
    .description('print rows; the csv can be imported again')
    .argument('<file>', 'trace or log, - for standard input')
    .option('--from <row>', 'first row to print, counted from 0', '0')
    .option('--rows <count>', 'rows to print at most (all)')
    .addOption(formatOption('csv', ['csv', 'table', 'json']))
    .action(async (file: string, options: { from: string; rows?: string; format: CatFormat }) => {
      const from = wholeNumber('--from', options.from);
      const rows = options.rows === undefined ? Infinity : wholeNumber('--rows', options.rows);
      try {
        await printRows(await openTrace(file), from, from + rows, options.format);
      } catch (error) {
        // `| head` closes the pipe when it has enough.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      }
    });
}

function formatOption(preset: string, choices: readonly string[]): Option {
  return new Option('--format <format>', 'form of the output').choices(choices).default(preset);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InputError(`${name}: expected a whole number, got '${text}'`);
}

/** The parameters of all generators, each once; a preset says whose it is where they differ. */
function allParameters(): GeneratorParameter[] {
  const names = new Set(GENERATORS.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  return [...names].map((wanted) => {
    const found = GENERATORS.flatMap(({ name, parameters }) =>
      parameters.filter((each) => each.name === wanted).map((each) => ({ ...each, owner: name })),
    );
    const presets = new Set(found.map(({ preset }) => preset));
    const isForAll = presets.size === 1 && found.length === GENERATORS.length;
    const texts = found.map(({ owner, preset }) => `${owner}: ${preset}`);
    return { ...found[0], preset: isForAll ? found[0].preset : texts.join(', ') };
  });
}

/** Writes a trace and sums it up in the same pass. */
async function writeAndSummarize(source: TraceSource, path: string): Promise<TraceSummary> {
  const { metadata, skipped } = source;
  const pass = new SummaryPass();
  async function* watched(): AsyncGenerator<TraceBatch, void, void> {
    for await (const batch of source.batches()) {
      pass.add(batch);
      yield batch;
    }
  }
  await writeTrace({ metadata, skipped, batches: watched }, path);
  return pass.summary(metadata);
}

/** The account of an import: nothing of the source is dropped in silence. */
function importReport(file: string, source: TraceSource, summary: TraceSummary): string[] {
  const read = source instanceof ImportedTrace ? `, ${source.lines} lines` : '';
  const report = [
    `${file}: ${summary.metadata.source}${read}`,
    `rows: ${summary.rows} (${countsOf(Object.entries(summary.operations))})`,
  ];
  for (const [reason, lines] of source.skipped.counts) report.push(`no row: ${lines} x ${reason}`);
  for (const { line, reason } of source.skipped.first) report.push(`${file}:${line}: ${reason}`);
  const assumed = source instanceof ImportedTrace ? source.skipped.assumed : [];
  for (const [what, rows] of assumed) report.push(`assumed: ${what} in ${rows} rows`);
  return report;
}

function describeSummary(summary: TraceSummary): string[] {
  const { metadata } = summary;
  const span = metadata.clock === 'time' ? `${summary.lastNs - summary.firstNs} ns` : 'order only';
  const lines = [
    ['source', metadata.source],
    ...Object.entries(metadata.parameters).map(([key, value]) => [`  ${key}`, value]),
    ['rows', `${summary.rows} (${countsOf(Object.entries(summary.operations))})`],
    ['time', span],
    ['PHBs', listOf(summary.phbs, String)],
    ['RIDs', listOf(summary.rids, (rid) => `0x${rid.toString(16).padStart(4, '0')}`)],
    ['PE#s', listOf(summary.pes, String)],
    ['read', describeBytes(summary.readBytes)],
    ['written', describeBytes(summary.writtenBytes)],
    ['lengths', `${summary.lengthMin}..${summary.lengthMax} bytes`],
    ['refused', `${summary.refused}`],
    ...summary.pages.map(({ pageBytes, pages, capped }) => [
      `${formatSize(pageBytes)} pages`,
      `${capped ? 'more than ' : ''}${pages}`,
    ]),
  ];
  const width = Math.max(...lines.map(([name = '']) => name.length)) + 2;
  return lines.map(([name = '', value]) => `${name.padEnd(width)}${value}`);
}

function countsOf(entries: readonly (readonly [string, number])[]): string {
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

function listOf(values: readonly number[], describe: (value: number) => string): string {
  const shown = values.slice(0, LISTED_MAX).map(describe).join(' ');
  return values.length > LISTED_MAX ? `${shown} .. (${values.length})` : shown;
}

/** JSON has no 64-bit numbers: they go as text. */
function exactNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

async function printRows(
  source: TraceSource,
  from: number,
  behind: number,
  format: CatFormat,
): Promise<void> {
  const output = new OutputFile('-');
  output.write(Buffer.from(heading(source, format)));
  let first = 0;
  for await (const batch of source.batches()) {
    const lines: string[] = [];
    for (
      let row = Math.max(0, from - first);
      row < Math.min(batch.rows, behind - first);
      row += 1
    ) {
      lines.push(rowText(rowCells(batch, row), format));
    }
    output.write(Buffer.from(lines.join('')));
    first += batch.rows;
    if (first >= behind) break;
  }
}

function heading(source: TraceSource, format: CatFormat): string {
  if (format === 'json') return '';
  const header = rowText(CSV_COLUMNS, format);
  const ordered = format === 'csv' && source.metadata.clock === 'order';
  return ordered ? `${CSV_CLOCK_ORDER}\n${header}` : header;
}

function rowText(cells: readonly string[], format: CatFormat): string {
  if (format === 'csv') return `${cells.join(',')}\n`;
  if (format === 'table') {
    return `${cells.map((cell, index) => cell.padStart(CELL_WIDTHS[index] ?? 0)).join(' ')}\n`;
  }
  const named = CSV_COLUMNS.map((column, index) => [column, cells[index]]);
  return `${JSON.stringify(Object.fromEntries(named))}\n`;
}
