/** Some rows of a batch, about one of every `stride`, at places that no pattern of a trace can always miss. */
import type { TraceBatch } from '../../../traces/format.ts';

/** 2^32 over the golden ratio: its multiples are spread evenly over 32 bits (Knuth's multiplicative hash). */
const GOLDEN = 0x9e3779b1;
const HASHES = 2 ** 32;

/** A column of a batch, of one cell a row or of two. */
type Column = Uint8Array | Uint16Array | Uint32Array;

/** One row of every `stride` from `from` on, as a batch of their own. */
export function sampleRows(batch: TraceBatch, from: number, stride: number): TraceBatch {
  const rows = rowsOf(batch.rows, from, stride);
  return {
    rows: rows.length,
    timeNs: pairsAt(batch.timeNs, rows),
    op: cellsAt(batch.op, rows),
    phb: cellsAt(batch.phb, rows),
    rid: cellsAt(batch.rid, rows),
    pe: cellsAt(batch.pe, rows),
    length: cellsAt(batch.length, rows),
    address: pairsAt(batch.address, rows),
    value: pairsAt(batch.value, rows),
  };
}

/** The rows `from..end` that are taken. */
function rowsOf(end: number, from: number, stride: number): Uint32Array {
  const rows = new Uint32Array(Math.ceil((end - from) / stride) + 1);
  let count = 0;
  for (let first = from - (from % stride); first < end; first += stride) {
    const share = (Math.imul(first / stride, GOLDEN) >>> 0) / HASHES;
    const row = first + Math.floor(share * stride);
    if (row < from || row >= end) continue;
    rows[count] = row;
    count += 1;
  }
  return rows.subarray(0, count);
}

/** Copied by a loop: `from` with a function takes ten times as long, and a whole trace passes by here. */
function cellsAt<C extends Column>(column: C, rows: Uint32Array): C {
  const cells = column.slice(0, rows.length) as C;
  for (let index = 0; index < rows.length; index += 1) cells[index] = column[rows[index]];
  return cells;
}

function pairsAt(column: Uint32Array, rows: Uint32Array): Uint32Array {
  const cells = new Uint32Array(2 * rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    cells[2 * index] = column[2 * row];
    cells[2 * index + 1] = column[2 * row + 1];
  }
  return cells;
}
