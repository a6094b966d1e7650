/** Rows of a request log that are picked out of others. */
import { type arraysOf, pairAt } from './request-log-columns.ts';
import type { LogSample } from './request-log-sample.ts';

/** The arrays of all columns, as `arraysOf` orders them: the requests' numbers first, last a cell a row. */
export type LogArrays = ReturnType<typeof arraysOf>;

/** The first rows, in the memory of all. */
export function firstRows(arrays: LogArrays, rows: number): LogArrays {
  const room = roomOf(arrays);
  return arrays.map((array) => array.subarray(0, (array.length / room) * rows));
}

/** A copy of the rows whose requests are in a sample. */
export function picked(arrays: LogArrays, sample: LogSample): LogArrays {
  const [numbers] = arrays;
  const rows = roomOf(arrays);
  const wanted = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    if (!sample.takes(pairAt(numbers, row))) continue;
    wanted[count] = row;
    count += 1;
  }
  return rowsOf(arrays, wanted.subarray(0, count));
}

/** The rows that arrays have room for. */
export function roomOf(arrays: LogArrays): number {
  return arrays[arrays.length - 1].length;
}

/** Some rows of all columns; a cell has one number, or two. */
function rowsOf(arrays: LogArrays, rows: Uint32Array): LogArrays {
  const room = roomOf(arrays);
  return arrays.map((array) => {
    const made = new (array.constructor as Uint32ArrayConstructor)(
      (array.length / room) * rows.length,
    );
    if (array.length === room) copyCells(array, rows, made);
    else copyPairs(array, rows, made);
    return made;
  });
}

function copyCells(from: LogArrays[number], rows: Uint32Array, to: LogArrays[number]): void {
  for (let at = 0; at < rows.length; at += 1) to[at] = from[rows[at]];
}

function copyPairs(from: LogArrays[number], rows: Uint32Array, to: LogArrays[number]): void {
  for (let at = 0; at < rows.length; at += 1) {
    to[2 * at] = from[2 * rows[at]];
    to[2 * at + 1] = from[2 * rows[at] + 1];
  }
}
