/** A lane's end of the chunks: waits for the next of its own, gives it back when it is done. */
import { QUAD } from '../unit/items.ts';
import {
  CHUNK_CELLS,
  CHUNK_FREE,
  CLOSED,
  chunkAt,
  FREED,
  publishedAt,
  queueAt,
  type SharedReplay,
  STOP,
} from './shared-layout.ts';

/** How long a lane sleeps at most before it looks for the end again. */
const WAIT_MS = 100;

/** A chunk of items of one PHB: cells `from..to`. */
export interface Chunk {
  readonly number: number;
  readonly phb: number;
  readonly from: number;
  readonly to: number;
}

export class ChunkReader {
  readonly items: Int32Array;
  private readonly control: Int32Array;
  private readonly progress: Float64Array;
  private readonly lanes: number;
  private turn = 0;

  constructor(
    shared: SharedReplay,
    private readonly lane: number,
  ) {
    this.items = new Int32Array(shared.items);
    this.control = new Int32Array(shared.control);
    this.progress = new Float64Array(shared.progress);
    this.lanes = shared.lanes;
  }

  /** Whether the replay was told to stop. */
  get isStopped(): boolean {
    return Atomics.load(this.control, STOP) !== 0;
  }

  /** The lane's next chunk; undefined at the end of the trace, or when the replay is stopped. */
  next(): Chunk | undefined {
    const published = publishedAt(this.lane);
    for (;;) {
      if (this.isStopped) return undefined;
      const isClosed = Atomics.load(this.control, CLOSED) !== 0;
      const count = Atomics.load(this.control, published);
      if (count > this.turn) return this.take();
      if (isClosed) return undefined;
      Atomics.wait(this.control, published, count, WAIT_MS);
    }
  }

  /** Gives a chunk back to the feeder and counts its items as done. */
  giveBack(chunk: Chunk): void {
    this.progress[this.lane] += (chunk.to - chunk.from) / QUAD;
    Atomics.store(this.control, chunkAt(this.lanes, chunk.number), CHUNK_FREE);
    Atomics.add(this.control, FREED, 1);
    Atomics.notify(this.control, FREED);
  }

  private take(): Chunk {
    const number = this.control[queueAt(this.lanes, this.lane, this.turn)];
    this.turn += 1;
    const at = chunkAt(this.lanes, number);
    const from = number * CHUNK_CELLS;
    return { number, phb: this.control[at + 1], from, to: from + this.control[at + 2] };
  }
}
