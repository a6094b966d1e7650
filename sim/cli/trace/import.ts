/** `tcesim trace import`: a log of any known format becomes a trace file. */
import { InputError } from '../../../models/input-error.ts';
import { CheckedTrace } from '../../../traces/checked-trace.ts';
import type { TraceSource } from '../../../traces/format.ts';
import { ImportedTrace, MALFORMED } from '../../../traces/import/import.ts';
import { BINARY_FORMATS, openTrace, TEXT_FORMATS } from '../../../traces/open.ts';
import type { TraceSummary } from '../../../traces/summary.ts';
import { writeTrace } from '../../../traces/write.ts';
import { EXIT_CHECK } from '../exit-codes.ts';
import { refuseClashes } from '../file-clash.ts';
import type { Command } from '../program.ts';
import {
  addOutput,
  commandText,
  countsOf,
  skippedLines,
  TRACE_OUTPUT,
  warnOfChangedRows,
} from './shared.ts';

/** Numbers of a list that are shown. */
const LISTED_MAX = 8;

type ImportFlags = {
  output: string;
  format?: string;
  option?: readonly string[];
  strict?: boolean;
};

/** Adds the verb. */
export function addImport(trace: Command): void {
  const command = trace
    .command('import')
    .description('turn a log into a trace file; the content decides on the format')
    .argument('<file>', 'the log, - for standard input')
    .option('--format <name>', 'the format, instead of what the content looks like')
    .option(
      '--option <name=value>',
      'what the log does not tell, see below; may be repeated',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--strict', 'stop at the first malformed line');
  addOutput(command, TRACE_OUTPUT)
    .addHelpText('after', () => `\n${formatHelp().join('\n')}`)
    .action(async (file: string, flags: ImportFlags) => {
      refuseClashes([{ path: flags.output, what: '-o' }], [{ path: file, what: 'the log' }]);
      const source = await openTrace(file, {
        options: optionValues(flags.option ?? []),
        strict: flags.strict === true,
        ...(flags.format !== undefined && { format: flags.format }),
      });
      const text = commandText('import', [file], flags);
      const checked = new CheckedTrace(source);
      const summary = await writeTrace(checked, flags.output, { command: text });
      process.stderr.write(`${importReport(file, source, summary).join('\n')}\n`);
      warnOfChangedRows(file, checked.digestWritten, checked.digestRead);
      warnOfNothing(file, source, summary);
    });
}

/** Warns of a source of which nothing was understood, and sets the exit code. */
function warnOfNothing(file: string, { skipped }: TraceSource, { rows }: TraceSummary): void {
  const malformed = skipped.counts.get(MALFORMED) ?? 0;
  if (rows > 0 || malformed === 0) return;
  process.stderr.write(
    `tcesim: warning: ${file}: no row, ${malformed} x ${MALFORMED}: is it the right format?\n`,
  );
  process.exitCode = EXIT_CHECK;
}

function optionValues(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, value] as const;
    throw new InputError(`--option: expected name=value, got '${text}'`);
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InputError(`--option: ${twice} is given twice`);
  return Object.fromEntries(pairs);
}

function formatHelp(): string[] {
  const lines = ['Formats, and their options with the value that they have if none is given:'];
  for (const { name, description, options = [] } of [...TEXT_FORMATS, ...BINARY_FORMATS]) {
    lines.push(`  ${name}: ${description}`);
    for (const option of options) {
      lines.push(`    ${option.name}=${option.preset}  ${option.description}`);
    }
  }
  return [...lines, '  arrow: a trace file of any tool'];
}

/** The account of an import: nothing of the source is dropped in silence. */
function importReport(file: string, source: TraceSource, summary: TraceSummary): string[] {
  const isImported = source instanceof ImportedTrace;
  const report = [
    `${file}: ${summary.metadata.source}${isImported ? linesRead(source) : ''}`,
    `rows: ${summary.rows} (${countsOf(summary.operations)})`,
    `span: ${spanOf(summary)}`,
    `devices: ${devicesOf(summary)}`,
    ...skippedLines(file, source),
  ];
  const assumed = isImported ? source.skipped.assumed : [];
  for (const [what, rows] of assumed) report.push(`assumed: ${what} in ${rows} rows`);
  if (isImported && source.compression && !source.compression.isVerified) {
    report.push(`not checked: the checksums of ${source.compression.name}`);
  }
  return report;
}

/** The lines, and how they divide; nothing of a binary file, which has records. */
function linesRead({ lines, skipped }: ImportedTrace): string {
  if (lines === 0) return '';
  const without = [...skipped.counts.values()].reduce((sum, count) => sum + count, 0);
  return `, ${lines} lines: ${lines - without} used, ${without} without a row`;
}

function spanOf({ metadata, firstNs, lastNs }: TraceSummary): string {
  return metadata.clock === 'time' ? `${firstNs}..${lastNs} ns` : 'none, the log has an order only';
}

function devicesOf({ phbs, rids, pes }: TraceSummary): string {
  const rid = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
  return [
    `PHBs ${listOf(phbs, String)}`,
    `RIDs ${listOf(rids, rid)}`,
    `PE#s ${listOf(pes, String)}`,
  ].join('; ');
}

function listOf(values: readonly number[], describe: (value: number) => string): string {
  if (values.length === 0) return 'none';
  const shown = values.slice(0, LISTED_MAX).map(describe).join(' ');
  return values.length > LISTED_MAX ? `${shown} .. (${values.length})` : shown;
}
