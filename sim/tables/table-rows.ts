/** All rows of a table dump: what a machine's tables were at one DUMP or at several. */
import { InputError } from '../../models/input-error.ts';
import { readLines } from '../../traces/lines.ts';
import { openFile } from '../../traces/open-file.ts';
import { parseTableRow, type TableRow } from './table-row.ts';

/** A row, and where it stands: `file:line`. */
export interface PlacedRow extends TableRow {
  readonly place: string;
}

/** Reads a table dump, `-` being standard input. Throws InputError with file and line. */
export function readTableRows(path: string): PlacedRow[] {
  const rows: PlacedRow[] = [];
  const lineOf = new Map<string, number>();
  const input = openFile(path);
  try {
    let line = 0;
    for (const text of readLines(input)) {
      line += 1;
      if (text.trim() === '') continue;
      const place = `${path}:${line}`;
      const row = { ...parseTableRow(text, place), place };
      refuseSecond(row, lineOf, line);
      rows.push(row);
    }
  } finally {
    input.close();
  }
  if (rows.length > 0) return rows;
  throw new InputError(`${path}: expected tables, got none`);
}

/** A TVE has one table at a time. */
function refuseSecond(row: PlacedRow, lineOf: Map<string, number>, line: number): void {
  const key = `DUMP ${row.seq} of PHB ${row.phb}, TVE ${row.tve}`;
  const before = lineOf.get(key);
  if (before !== undefined) {
    throw new InputError(`${row.place}: ${key}: expected once, got it in line ${before} already`);
  }
  lineOf.set(key, line);
}
