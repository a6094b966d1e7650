/**
 * The one chunk of a thread that feeds itself: it is free again once it was replayed. Feeding and replaying
 * take turns and do not call each other, or V8 makes one piece of both that is slower than the two (1.3 times
 * the CPU on misses, Node 20).
 */
import type { Chunks } from '../feeder.ts';
import { CHUNK_CELLS } from '../shared-layout.ts';

export class OwnChunks implements Chunks {
  readonly items = new Int32Array(new SharedArrayBuffer(CHUNK_CELLS * 4));
  /** Cells that are handed on and wait to be replayed. */
  private waiting = 0;
  private isTaken = false;

  tryTake(): number | undefined {
    if (this.isTaken) return undefined;
    this.isTaken = true;
    return 0;
  }

  publish(_chunk: number, _phb: number, cells: number): void {
    this.waiting = cells;
  }

  /** The cells to be replayed, from the first on; the chunk is free when they are. */
  takeWaiting(): number {
    const cells = this.waiting;
    this.waiting = 0;
    this.isTaken = false;
    return cells;
  }
}
