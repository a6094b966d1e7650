/**
 * The chunks of a thread that feeds itself. While one waits to be replayed no other is given out, so that what
 * is fed is still in the processor's cache when it is replayed. Feeding and replaying take turns and do not
 * call each other, or V8 makes one piece of both that is slower than the two (1.3 times the CPU on misses,
 * Node 20).
 */
import { firstCell } from './chunk-writer.ts';
import type { Chunks } from './chunks.ts';
import { CHUNK_CELLS, PHBS_MAX } from './shared-layout.ts';

/** Cells `from..to` of a PHB's items, to be replayed. */
export interface FedItems {
  readonly phb: number;
  readonly from: number;
  readonly to: number;
}

/** A chunk for each PHB that may have one open, and one that waits. */
const CHUNKS = PHBS_MAX + 1;

export class OwnChunks implements Chunks {
  readonly items = new Int32Array(new SharedArrayBuffer(CHUNKS * CHUNK_CELLS * 4));
  private readonly free = Array.from({ length: CHUNKS }, (_, chunk) => chunk);
  /** Handed on, and not replayed yet. */
  private waiting: FedItems[] = [];

  tryTake(): number | undefined {
    return this.waiting.length > 0 ? undefined : this.free.pop();
  }

  publish(chunk: number, phb: number, cells: number): void {
    const from = firstCell(chunk);
    this.waiting.push({ phb, from, to: from + cells });
    this.free.push(chunk);
  }

  /** What is to be replayed, before anything more is fed. */
  takeWaiting(): readonly FedItems[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }
}
