/** What the importers of block traces in text share: fields as numbers, bad lines noted. */
import { InputError } from '../../models/input-error.ts';
import { IO_BYTES_MAX } from '../device/block-host.ts';
import type { CommandKind } from '../device/nvme.ts';
import type { SourceTime } from '../device/source-time.ts';
import type { ImportLog } from './import.ts';

/** Characters of a bad cell or line that a message shows. */
const SHOWN_MAX = 60;

/** Every importer of blocks says so in the metadata, beside its options. */
export const BLOCK_PARAMETERS: Readonly<Record<string, string>> = {
  device: 'NVMe controllers, one queue pair each, made by the importer',
  buffers: 'begin on a page; the source does not tell where they lie',
  time: 'since the first record of the source',
};

/**
 * Bytes of an I/O; throws InputError for more than any I/O has. A discard may be of a whole disk: its range
 * is no data, and is cut.
 */
export function ioBytes(bytes: number | bigint, kind: CommandKind): number {
  if (bytes <= IO_BYTES_MAX) return Number(bytes);
  if (kind === 'discard') return IO_BYTES_MAX;
  throw new InputError(`length: expected at most ${IO_BYTES_MAX} bytes, got ${bytes}`);
}

/** Nanoseconds since the first record; throws InputError for times that lie years apart. */
export function timeOf(time: SourceTime, timeNs: bigint): number {
  const since = time.sinceFirst(timeNs);
  if (since !== undefined) return since;
  throw new InputError('time: expected within 104 days of the first record');
}

/** A column of a table without quotes: its name, its form and that form in words. */
export interface Column {
  readonly name: string;
  readonly form: RegExp;
  readonly wanted: string;
}

/** A column of whole numbers of so many digits at most. */
export function numberColumn(name: string, digits: number): Column {
  const wanted = `a whole number of at most ${digits} digits`;
  return { name, form: new RegExp(`^\\d{1,${digits}}$`), wanted };
}

/** What is wrong with a line that is not made of these columns. */
export function misfit(line: string, columns: readonly Column[]): InputError {
  const cells = line.split(',');
  if (cells.length !== columns.length) {
    const names = columns.map(({ name }) => name).join(',');
    return new InputError(
      `expected ${columns.length} columns, ${names}, got ${cells.length}: '${shortened(line)}'`,
    );
  }
  const bad = Math.max(
    0,
    columns.findIndex(({ form }, at) => !form.test(cells[at])),
  );
  const { name, wanted } = columns[bad];
  return new InputError(`${name}: expected ${wanted}, got '${shortened(cells[bad])}'`);
}

/** Enough of a text to know it again. */
function shortened(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}..` : text;
}

/** Reads a line or a record; a bad one (InputError) is noted under its number, and undefined answered. */
export function readOrNote<T>(log: ImportLog, number: number, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    log.malformed(number, error.message);
    return undefined;
  }
}
