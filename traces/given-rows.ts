/**
 * Rows that a program hands over, plain objects with the columns of a trace: a list, a generator, or anything
 * that brings them one after the other.
 */
import { InputError } from '../models/input-error.ts';
import type { Operation, TraceBatch, TraceSource } from './format.ts';
import { suggest } from './nearest.ts';
import { numberText } from './numbers.ts';
import { RowBuffer } from './row-buffer.ts';
import { type Column, REQUIRED_COLUMNS, RowWords, TRACE_COLUMNS } from './row-words.ts';

/** A number; as text also hexadecimal (`'0x1000'`). What needs more than 53 bits wants bigint or text. */
export type Cell = number | bigint | string;

/** A row of a trace: a DMA request, or another operation. traces/README.md has what each column says. */
export interface GivenRow {
  /** When it happens, in ns; no row is earlier than the one before it. */
  readonly time_ns: Cell;
  /** `read` and `write` are DMA; `map`, `unmap`, `create`, `kill` and so on are what software does. */
  readonly op: Operation;
  /** Requester: a 16-bit number, or `'01:00.0'`. */
  readonly rid: Cell;
  /** Bus address. */
  readonly address: Cell;
  /** Bytes; a DMA has 1 or more. */
  readonly length: Cell;
  /** PE# of the requester, in all rows or in none: 1, 2, .. in the order in which requesters appear. */
  readonly pe?: Cell | undefined;
  /** Number of the PHB (0). */
  readonly phb?: Cell | undefined;
  /** What else the operation has: of `map` the TCE (0). */
  readonly value?: Cell | undefined;
}

/** Rows one after the other: of a list, a generator or a stream. */
export type GivenRows = Iterable<GivenRow> | AsyncIterable<GivenRow>;

/** Rows that are handed on at a time, so that what comes slowly is replayed before all of it is there. */
const ROWS_AT_A_TIME = 4096;

/** Whether rows can be gone through once only, as those of a generator or a stream. */
export function comeOnce(rows: GivenRows): boolean {
  return !(Symbol.iterator in rows) || 'next' in rows;
}

/** The rows as a trace; `place` stands in front of a row's number in messages. */
export function givenTrace(rows: GivenRows, place: string): TraceSource {
  return {
    metadata: { clock: 'time', source: 'program', parameters: {} },
    skipped: { counts: new Map(), first: [] },
    placeOf: (row) => `${place}[${row}]`,
    batches: () => batchesOf(rows, place),
  };
}

async function* batchesOf(rows: GivenRows, place: string): AsyncGenerator<TraceBatch, void, void> {
  const words = new RowWords();
  const buffer = new RowBuffer();
  for await (const row of rows) {
    try {
      refuseOthers(row);
      buffer.add(words.read((column) => textOf(row, column)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${place}[${buffer.total}]: ${error.message}`);
    }
    if (buffer.total % ROWS_AT_A_TIME === 0) yield buffer.takeRest() as TraceBatch;
  }
  const rest = buffer.takeRest();
  if (rest !== undefined) yield rest;
}

/** Throws InputError on what is no row: something else, one without a column, one with a column too many. */
function refuseOthers(row: unknown): asserts row is GivenRow {
  if (typeof row !== 'object' || row === null) {
    throw new InputError(`expected an object with the columns of a trace, got ${row}`);
  }
  const unknown = Object.keys(row).find((name) => !TRACE_COLUMNS.includes(name as Column));
  if (unknown !== undefined) {
    throw new InputError(`unknown column '${unknown}'${suggest(unknown, TRACE_COLUMNS)}`);
  }
  const missing = REQUIRED_COLUMNS.find((name) => (row as Partial<GivenRow>)[name] === undefined);
  if (missing !== undefined) throw new InputError(`column ${missing}: expected a value, got none`);
}

function textOf(row: GivenRow, column: Column): string | undefined {
  const cell = row[column];
  return cell === undefined ? undefined : numberText(cell, `column ${column}`);
}
