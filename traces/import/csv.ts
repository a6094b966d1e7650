/**
 * Tables of comma-separated values with a header: the format for everybody's own tools. Columns as in the
 * trace schema, in any order; unlike a log, a bad line here is a mistake of the table's author and stops
 * the import.
 */
import { InputError } from '../../models/input-error.ts';
import { OPERATIONS, Op } from '../format.ts';
import { suggest } from '../nearest.ts';
import { PeNumbering } from '../numbering.ts';
import { parseUnsigned } from '../numbers.ts';
import type { RowBuffer, TraceRow } from '../row-buffer.ts';
import type { LineFormat, LineParser } from './import.ts';

/** The header's names and the bits of their numbers (`op` is a name). */
const COLUMN_BITS = {
  time_ns: 64,
  op: 0,
  phb: 8,
  rid: 16,
  pe: 16,
  length: 32,
  address: 64,
  value: 64,
} as const;

type Column = keyof typeof COLUMN_BITS;

/** Column names in the order in which this project writes them. */
export const CSV_COLUMNS = Object.keys(COLUMN_BITS) as readonly Column[];

const REQUIRED: readonly Column[] = ['time_ns', 'rid', 'op', 'address', 'length'];
const SHORT_OPERATIONS: Readonly<Record<string, number>> = { r: Op.read, w: Op.write };
/** `bb:dd.f`, as lspci prints it, a domain in front allowed. */
const BUS_ADDRESS = /^(?:[0-9a-f]{4}:)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/** A line in front of the header for a trace whose times do not count. */
export const CSV_CLOCK_ORDER = '# clock: order';

export const csvFormat: LineFormat = {
  name: 'csv',
  description: `table with a header that names ${REQUIRED.join(', ')}`,
  clock: (lines) => (lines.some((line) => line.trim() === CSV_CLOCK_ORDER) ? 'order' : 'time'),
  parameters: {},
  matches: (lines) => {
    const header = lines.find((line) => !isComment(line)) ?? '';
    const names = header.split(',').map((name) => name.trim().toLowerCase());
    return names.filter((name) => (REQUIRED as readonly string[]).includes(name)).length >= 2;
  },
  parser: (rows, _log, place) => new CsvParser(rows, place),
};

/** The line (from 1) on which row `row` (from 0) of a table stands. */
export function csvLineOf(text: string, row: number): number {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  // The first line of content is the header.
  return lines.filter(({ line }) => hasContent(line))[row + 1]?.number ?? lines.length;
}

class CsvParser implements LineParser {
  private header: Column[] | undefined;
  private readonly numbering = new PeNumbering();
  private timeNs = 0n;

  constructor(
    private readonly rows: RowBuffer,
    private readonly place: string,
  ) {}

  accept(line: string, number: number): void {
    if (!hasContent(line)) return;
    const cells = line.split(',').map((cell) => cell.trim());
    const at = `${this.place}:${number}`;
    if (this.header) this.rows.add(this.row(cells, this.header, at));
    else this.header = readHeader(cells, at);
  }

  finish(): void {
    if (!this.header) {
      throw new InputError(`${this.place}: expected a header that names ${REQUIRED.join(', ')}`);
    }
  }

  private row(cells: string[], header: Column[], at: string): TraceRow {
    if (cells.length !== header.length) {
      throw new InputError(`${at}: expected ${header.length} columns, got ${cells.length}`);
    }
    const texts = Object.fromEntries(header.map((column, index) => [column, cells[index]]));
    const number = (column: Column) => numberIn(column, texts[column], at);
    const op = operationIn(texts.op as string, at);
    const rid = ridIn(texts.rid as string, at);
    const timeNs = number('time_ns');
    if (timeNs < this.timeNs) {
      throw new InputError(
        `${at}: column time_ns: expected at least ${this.timeNs}, got ${timeNs}`,
      );
    }
    this.timeNs = timeNs;
    return {
      op,
      timeNs,
      phb: Number(number('phb')),
      rid,
      pe: texts.pe === undefined ? this.numbering.number(op, rid) : Number(number('pe')),
      length: Number(number('length')),
      address: number('address'),
      value: number('value'),
    };
  }
}

function hasContent(line: string): boolean {
  return line.trim() !== '' && !isComment(line);
}

function isComment(line: string): boolean {
  return line.startsWith('#');
}

function readHeader(cells: string[], at: string): Column[] {
  const header = cells.map((cell) => {
    const name = cell.toLowerCase();
    if (name in COLUMN_BITS) return name as Column;
    throw new InputError(`${at}: unknown column '${cell}'${suggest(cell, CSV_COLUMNS)}`);
  });
  for (const column of REQUIRED) {
    if (!header.includes(column)) throw new InputError(`${at}: column ${column}: missing`);
  }
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  if (twice) throw new InputError(`${at}: column ${twice}: named twice`);
  return header;
}

function numberIn(column: Column, text: string | undefined, at: string): bigint {
  if (text === undefined) return 0n;
  const bits = COLUMN_BITS[column];
  const value = parseUnsigned(text, bits);
  if (value !== undefined) return value;
  throw new InputError(
    `${at}: column ${column}: expected an unsigned ${bits}-bit number, got '${text}'`,
  );
}

function ridIn(text: string, at: string): number {
  const parts = BUS_ADDRESS.exec(text);
  const rid = parts ? ridOf(parts) : Number(parseUnsigned(text, 16) ?? Number.NaN);
  if (!Number.isNaN(rid)) return rid;
  throw new InputError(
    `${at}: column rid: expected a 16-bit number or bus:device.function, got '${text}'`,
  );
}

function ridOf(parts: RegExpExecArray): number {
  const [bus, device, fn] = parts.slice(1).map((digits) => Number.parseInt(digits, 16)) as [
    number,
    number,
    number,
  ];
  return device < 32 ? (bus << 8) | (device << 3) | fn : Number.NaN;
}

function operationIn(text: string, at: string): number {
  const name = text.toLowerCase();
  const code = SHORT_OPERATIONS[name] ?? (OPERATIONS as readonly string[]).indexOf(name);
  if (code >= 0) return code;
  throw new InputError(`${at}: column op: unknown operation '${text}'${suggest(text, OPERATIONS)}`);
}
