/** Reads the rows of a trace on from some row, as far as somebody wants at a time. */
import type { TraceBatch } from '../../../traces/format.ts';

/** Rows of a batch, from `from` to its end. */
export interface RowPiece {
  readonly batch: TraceBatch;
  readonly from: number;
}

export class RowCursor {
  private batch: TraceBatch | undefined;
  /** Rows of the batch that are read. */
  private taken = 0;

  /** `row`: number of the first batch's first row. */
  constructor(
    private readonly batches: Iterator<TraceBatch, void, void>,
    private row: number,
  ) {}

  /** Number of the next row. */
  get next(): number {
    return this.row + this.taken;
  }

  /**
   * The next rows, up to but without `end`, as a batch and the first of its rows that is meant; undefined
   * where there are none.
   */
  piece(end: number): RowPiece | undefined {
    if (this.next >= end) return undefined;
    while (this.batch === undefined || this.taken === this.batch.rows) {
      this.row += this.taken;
      this.taken = 0;
      const next = this.batches.next();
      if (next.done) return undefined;
      this.batch = next.value;
    }
    const from = this.taken;
    this.taken = Math.min(this.batch.rows, end - this.row);
    return { batch: { ...this.batch, rows: this.taken }, from };
  }
}
