/**
 * PE numbers for sources that name none: 1, 2, ... in the order in which the requester ids appear. Rows
 * that belong to the whole PHB (TVE, store, kill, fence, reset) name no device and get 0.
 */
import { OPERATIONS, type Operation, type TraceBatch } from './format.ts';

const RIDS = 65_536;

/** Operations on a whole PHB, by code. */
const NAMES_NO_DEVICE = OPERATIONS.map((op) =>
  (['tve', 'store', 'kill', 'fence', 'reset'] as Operation[]).includes(op),
);

export class PeNumbering {
  private readonly peOf = new Uint16Array(RIDS);
  private last = 0;

  /** The number of a device. */
  number(op: number, rid: number): number {
    if (NAMES_NO_DEVICE[op]) return 0;
    if (this.peOf[rid] === 0) {
      this.last += 1;
      this.peOf[rid] = this.last;
    }
    return this.peOf[rid];
  }

  /** Fills the PE column of a batch. */
  fill(batch: Pick<TraceBatch, 'rows' | 'op' | 'rid' | 'pe'>): void {
    for (let row = 0; row < batch.rows; row += 1) {
      batch.pe[row] = this.number(batch.op[row], batch.rid[row]);
    }
  }
}
