/** Some rows of a batch, about one of every `stride`, at places that no pattern of a trace can always miss. */
import type { TraceBatch } from '../../../traces/format.ts';

/** 2^32 over the golden ratio: its multiples are spread evenly over 32 bits (Knuth's multiplicative hash). */
const GOLDEN = 0x9e3779b1;
const HASHES = 2 ** 32;

/** One row of every `stride` from `from` on, as a batch of their own. */
export function sampleRows(batch: TraceBatch, from: number, stride: number): TraceBatch {
  const rows: number[] = [];
  for (let first = from - (from % stride); first < batch.rows; first += stride) {
    const share = (Math.imul(first / stride, GOLDEN) >>> 0) / HASHES;
    const row = first + Math.floor(share * stride);
    if (row >= from && row < batch.rows) rows.push(row);
  }
  const pairs = rows.flatMap((row) => [2 * row, 2 * row + 1]);
  return {
    rows: rows.length,
    timeNs: Uint32Array.from(pairs, (cell) => batch.timeNs[cell]),
    op: Uint8Array.from(rows, (row) => batch.op[row]),
    phb: Uint8Array.from(rows, (row) => batch.phb[row]),
    rid: Uint16Array.from(rows, (row) => batch.rid[row]),
    pe: Uint16Array.from(rows, (row) => batch.pe[row]),
    length: Uint32Array.from(rows, (row) => batch.length[row]),
    address: Uint32Array.from(pairs, (cell) => batch.address[cell]),
    value: Uint32Array.from(pairs, (cell) => batch.value[cell]),
  };
}
