/** Rows as text: the columns that the CSV importer reads, so that what is printed can be read again. */
import { hex } from '../models/bits.ts';
import { OPERATIONS, type TraceBatch } from './format.ts';
import { getWord } from './row-buffer.ts';

/** A row's cells as text, in the order of `TRACE_COLUMNS`: time in decimal, addresses in hexadecimal. */
export function rowCells(batch: TraceBatch, row: number): string[] {
  return [
    getWord(batch.timeNs, row).toString(),
    OPERATIONS[batch.op[row]] ?? '',
    batch.phb[row].toString(),
    `0x${batch.rid[row].toString(16).padStart(4, '0')}`,
    batch.pe[row].toString(),
    batch.length[row].toString(),
    hex(getWord(batch.address, row)),
    hex(getWord(batch.value, row)),
  ];
}
