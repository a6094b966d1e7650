/**
 * Rows on their way into batches. Generators claim a row and fill its cells with 32-bit halves (10 M
 * rows in seconds); importers, which are slower anyway, add a row with BigInt addresses. Columns of a
 * batch that was consumed are used again.
 */
import { lowerHalf, upperHalf } from '../models/bits.ts';
import { BATCH_ROWS, type TraceBatch } from './format.ts';

/** The columns of a batch without its number of rows. */
type TraceColumns = Omit<TraceBatch, 'rows'>;

/** One row in words; what is left out is 0. */
export interface TraceRow {
  readonly op: number;
  readonly timeNs?: bigint;
  readonly phb?: number;
  readonly rid?: number;
  readonly pe?: number;
  readonly length?: number;
  readonly address?: bigint;
  readonly value?: bigint;
}

export class RowBuffer {
  /** The columns that the last claimed row lies in. They change when a batch fills up. */
  columns: TraceColumns = allocateColumns(BATCH_ROWS);
  /** Rows claimed since the beginning. */
  total = 0;
  private used = 0;
  private readonly full: TraceColumns[] = [];
  private readonly spare: TraceColumns[] = [];
  private lent: TraceColumns | undefined;

  /** Index in `columns` of a new row, all zero (operation `read`). */
  claim(): number {
    if (this.used === BATCH_ROWS) this.turn();
    this.total += 1;
    const row = this.used;
    this.used += 1;
    return row;
  }

  /** Appends a row of words. */
  add(row: TraceRow): void {
    const at = this.claim();
    const { columns } = this;
    columns.op[at] = row.op;
    columns.phb[at] = row.phb ?? 0;
    columns.rid[at] = row.rid ?? 0;
    columns.pe[at] = row.pe ?? 0;
    columns.length[at] = row.length ?? 0;
    setWord(columns.timeNs, at, row.timeNs ?? 0n);
    setWord(columns.address, at, row.address ?? 0n);
    setWord(columns.value, at, row.value ?? 0n);
  }

  /**
   * Takes rows back, given in rising order by how many were claimed in front of each; none of them may lie in
   * a batch that was full already.
   */
  remove(rows: readonly number[]): void {
    const first = this.total - this.used;
    const gone = new Set(rows);
    let kept = 0;
    for (let row = 0; row < this.used; row += 1) {
      if (gone.has(first + row)) continue;
      for (const column of Object.values(this.columns)) moveRow(column, row, kept);
      kept += 1;
    }
    for (const column of Object.values(this.columns)) {
      column.fill(0, kept * cellsOf(column));
    }
    this.total -= this.used - kept;
    this.used = kept;
  }

  /** The oldest full batch, valid until the next take; undefined while none is full. */
  take(): TraceBatch | undefined {
    this.reclaim();
    const columns = this.full.shift();
    if (!columns) return undefined;
    this.lent = columns;
    return { rows: BATCH_ROWS, ...columns };
  }

  /** At the end of the rows: what is left, full or not; undefined when nothing is. */
  takeRest(): TraceBatch | undefined {
    const batch = this.take();
    if (batch || this.used === 0) return batch;
    const rows = this.used;
    this.lent = this.columns;
    this.columns = this.spare.pop() ?? allocateColumns(BATCH_ROWS);
    this.used = 0;
    return { rows, ...this.lent };
  }

  private turn(): void {
    this.full.push(this.columns);
    this.columns = this.spare.pop() ?? allocateColumns(BATCH_ROWS);
    this.used = 0;
  }

  private reclaim(): void {
    if (!this.lent) return;
    for (const column of Object.values(this.lent)) column.fill(0);
    this.spare.push(this.lent);
    this.lent = undefined;
  }
}

/** Writes a 64-bit word into row `row` of a column of pairs. */
export function setWord(column: Uint32Array, row: number, word: bigint): void {
  column[2 * row] = lowerHalf(word);
  column[2 * row + 1] = upperHalf(word);
}

/** Writes a whole number below 2^53 into row `row` of a column of pairs. */
export function setNumber(column: Uint32Array, row: number, value: number): void {
  column[2 * row] = value;
  column[2 * row + 1] = value / 2 ** 32;
}

/** The 64-bit word in row `row` of a column of pairs; for the edges, not for loops over a trace. */
export function getWord(column: Uint32Array, row: number): bigint {
  return (BigInt(column[2 * row + 1]) << 32n) | BigInt(column[2 * row]);
}

/** Cells of a row in a column. */
function cellsOf(column: TraceColumns[keyof TraceColumns]): number {
  return column.length / BATCH_ROWS;
}

function moveRow(column: TraceColumns[keyof TraceColumns], from: number, to: number): void {
  const cells = cellsOf(column);
  column.copyWithin(to * cells, from * cells, (from + 1) * cells);
}

function allocateColumns(rows: number): TraceColumns {
  return {
    timeNs: new Uint32Array(2 * rows),
    op: new Uint8Array(rows),
    phb: new Uint8Array(rows),
    rid: new Uint16Array(rows),
    pe: new Uint16Array(rows),
    length: new Uint32Array(rows),
    address: new Uint32Array(2 * rows),
    value: new Uint32Array(2 * rows),
  };
}
