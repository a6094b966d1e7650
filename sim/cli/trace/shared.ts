/** What the verbs of `tcesim trace` have in common. */
import { basename } from 'node:path';
import { InputError } from '../../../models/input-error.ts';
import type { TraceSource } from '../../../traces/format.ts';
import { MALFORMED } from '../../../traces/import/import.ts';
import { GAP } from '../../../traces/import/kernel-envelope.ts';
import { EXIT_CHECK } from '../exit-codes.ts';
import type { Command } from '../program.ts';

/** Adds `-o`, `--output` and its other name `--out`; one of them must be given. */
export function addOutput(command: Command, what: string): Command {
  return command
    .requiredOption('-o, --output <file>', what)
    .option('--out <file>', 'the same as --output')
    .on('option:out', (path: string) => command.setOptionValue('output', path));
}

/** What a verb that writes a trace file says of `-o`. */
export const TRACE_OUTPUT = 'trace file to write, - for a stream on standard output';

/** Throws InputError where the text is no whole number. */
export function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InputError(`${name}: expected a whole number, got '${text}'`);
}

/** What is left of a parsed command: words of it and its options. */
export type GivenOptions = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

/**
 * The command as the written file records it: files without their folders, and not the output, so that the
 * same command gives the same bytes wherever it runs.
 */
export function commandText(
  verb: string,
  files: readonly string[],
  { output: _output, out: _out, ...given }: GivenOptions,
): string {
  const options = Object.entries(given).flatMap(([key, value]) => optionWords(key, value));
  const names = files.map((file) => basename(file));
  return ['tcesim trace', verb, ...[...names, ...options].map(quoted)].join(' ');
}

/** The account of rows that a source could not use; empty for what is no import. */
export function skippedLines(file: string, { skipped }: TraceSource): string[] {
  const lines: string[] = [];
  for (const [reason, count] of skipped.counts) lines.push(`no row: ${count} x ${reason}`);
  for (const { line, reason } of skipped.first) lines.push(`${file}:${line}: ${reason}`);
  return lines;
}

/** Warns, in a line, of rows that are missing: lines that could not be read, events that a kernel lost. */
export function warnOfDamage(file: string, { skipped }: TraceSource): void {
  const missing = [MALFORMED, GAP].flatMap((reason) => {
    const count = skipped.counts.get(reason) ?? 0;
    return count > 0 ? [`${count} x ${reason}`] : [];
  });
  if (missing.length === 0) return;
  const [first] = skipped.first;
  const place = first ? `; the first: ${file}:${first.line}: ${first.reason}` : '';
  process.stderr.write(`tcesim: warning: ${file}: ${missing.join(', ')}${place}\n`);
}

/**
 * Warns of rows that are not those that were written, and sets the exit code: the file can be read, but is
 * damaged or was changed. Says nothing where one of the two digests is not known.
 */
export function warnOfChangedRows(
  file: string,
  written: string | undefined,
  read: string | undefined,
): void {
  if (written === undefined || read === undefined || written === read) return;
  process.stderr.write(
    `tcesim: warning: ${file}: the rows are not those that were written: expected ${written}, got ${read}\n`,
  );
  process.exitCode = EXIT_CHECK;
}

/** Counts by name: `read 5, write 3`. */
export function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function optionWords(key: string, value: GivenOptions[string]): string[] {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (value === undefined || value === false) return [];
  if (value === true) return [name];
  if (typeof value === 'string') return [name, value];
  return value.flatMap((each) => [name, each]);
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
