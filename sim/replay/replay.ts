/**
 * A replay from an open trace to what every PHB counted. The main thread reads and decodes, the lanes
 * simulate; progress is read from shared memory, and a stop takes effect at the end of a chunk.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from '../../models/input-error.ts';
import { allocateMemory, PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import type { TraceBatch, TraceSource } from '../../traces/format.ts';
import type { Dump } from '../tables/dump.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { Feeder, type RowUse } from './feeder.ts';
import type { StartState } from './host.ts';
import type { LaneAnswer, LaneTask } from './lane.ts';
import type { Machine } from './machine.ts';
import type { PhbMemory, PhbOutcome } from './phb-replay.ts';
import { LanePool } from './pool.ts';
import { RowCheck } from './row-check.ts';
import { allocateReplay } from './shared-layout.ts';
import { replaySliced } from './slices/sliced-replay.ts';
import { effective, memoryFor } from './table-room.ts';
import { PROGRESS_MS, type ReplayOptions, type ReplayOutcome } from './terms.ts';
import { TouchedPages } from './touched-pages.ts';

/** Options of one replay of possibly two. */
interface OnceOptions extends ReplayOptions {
  /** What a rehearsal found out about each PHB. */
  readonly nextUses?: ReadonlyMap<number, Int32Array | undefined>;
}

/**
 * Replays a trace; for Belady's replacement twice, because that has to know what comes. Throws InputError on
 * a trace or a machine that cannot be replayed.
 */
export async function replay(
  trace: TraceSource,
  machine: Machine,
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const sliced = await replaySliced(trace, machine, options);
  if (sliced !== undefined) return sliced;
  if (machine.config.tceCache.replacement !== 'belady') return replayOnce(trace, machine, options);
  const { requests, ...rehearsing } = options;
  const rehearsal = await replayOnce(trace, machine, rehearsing);
  // What a rehearsal counted is nobody's result.
  if (!rehearsal.isComplete) return { ...rehearsal, phbs: [], rows: 0, dmas: 0 };
  const nextUses = new Map(rehearsal.phbs.map(({ phb, nextUses: uses }) => [phb, uses]));
  return replayOnce(trace, machine, { ...options, nextUses });
}

async function replayOnce(
  trace: TraceSource,
  machine: Machine,
  options: OnceOptions,
): Promise<ReplayOutcome> {
  const { lanes } = options;
  const shared = allocateReplay(lanes);
  const chunks = new ChunkWriter(shared);
  const isTimed = machine.pacing.kind === 'trace';
  const replacesWindows = machine.windows.length > 0;
  const { tables } = options;
  const memoryBytes = memoryFor(machine, tables);
  const channels = Array.from({ length: lanes }, () => new MessageChannel());
  const sendMemory = (phb: number) => {
    const log = options.requests?.addPart(phb);
    const nextUses = options.nextUses?.get(phb);
    const memory = allocateMemory(memoryBytes);
    const start = tables && putTables(tables, phb, memory);
    const message: PhbMemory = {
      phb,
      memory,
      ...(start && { start }),
      ...(log && { log }),
      ...(nextUses && { nextUses }),
    };
    channels[phb % lanes].port1.postMessage(message);
  };
  const { clockMHz } = machine.config.unit;
  const feeder = new Feeder(
    chunks,
    clockMHz,
    isTimed,
    replacesWindows,
    new RowCheck(machine),
    (row) => trace.placeOf?.(row) ?? `trace row ${row} (from 0)`,
    sendMemory,
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
    const feeding = feedAll(trace, machine, feeder, chunks);
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

/** Puts a PHB's tables where they were, and says what stands in its TVT. */
function putTables(tables: Dump, phb: number, shared: SharedMemory): StartState {
  const memory = new PhysicalMemory(shared);
  for (const [address, word] of tables.wordsOf(phb)) memory.write(address, word);
  return { tves: tables.tvesOf(phb), end: tables.end };
}

/** Feeds the mapping of touched pages, if asked for, and then the trace. */
async function feedAll(
  trace: TraceSource,
  machine: Machine,
  feeder: Feeder,
  chunks: ChunkWriter,
): Promise<void> {
  if (machine.map === 'touched') {
    const windows = machine.windows.map((window, slot) => effective(window, slot, machine));
    const touched = new TouchedPages(windows, machine.config.pe.tveSelect);
    for await (const batch of trace.batches()) {
      touched.add(batch);
      if (chunks.isStopped) return;
      await nextTurn();
    }
    const rows = touched.rows();
    for (let batch = rows.takeRest(); batch; batch = rows.takeRest()) {
      await feed(batch, 'prepare', feeder, chunks);
    }
  }
  for await (const batch of trace.batches()) {
    if (chunks.isStopped) return;
    await feed(batch, 'replay', feeder, chunks);
    await nextTurn();
  }
  feeder.flush();
  chunks.close();
}

async function feed(
  batch: TraceBatch,
  use: RowUse,
  feeder: Feeder,
  chunks: ChunkWriter,
): Promise<void> {
  let row = feeder.take(batch, 0, use);
  while (row < batch.rows && !chunks.isStopped) {
    await chunks.waitForChunk();
    row = feeder.take(batch, row, use);
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
