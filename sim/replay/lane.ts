/**
 * A lane: the worker that replays some of a trace's PHBs (those whose number leaves its own when
 * divided by the number of lanes). It waits for chunks, never for other lanes, so that the number of
 * threads changes the speed and nothing else.
 */
import { InputError } from '../../models/input-error.ts';
import { allocateMemory, MemoryExhausted } from '../../models/memory/physical.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { Machine } from './machine.ts';
import { type PhbOutcome, PhbReplay } from './phb-replay.ts';
import type { SharedReplay } from './shared-layout.ts';

export interface LaneTask {
  readonly shared: SharedReplay;
  readonly lane: number;
  readonly machine: Machine;
  /** Bytes of simulated memory that each PHB's tables may touch. */
  readonly memoryBytes: number;
}

/** What a lane answers. Errors go as data: a worker's exceptions lose their class on the way. */
export type LaneAnswer =
  | { readonly ok: true; readonly phbs: readonly PhbOutcome[] }
  | { readonly ok: false; readonly message: string };

/** Replays the lane's chunks until the trace ends or the replay is stopped. */
export default function replayLane(task: LaneTask): LaneAnswer {
  try {
    return { ok: true, phbs: replayChunks(task) };
  } catch (error) {
    if (error instanceof InputError || error instanceof MemoryExhausted) {
      return { ok: false, message: error.message };
    }
    throw error;
  }
}

function replayChunks({ shared, lane, machine, memoryBytes }: LaneTask): PhbOutcome[] {
  const chunks = new ChunkReader(shared, lane);
  const phbs = new Map<number, PhbReplay>();
  for (let chunk = chunks.next(); chunk; chunk = chunks.next()) {
    let phb = phbs.get(chunk.phb);
    if (!phb) {
      phb = new PhbReplay(chunk.phb, machine, allocateMemory(memoryBytes), chunks.items);
      phbs.set(chunk.phb, phb);
    }
    phb.replay(chunk.from, chunk.to);
    chunks.giveBack(chunk);
  }
  return [...phbs.values()].map((phb) => phb.outcome());
}
