/**
 * A lane: the worker that replays some of a trace's PHBs (those whose number leaves its own when
 * divided by the number of lanes). It waits for chunks, never for other lanes, so that the number of
 * threads changes the speed and nothing else.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ChunkReader } from './chunk-reader.ts';
import { isForUser } from './lane-error.ts';
import type { Machine } from './machine.ts';
import { type PhbMemory, type PhbOutcome, PhbReplay } from './phb-replay.ts';
import { type LogPartTask, sinkOf } from './request-log-part.ts';
import type { SharedReplay } from './shared-layout.ts';

export interface LaneTask {
  readonly shared: SharedReplay;
  readonly lane: number;
  readonly machine: Machine;
  /** Brings a PHB's memory before its first chunk. */
  readonly memories: MessagePort;
}

/** What a PHB needs, and its part of the request log if there is one. */
export interface LaneMemory extends Omit<PhbMemory, 'sink'> {
  readonly log?: LogPartTask;
}

/** What a lane answers; see lane-error.ts. */
export type LaneAnswer =
  | { readonly ok: true; readonly phbs: readonly PhbOutcome[] }
  | { readonly ok: false; readonly message: string };

/** Replays the lane's chunks until the trace ends or the replay is stopped. */
export default async function replayLane(task: LaneTask): Promise<LaneAnswer> {
  try {
    return { ok: true, phbs: await replayChunks(task) };
  } catch (error) {
    if (!isForUser(error)) throw error;
    return { ok: false, message: error.message };
  }
}

async function replayChunks(task: LaneTask): Promise<PhbOutcome[]> {
  const { shared, lane, machine } = task;
  const memories = new Memories(task.memories);
  const chunks = new ChunkReader(shared, lane);
  const phbs = new Map<number, PhbReplay>();
  for (let chunk = chunks.next(); chunk; chunk = chunks.next()) {
    let phb = phbs.get(chunk.phb);
    if (!phb) {
      const { log, ...memory } = memories.take(chunk.phb);
      phb = await PhbReplay.create(
        { ...memory, ...(log && { sink: sinkOf(log) }) },
        machine,
        chunks.items,
        () => chunks.isStopped,
      );
      phbs.set(chunk.phb, phb);
    }
    phb.replay(chunk.from, chunk.to);
    chunks.giveBack(chunk);
  }
  return [...phbs.values()].map((phb) => phb.outcome());
}

/** The memories that the main thread has sent; each comes before the first chunk of its PHB. */
class Memories {
  private readonly received = new Map<number, LaneMemory>();

  constructor(private readonly port: MessagePort) {}

  /** The memory of a PHB whose first chunk is here. */
  take(phb: number): LaneMemory {
    for (let next = this.receive(); next; next = this.receive()) {
      this.received.set(next.phb, next);
    }
    const memory = this.received.get(phb);
    if (!memory) throw new Error(`the memory of PHB ${phb} did not come before its first chunk`);
    return memory;
  }

  private receive(): LaneMemory | undefined {
    return receiveMessageOnPort(this.port)?.message as LaneMemory | undefined;
  }
}
