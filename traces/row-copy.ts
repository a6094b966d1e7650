/** Copies rows from one trace into another. */
import type { TraceBatch } from './format.ts';
import type { RowBuffer } from './row-buffer.ts';

/** Appends row `from` of a batch to `rows` and answers its index in `rows.columns`. */
export function copyRow(batch: TraceBatch, from: number, rows: RowBuffer): number {
  const to = rows.claim();
  const { columns } = rows;
  columns.op[to] = batch.op[from];
  columns.phb[to] = batch.phb[from];
  columns.rid[to] = batch.rid[from];
  columns.pe[to] = batch.pe[from];
  columns.length[to] = batch.length[from];
  for (const half of [0, 1]) {
    columns.timeNs[2 * to + half] = batch.timeNs[2 * from + half];
    columns.address[2 * to + half] = batch.address[2 * from + half];
    columns.value[2 * to + half] = batch.value[2 * from + half];
  }
  return to;
}
