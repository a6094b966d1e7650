/** Reads the rows of a trace, as far as somebody wants at a time. */
import type { TraceBatch } from '../../../traces/format.ts';

/** Rows of a batch, from `from` to its end. */
export interface RowPiece {
  readonly batch: TraceBatch;
  readonly from: number;
}

export class RowCursor {
  private batch: TraceBatch | undefined;
  /** Number of the batch's first row. */
  private row = 0;
  /** Rows of the batch that are read. */
  private taken = 0;

  constructor(private readonly batches: Iterator<TraceBatch, void, void>) {}

  /** Number of the next row. */
  get next(): number {
    return this.row + this.taken;
  }

  /** The batch that the next row stands in; undefined behind the last row. */
  look(): TraceBatch | undefined {
    while (this.batch === undefined || this.taken === this.batch.rows) {
      this.row += this.taken;
      this.taken = 0;
      const next = this.batches.next();
      if (next.done) return undefined;
      this.batch = next.value;
    }
    return this.batch;
  }

  /**
   * The next rows, up to but without `end`, as a batch and the first of its rows that is meant; undefined
   * where there are none.
   */
  piece(end: number): RowPiece | undefined {
    const batch = this.next < end ? this.look() : undefined;
    if (batch === undefined) return undefined;
    const from = this.taken;
    this.taken = Math.min(batch.rows, end - this.row);
    return { batch: { ...batch, rows: this.taken }, from };
  }
}
