/** The one chunk of a thread that feeds itself: what is handed on is replayed at once, and the chunk free. */
import type { Chunks } from '../feeder.ts';
import { CHUNK_CELLS } from '../shared-layout.ts';

export class OwnChunks implements Chunks {
  readonly items = new Int32Array(new SharedArrayBuffer(CHUNK_CELLS * 4));

  constructor(private readonly replay: (from: number, to: number) => void) {}

  tryTake(): number {
    return 0;
  }

  publish(_chunk: number, _phb: number, cells: number): void {
    this.replay(0, cells);
  }
}
