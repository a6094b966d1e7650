/**
 * One trace on several threads: each replays a slice of it, and the slices are handed over to each other
 * (hand-over.ts). The main thread reads no rows. Every slice has tables of its own: sharing them would save
 * memory, not time, for all set them up at the same moment.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { countRows } from '../../../traces/arrow/row-count.ts';
import type { TraceSource } from '../../../traces/format.ts';
import type { Machine } from '../machine.ts';
import { LanePool } from '../pool.ts';
import { SharedWatch } from '../shared-watch.ts';
import type { SliceLaneAnswer, SliceLaneTask, SliceMessage, SliceOrder } from '../slice-lane.ts';
import { memoryFor } from '../table-room.ts';
import type { ReplayOptions, ReplayOutcome } from '../terms.ts';
import { areExact } from './books.ts';
import { type HandOver, handOver, type SliceRunner } from './hand-over.ts';
import type { Interval, SliceEnd, SliceReport } from './slice.ts';
import { planSlices, SLICE_ROWS_MIN, SLICE_SIZES } from './slice-plan.ts';

/** Units of the fraction of a cycle that an interval may leave: ps · MHz. */
const PS_MHZ_PER_CYCLE = 1_000_000;

/**
 * Replays a trace in slices; undefined where that cannot be, or does not pay. So it is with a trace that is no
 * Arrow file, or a small one, and with rows of software or of several PHBs in it. A file with an error in it
 * is left to those who read it from front to back, and find what is wrong with it first.
 */
export async function replaySliced(
  trace: TraceSource,
  machine: Machine,
  options: ReplayOptions,
): Promise<ReplayOutcome | undefined> {
  const path = trace.arrowFile;
  if (path === undefined || !isForSlices(machine, options)) return undefined;
  const file = countRows(path);
  if (file === undefined) return undefined;
  const slices = Math.min(options.lanes, Math.floor(file.rows / SLICE_ROWS_MIN));
  if (slices < 2) return undefined;
  // What a file says of itself may be wrong; then the slices find out.
  if ((file.controlRows ?? 0) > 0) return undefined;
  const plans = planSlices(file.rows, slices, SLICE_SIZES);
  const watch = new SharedWatch(plans.length);
  const pool = new LanePool<SliceLaneTask, SliceLaneAnswer>('slice-lane', plans.length);
  const memoryBytes = memoryFor(machine, undefined);
  const lanes = plans.map((plan, lane) => {
    const task = { path, machine, plan, memoryBytes, lane, ...watch.buffers };
    return new SliceLane(pool, task);
  });
  const unwatch = watch.begin(options, file.rows);
  try {
    const result = await handOver(lanes, plans);
    return areExact(result.books) ? outcomeOf(result, plans.length, file.rows) : undefined;
  } catch (error) {
    if (error instanceof GaveUp) return undefined;
    throw error;
  } finally {
    unwatch();
    watch.stop();
    await Promise.all(lanes.map((lane) => lane.leave()));
    await pool.close();
  }
}

/** Whether the state of a unit of this machine can be compared, and guessed. */
function isForSlices(
  { config, map, pacing }: Machine,
  { lanes, requests, timeline, tables }: ReplayOptions,
): boolean {
  const { replacement } = config.tceCache;
  // Nobody knows which fraction of a cycle is left in the middle of a trace.
  const isWhole =
    pacing.kind !== 'interval' || (pacing.ps * config.unit.clockMHz) % PS_MHZ_PER_CYCLE === 0;
  const isComparable = replacement !== 'belady' && replacement !== 'random';
  // Each slice would fill windows with all touched pages, after one thread has read the trace to find them: 2.5 M
  // random pages of 1 TiB take 9 to 14 s and 8 GB so on two threads, 3.4 to 4.6 s and 4 GB without slices (Node 20).
  const beginsEmpty = map !== 'touched' && tables === undefined;
  const isUnwatched = requests === undefined && timeline === undefined;
  return lanes > 1 && isUnwatched && beginsEmpty && isWhole && isComparable;
}

function outcomeOf(result: HandOver, slices: number, rowsOfFile: number): ReplayOutcome {
  const { phb, books, software, rows, dmas, rerun } = result;
  return {
    phbs: [
      {
        phb,
        ...books,
        ...software,
        nextUses: undefined,
        timeline: undefined,
        killSteps: undefined,
      },
    ],
    rows,
    dmas,
    replacedRows: 0,
    isComplete: rows === rowsOfFile,
    slices,
    rerun,
  };
}

/** A slice could not do its work, which is nobody's fault. */
class GaveUp extends Error {}

/** A slice in a worker, seen from the main thread. */
class SliceLane implements SliceRunner {
  private readonly port: MessagePort;
  private readonly end: Promise<never>;
  private readonly firstMessage: Promise<SliceMessage>;

  constructor(pool: LanePool<SliceLaneTask, SliceLaneAnswer>, task: Omit<SliceLaneTask, 'orders'>) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.firstMessage = this.next();
    const work = pool.run({ ...task, orders: port2 }, port2);
    this.end = work.then(({ failure }) => {
      throw new GaveUp(failure);
    });
    // Who waits for an answer is told; when nobody does, nobody has to be.
    this.end.catch(() => {});
  }

  async report(): Promise<SliceReport> {
    return (await Promise.race([this.firstMessage, this.end])) as SliceReport;
  }

  async goOn(end: number): Promise<Interval> {
    return (await this.ask({ kind: 'goOn', end })) as Interval;
  }

  async finish(): Promise<SliceEnd> {
    return (await this.ask({ kind: 'finish' })) as SliceEnd;
  }

  /** Nobody needs the slice any more; it closes its file. */
  async leave(): Promise<void> {
    this.port.postMessage({ kind: 'leave' } satisfies SliceOrder);
    await this.end.catch(() => {});
    this.port.close();
  }

  private ask(order: SliceOrder): Promise<SliceMessage> {
    const answer = this.next();
    this.port.postMessage(order);
    return Promise.race([answer, this.end]);
  }

  private next(): Promise<SliceMessage> {
    return new Promise((resolve) => this.port.once('message', resolve));
  }
}
