/** The feeder's end of the chunks: takes free ones, hands full ones to their lanes. */
import {
  CHUNK_CELLS,
  CHUNK_FREE,
  CHUNK_TAKEN,
  CHUNKS,
  CLOSED,
  chunkAt,
  FREED,
  publishedAt,
  queueAt,
  type SharedReplay,
  STOP,
} from './shared-layout.ts';

/** How long the feeder sleeps at most before it looks whether the replay was stopped. */
const WAIT_MS = 50;

export class ChunkWriter {
  /** All chunks; chunk n begins at cell n * CHUNK_CELLS. */
  readonly items: Int32Array;
  private readonly control: Int32Array;
  private readonly lanes: number;
  private next = 0;

  constructor(shared: SharedReplay) {
    this.items = new Int32Array(shared.items);
    this.control = new Int32Array(shared.control);
    this.lanes = shared.lanes;
  }

  /** Whether the replay was told to stop, or a lane failed. */
  get isStopped(): boolean {
    return Atomics.load(this.control, STOP) !== 0;
  }

  /** Tells every lane to stop at the end of its chunk. */
  stop(): void {
    Atomics.store(this.control, STOP, 1);
    this.wakeAll();
  }

  /** A free chunk, or undefined when there is none right now. */
  tryTake(): number | undefined {
    for (let tried = 0; tried < CHUNKS; tried += 1) {
      const chunk = this.next;
      this.next = (this.next + 1) % CHUNKS;
      const at = chunkAt(this.lanes, chunk);
      if (Atomics.load(this.control, at) === CHUNK_FREE) {
        Atomics.store(this.control, at, CHUNK_TAKEN);
        return chunk;
      }
    }
    return undefined;
  }

  /** Waits until a lane gives a chunk back, or a moment. */
  async waitForChunk(): Promise<void> {
    const freed = Atomics.load(this.control, FREED);
    const wait = Atomics.waitAsync(this.control, FREED, freed, WAIT_MS);
    if (wait.async) await wait.value;
  }

  /** Hands a chunk with `cells` cells of items of a PHB to the PHB's lane. */
  publish(chunk: number, phb: number, cells: number): void {
    const lane = phb % this.lanes;
    const at = chunkAt(this.lanes, chunk);
    this.control[at + 1] = phb;
    this.control[at + 2] = cells;
    const turn = Atomics.load(this.control, publishedAt(lane));
    this.control[queueAt(this.lanes, lane, turn)] = chunk;
    Atomics.store(this.control, publishedAt(lane), turn + 1);
    Atomics.notify(this.control, publishedAt(lane));
  }

  /** No more chunks will come. */
  close(): void {
    Atomics.store(this.control, CLOSED, 1);
    this.wakeAll();
  }

  private wakeAll(): void {
    for (let lane = 0; lane < this.lanes; lane += 1) {
      Atomics.notify(this.control, publishedAt(lane));
    }
  }
}

/** First cell of a chunk. */
export function firstCell(chunk: number): number {
  return chunk * CHUNK_CELLS;
}
