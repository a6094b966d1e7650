/** Feeds an importer without a file: lines, or bytes in pieces of any size. */

import { OPERATIONS } from '../../traces/format.ts';
import type {
  BinaryFormat,
  ImportOption,
  LineFormat,
  LineParser,
} from '../../traces/import/import.ts';
import { ImportLog } from '../../traces/import/import.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';
import { type Row, rowsOf } from './rows.ts';

export interface Fed {
  readonly rows: Row[];
  readonly log: ImportLog;
}

type Texts = Readonly<Record<string, string>>;

function filled(options: readonly ImportOption[] = [], given: Texts): Texts {
  return { ...Object.fromEntries(options.map(({ name, preset }) => [name, preset])), ...given };
}

/** The rows of a text and the account of its lines. */
export async function feedLines(
  format: LineFormat,
  lines: readonly string[],
  given: Texts = {},
): Promise<Fed> {
  const buffer = new RowBuffer();
  const log = new ImportLog();
  const parser = format.parser(buffer, log, 'test', filled(format.options, given)) as LineParser;
  for (const [index, line] of lines.entries()) parser.accept(line, index + 1);
  parser.finish();
  return { rows: await drained(buffer), log };
}

/** The rows of bytes that come in pieces, and the account of their records. */
export async function feedBytes(
  format: BinaryFormat,
  bytes: Uint8Array,
  given: Texts = {},
  pieceBytes = 7,
): Promise<Fed> {
  const buffer = new RowBuffer();
  const log = new ImportLog();
  const parser = format.parser(buffer, log, 'test', filled(format.options, given));
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // As the contract has it, the piece is overwritten afterwards.
    const piece = bytes.slice(at, at + pieceBytes);
    parser.accept(piece);
    piece.fill(0xee);
  }
  parser.finish();
  return { rows: await drained(buffer), log };
}

/** DMA rows as `operation address length`, what device models put in front left out. */
export function dmaOf(rows: readonly Row[]): string[] {
  return rows
    .filter(({ op }) => op === 'read' || op === 'write')
    .map(({ op, address, length }) => `${op} 0x${address.toString(16)} ${length}`);
}

/** Rows of the operations that the trace format knows, counted by name. */
export function countsOf(rows: readonly Row[]): Record<string, number> {
  const counts = OPERATIONS.map((name) => [name, rows.filter(({ op }) => op === name).length]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

async function drained(buffer: RowBuffer): Promise<Row[]> {
  return rowsOf({
    metadata: { clock: 'time', source: 'test', parameters: {} },
    skipped: new ImportLog(),
    async *batches() {
      for (let rest = buffer.takeRest(); rest; rest = buffer.takeRest()) yield rest;
    },
  });
}
