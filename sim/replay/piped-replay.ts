/**
 * A replay in which the main thread reads and decodes, and lanes simulate: for traces that workers cannot read
 * by themselves, and for those of several PHBs. Progress is read from shared memory, and a stop takes effect at
 * the end of a chunk.
 */
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { Feeder } from './feeder.ts';
import { feedAll } from './feeding.ts';
import type { LaneAnswer, LaneMemory, LaneTask } from './lane.ts';
import type { Machine } from './machine.ts';
import { preparePhb } from './phb-memory.ts';
import type { PhbOutcome } from './phb-replay.ts';
import { LanePool } from './pool.ts';
import { allocateReplay } from './shared-layout.ts';
import { memoryFor } from './table-room.ts';
import { type OnceOptions, PROGRESS_MS, type ReplayOutcome } from './terms.ts';

/** Replays a trace once. Throws InputError on a trace or a machine that cannot be replayed. */
export async function replayPiped(
  trace: TraceSource,
  machine: Machine,
  options: OnceOptions,
): Promise<ReplayOutcome> {
  const { lanes } = options;
  const shared = allocateReplay(lanes);
  const chunks = new ChunkWriter(shared);
  const memoryBytes = memoryFor(machine, options.tables);
  const channels = Array.from({ length: lanes }, () => new MessageChannel());
  const feeder = new Feeder(
    chunks,
    machine,
    (row) => trace.placeOf?.(row) ?? `trace row ${row} (from 0)`,
    (phb) => {
      const log = options.requests?.addPart(phb);
      const memory: LaneMemory = { ...preparePhb(phb, memoryBytes, options), ...(log && { log }) };
      channels[phb % lanes].port1.postMessage(memory);
    },
  );
  const done = new Float64Array(shared.progress);
  const pool = new LanePool<LaneTask, LaneAnswer>('lane', lanes);
  const stop = () => chunks.stop();
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();
  const timer = setInterval(() => {
    options.onProgress({ items: done.reduce((sum, items) => sum + items, 0), rows: feeder.rows });
  }, PROGRESS_MS);
  try {
    const answers = channels.map(({ port2 }, lane) =>
      stopOnFailure(pool.run({ shared, lane, machine, memories: port2 }, port2), chunks),
    );
    const feeding = feedAll(trace, feeder, chunks).then(() => chunks.close());
    feeding.catch(stop);
    const phbs = outcomesOf(await Promise.all(answers));
    await feeding;
    const { rows, dmas, replacedRows } = feeder;
    return { phbs, rows, dmas, replacedRows, isComplete: !chunks.isStopped, slices: 1, rerun: 0 };
  } finally {
    clearInterval(timer);
    options.signal.removeEventListener('abort', stop);
    await pool.close();
    for (const { port1 } of channels) port1.close();
  }
}

/** A lane that fails stops the others, so that nobody waits for it. */
async function stopOnFailure(
  answer: Promise<LaneAnswer>,
  chunks: ChunkWriter,
): Promise<LaneAnswer> {
  try {
    const result = await answer;
    if (!result.ok) chunks.stop();
    return result;
  } catch (error) {
    chunks.stop();
    throw error;
  }
}

function outcomesOf(answers: readonly LaneAnswer[]): PhbOutcome[] {
  const phbs = answers.flatMap((answer) => {
    if (!answer.ok) throw new InputError(answer.message);
    return answer.phbs;
  });
  return phbs.sort((a, b) => a.phb - b.phb);
}
