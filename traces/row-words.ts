/** A row in words, a text for each column of the trace: of a table's line, or of what a program hands over. */
import { InputError } from '../models/input-error.ts';
import { OPERATIONS, Op } from './format.ts';
import { parsePciName } from './import/pci-name.ts';
import { suggest } from './nearest.ts';
import { PeNumbering } from './numbering.ts';
import { parseUnsigned } from './numbers.ts';
import type { TraceRow } from './row-buffer.ts';

/** The columns' names and the bits of their numbers (`op` is a name). */
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

export type Column = keyof typeof COLUMN_BITS;

/** Column names in the order in which this project writes them. */
export const TRACE_COLUMNS = Object.keys(COLUMN_BITS) as readonly Column[];

/** Columns that every row has. */
export const REQUIRED_COLUMNS: readonly Column[] = ['time_ns', 'rid', 'op', 'address', 'length'];

/** Operations by name: those of the schema, and what other tools call a read and a write. */
const OPERATION_CODES: ReadonlyMap<string, number> = new Map([
  ...OPERATIONS.map((name, code) => [name as string, code] as const),
  ...['r', 'rd', 'mrd', 'mrd32', 'mrd64'].map((name) => [name, Op.read] as const),
  ...['w', 'wr', 'mwr', 'mwr32', 'mwr64'].map((name) => [name, Op.write] as const),
]);

/** `01:00.0`, as lspci prints it where there is one domain. */
const WITHOUT_DOMAIN = /^[^:]+:[^:]+$/;
const TIME = /^(\d{1,20})\.(\d{1,20})$/;

/** Reads the rows of one trace, from the first on. */
export class RowWords {
  private readonly numbering = new PeNumbering();
  private timeNs = 0n;

  /** `unitNs`: what time counts in. */
  constructor(private readonly unitNs = 1n) {}

  /**
   * The row with such texts; the required ones are there. Throws InputError that names the column; nothing is
   * remembered of a row that is refused.
   */
  read(text: (column: Column) => string | undefined): TraceRow {
    const number = (column: Column) => numberIn(column, text(column));
    const op = operationIn(text('op') as string);
    const rid = ridIn(text('rid') as string);
    const timeNs = timeIn(text('time_ns') as string, this.unitNs);
    if (timeNs < this.timeNs) {
      const before = `${this.timeNs}, the time of the row before`;
      throw new InputError(
        `column time_ns: expected at least ${before}, got ${timeNs}; sort the rows by time`,
      );
    }
    const row = {
      op,
      timeNs,
      phb: Number(number('phb')),
      rid,
      pe: Number(number('pe')),
      length: Number(number('length')),
      address: number('address'),
      value: number('value'),
    };
    this.timeNs = timeNs;
    return text('pe') === undefined ? { ...row, pe: this.numbering.number(op, rid) } : row;
  }
}

function numberIn(column: Column, text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const bits = COLUMN_BITS[column];
  const value = parseUnsigned(text, bits);
  if (value !== undefined) return value;
  throw new InputError(`column ${column}: expected an unsigned ${bits}-bit number, got '${text}'`);
}

/** Nanoseconds of a time in a unit, rounded down. */
function timeIn(text: string, unitNs: bigint): bigint {
  const [, whole, fraction = ''] = TIME.exec(text) ?? [];
  const ticks = whole === undefined ? numberIn('time_ns', text) : BigInt(whole + fraction);
  const timeNs = (ticks * unitNs) / 10n ** BigInt(fraction.length);
  if (timeNs >> BigInt(COLUMN_BITS.time_ns) === 0n) return timeNs;
  throw new InputError(`column time_ns: expected less than 2^64 ns, got '${text}'`);
}

function ridIn(text: string): number {
  const name = WITHOUT_DOMAIN.test(text) ? `0000:${text}` : text;
  const rid = parsePciName(name)?.rid ?? parseUnsigned(text, COLUMN_BITS.rid);
  if (rid !== undefined) return Number(rid);
  throw new InputError(
    `column rid: expected a 16-bit number or bus:device.function, got '${text}'`,
  );
}

function operationIn(text: string): number {
  const code = OPERATION_CODES.get(text.toLowerCase());
  if (code !== undefined) return code;
  throw new InputError(`column op: unknown operation '${text}'${suggest(text, OPERATIONS)}`);
}
