/** Opens a trace of any known format; the content decides which, never the name. */
import { statSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';
import { looksLikeArrow } from './arrow/magic.ts';
import type { TraceSource } from './format.ts';
import { alibabaFormat } from './import/alibaba.ts';
import { blkparseFormat } from './import/blkparse.ts';
import { blktraceFormat } from './import/blktrace.ts';
import { captureFormat } from './import/capture-jsonl.ts';
import { csvFormat, csvLineOf } from './import/csv.ts';
import { fioFormat } from './import/fio.ts';
import { ftraceFormat } from './import/ftrace.ts';
import { hypersioFormat } from './import/hypersio.ts';
import type { BinaryFormat, ImportChoices, ImportOption, TextFormat } from './import/import.ts';
import { msrFormat } from './import/msr.ts';
import { oracleGeneralFormat } from './import/oracle-general.ts';
import { pcapFormat } from './import/pcap.ts';
import { perfScriptFormat } from './import/perf-script.ts';
import { qemuLogFormat } from './import/qemu-log.ts';
import { importBinary, importText } from './import/reading.ts';
import { traceCmdFormat } from './import/trace-cmd.ts';
import { vscsiFormat } from './import/vscsi.ts';
import { InputFile, type InputSource } from './input-file.ts';
import { firstLines } from './lines.ts';
import { suggest } from './nearest.ts';
import { openSource } from './open-file.ts';

/** The text formats, in the order in which they are tried. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  captureFormat,
  qemuLogFormat,
  // Newer trace-cmd prints flags as ftrace does: it is known by more, and asked first.
  traceCmdFormat,
  ftraceFormat,
  perfScriptFormat,
  blkparseFormat,
  msrFormat,
  alibabaFormat,
  fioFormat,
  csvFormat,
];

/** The binary formats, in the order in which they are tried. */
export const BINARY_FORMATS: readonly BinaryFormat[] = [
  blktraceFormat,
  pcapFormat,
  vscsiFormat,
  hypersioFormat,
  oracleGeneralFormat,
];

const ARROW = 'arrow';
const HEAD_BYTES = 65_536;
/** A text may have that much of what is of no known format in front. */
const TEXT_HEAD_BYTES = 2 ** 20;

/** What the user may say about a trace. */
export interface OpenOptions {
  /** Values of the format's options by name; those that are left out have their presets. */
  readonly options?: Readonly<Record<string, string>>;
  /** The first malformed line is an InputError, `file:line: reason`. */
  readonly strict?: boolean;
  /** Name of the format; otherwise the content decides. */
  readonly format?: string;
}

/**
 * Opens the trace at `path` (`-`: standard input). Throws InputError, which names the known formats, on a
 * file that is none of them, on a missing or empty one, and on an option that its format does not have.
 */
export async function openTrace(path: string, wanted: OpenOptions = {}): Promise<TraceSource> {
  const source = openSource(path);
  const { input } = source;
  try {
    const head = input.peek(HEAD_BYTES);
    if (head.length === 0) throw new InputError(`${input.name}: the file is empty`);
    return await openHead(path, source, head, wanted);
  } catch (error) {
    input.close();
    throw error;
  }
}

async function openHead(
  path: string,
  source: InputSource,
  head: Uint8Array,
  { format: name, options = {}, strict = false }: OpenOptions,
): Promise<TraceSource> {
  const { input } = source;
  const choices = (known: readonly ImportOption[] = []): ImportChoices => ({
    options: valuesOf(known, options, input.name),
    strict,
  });
  if (name === undefined ? looksLikeArrow(head) : name === ARROW) {
    choices();
    // Logs do without Arrow, which takes 20 ms to load.
    const { ArrowTrace } = await import('./arrow/reader.ts');
    return new ArrowTrace(source, isFile(path) ? path : undefined);
  }
  const binary = BINARY_FORMATS.find((each) => (name ? each.name === name : each.matches(head)));
  let lines = firstLines(head);
  let text = textFormat(lines, name);
  if (!text && !binary && isText(head)) {
    lines = firstLines(input.peek(TEXT_HEAD_BYTES));
    text = textFormat(lines, name);
  }
  // Some binary formats are known by plausible numbers only: text is theirs last.
  if (binary && !(text && isText(head))) {
    return importBinary(binary, head, source, choices(binary.options));
  }
  if (text) return importText(text, lines, source, choices(text.options));
  throw unknownFormat(input.name, name);
}

/** Whether it can be opened once more, by whoever it is. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function textFormat(lines: readonly string[], name: string | undefined): TextFormat | undefined {
  return TEXT_FORMATS.find((each) => (name ? each.name === name : each.matches(lines)));
}

function isText(head: Uint8Array): boolean {
  return !head.includes(0);
}

function unknownFormat(file: string, name: string | undefined): InputError {
  const formats = [...TEXT_FORMATS, ...BINARY_FORMATS];
  if (name !== undefined) {
    const names = [ARROW, ...formats.map((each) => each.name)];
    return new InputError(`unknown format '${name}'${suggest(name, names)}`);
  }
  const known = [ARROW, ...formats.map((each) => each.name)].join(', ');
  return new InputError(
    `${file}: not a known trace; known: ${known} (tcesim trace import --help describes them; a table of your own: --format csv --option columns=THEIRS:OURS,...)`,
  );
}

/** A value for each option that a format has. */
function valuesOf(
  known: readonly ImportOption[],
  given: Readonly<Record<string, string>>,
  file: string,
): Record<string, string> {
  const names = known.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint = names.length > 0 ? suggest(name, names) : '; its format has none';
    throw new InputError(`${file}: unknown option '${name}'${hint}`);
  }
  return Object.fromEntries(known.map(({ name, preset }) => [name, given[name] ?? preset]));
}

/** A trace that stands as CSV in another file; `place` names it in messages, its rows by their lines. */
export function csvTrace(text: string, place: string): TraceSource {
  const bytes = new TextEncoder().encode(text);
  const open = () => InputFile.ofBytes(place, bytes);
  const choices = { options: {}, strict: false };
  const trace = importText(csvFormat, firstLines(bytes), { input: open(), open }, choices);
  return {
    metadata: trace.metadata,
    skipped: trace.skipped,
    batches: () => trace.batches(),
    placeOf: (row) => `${place}:${csvLineOf(text, row)}`,
  };
}
