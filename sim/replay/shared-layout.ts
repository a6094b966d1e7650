/**
 * The one plan of the SharedArrayBuffers of a replay. The feeder (main thread) decodes the trace into
 * chunks of items; each chunk belongs to one PHB, and each PHB to one lane (a worker). Every lane has a
 * queue of chunk numbers; a chunk goes back to the feeder when its lane is through with it.
 *
 *   items     CHUNKS chunks of CHUNK_CELLS cells, see sim/unit/items.ts
 *   control   STOP · CLOSED · FREED (a count) · for each lane: PUBLISHED (a count)
 *             · for each chunk: state, PHB, cells used · for each lane: its queue, CHUNKS long
 *   progress  for each lane: items done, as doubles
 */
import { QUAD } from '../unit/items.ts';

/** Quads of a chunk: enough to make the hand-over cheap, few enough to stop within a millisecond. */
export const CHUNK_CELLS = 2048 * QUAD;
export const CHUNKS = 256;
/** A trace's PHBs; each has a chunk open all the time. */
export const PHBS_MAX = 64;

export const STOP = 0;
export const CLOSED = 1;
export const FREED = 2;
const LANES_AT = 3;

export const CHUNK_FREE = 0;
export const CHUNK_TAKEN = 1;

/** Index in `control` of a lane's count of published chunks. */
export function publishedAt(lane: number): number {
  return LANES_AT + lane;
}

/** Index of a chunk's state; its PHB and the number of its cells in use stand behind. */
export function chunkAt(lanes: number, chunk: number): number {
  return LANES_AT + lanes + chunk * 3;
}

/** Index of entry `turn` of a lane's queue. */
export function queueAt(lanes: number, lane: number, turn: number): number {
  return LANES_AT + lanes + CHUNKS * (3 + lane) + (turn % CHUNKS);
}

/** The buffers that the main thread and all lanes share. */
export interface SharedReplay {
  readonly lanes: number;
  readonly items: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
}

/** Allocates the buffers for a number of lanes. */
export function allocateReplay(lanes: number): SharedReplay {
  return {
    lanes,
    items: new SharedArrayBuffer(CHUNKS * CHUNK_CELLS * 4),
    control: new SharedArrayBuffer((LANES_AT + lanes + CHUNKS * (3 + lanes)) * 4),
    progress: new SharedArrayBuffer(lanes * 8),
  };
}
