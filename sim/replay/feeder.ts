/**
 * The feeder turns rows of a trace into items for the units: it cuts DMAs at 4 KiB, converts the
 * trace's nanoseconds into cycles of the unit, and tells each PHB which PE a RID belongs to before
 * the RID's first request. When no chunk is free it stops, in the middle of a row if need be, and
 * goes on from there when it is called again.
 */
import { InputError } from '../../models/input-error.ts';
import { OPERATIONS, Op, type Operation, type TraceBatch } from '../../traces/format.ts';
import { STEP_CYCLES_MAX } from '../unit/clock.ts';
import { ITEM_EXPECTED_READ, ITEM_READ, QUAD, REQUEST_BYTES_MAX } from '../unit/items.ts';
import type { Chunks } from './chunks.ts';
import type { Machine } from './machine.ts';
import { PhbFeed } from './phb-feed.ts';
import { RowCheck } from './row-check.ts';
import { PHBS_MAX } from './shared-layout.ts';
import { cyclesBehind, NEAR_NS, TraceClock } from './trace-clock.ts';

/** Read and write come first among the operations. */
const LAST_DMA = Op.write;
const HALF = 2 ** 32;
const REFUSED_HALF = HALF - 1;

/**
 * Rows in one run: so few that V8 compiles the function, and not the loop in it, which takes 1.15 times as long
 * (Node 20).
 */
const RUN_ROWS_MAX = 128;

/** Operations with which a trace brings windows and tables of its own, by code. */
const MAKES_WINDOWS = OPERATIONS.map((op) =>
  (['tve', 'store', 'create', 'remove'] as Operation[]).includes(op),
);

/** What the feeder must know of a machine. */
type FedMachine = Pick<Machine, 'phb' | 'config' | 'pacing' | 'windows'>;

export class Feeder {
  /** Rows taken so far, and those of them that are DMAs. */
  rows = 0;
  dmas = 0;
  /** Rows left out because they make windows that the user's replace. */
  replacedRows = 0;
  private readonly feeds: (PhbFeed | undefined)[] = [];
  private readonly clock: TraceClock;
  /** Whether the trace's own times count. */
  private readonly isTimed: boolean;
  /** Whether the user's windows stand in the place of the trace's own. */
  private readonly replacesWindows: boolean;
  private readonly check: RowCheck;
  /** Bytes of the current row's DMA that are out already. */
  private offset = 0;

  constructor(
    private readonly chunks: Chunks,
    machine: FedMachine,
    /** Where a row of the trace (from 0) was written, for messages. */
    private readonly placeOf: (row: number) => string,
    /** Told of each PHB before its first chunk is handed out. */
    private readonly onNewPhb: (phb: number) => void,
  ) {
    this.clock = new TraceClock(machine.config.unit.clockMHz);
    this.isTimed = machine.pacing.kind === 'trace';
    this.replacesWindows = machine.windows.length > 0;
    this.check = new RowCheck(machine);
  }

  /**
   * Takes rows from `from` on while chunks are free; returns the first row not finished. Throws InputError
   * on a row of the trace that the machine cannot carry out.
   */
  take(batch: TraceBatch, from: number): number {
    let row = from;
    if (this.rows === 0 && row < batch.rows) this.beginTime(batch, row);
    while (row < batch.rows) {
      if (this.replacesWindows && MAKES_WINDOWS[batch.op[row]]) {
        this.rows += 1;
        this.replacedRows += 1;
        row += 1;
        continue;
      }
      const problem = this.check.problemOf(batch, row);
      if (problem !== undefined) throw this.refusal(problem);
      const feed = this.feeds[batch.phb[row]] ?? this.addFeed(batch.phb[row]);
      const cycle = this.isTimed ? this.cycleOf(batch, row) : feed.cycle;
      if (!passTime(feed, cycle)) return row;
      if (batch.op[row] <= LAST_DMA) {
        if (!meetDevice(feed, batch, row) || !feed.hasRoom()) return row;
        const isShort = this.offset === 0 && batch.length[row] <= REQUEST_BYTES_MAX;
        const next = isShort ? this.addPlain(feed, batch, row) : row;
        if (next === row && !this.addRequests(feed, batch, row, cycle)) return row;
        row = Math.max(next, row + 1);
      } else {
        if (!feed.hasRoom()) return row;
        feed.addControl(batch, row, cycle);
        this.rows += 1;
        row += 1;
      }
    }
    return row;
  }

  /** Begins in the middle of a trace: with a row, when the first row of a batch is the trace's own first. */
  beginAt(row: number, first: TraceBatch): void {
    this.beginTime(first, 0);
    this.rows = row;
  }

  /**
   * Tells a PHB the PEs of the devices in rows of a batch, from `from` on, as if their DMAs were to come; returns
   * the first row not told.
   */
  introduce(batch: TraceBatch, from: number): number {
    for (let row = from; row < batch.rows; row += 1) {
      const feed = this.feeds[batch.phb[row]] ?? this.addFeed(batch.phb[row]);
      if (!meetDevice(feed, batch, row)) return row;
    }
    return batch.rows;
  }

  /** The PE# that each RID of a PHB was given last; negative for those without one. */
  pesOf(phb: number): Int32Array | undefined {
    return this.feeds[phb]?.peOf;
  }

  /** Hands out the chunks that are not full yet. */
  flush(): void {
    for (const feed of this.feeds) feed?.handOut();
  }

  /** Time begins with the trace's first row, also with one that is left out. */
  private beginTime({ timeNs }: TraceBatch, row: number): void {
    this.clock.begin(timeNs[2 * row], timeNs[2 * row + 1]);
  }

  private cycleOf({ timeNs }: TraceBatch, row: number): number {
    const cycle = this.clock.cycleOf(timeNs[2 * row], timeNs[2 * row + 1]);
    if (cycle !== Infinity) return cycle;
    throw this.refusal(
      'time_ns: expected at most 2^53 ns and cycles behind the first row, got more',
    );
  }

  /**
   * The DMAs from a row on that are one request each, as long as they are of this PHB, nothing has to happen in
   * front of them and the chunk has room. Returns the first row that is another one. Most rows of most traces are
   * taken here, with whole numbers of 32 bits and without a loop inside the loop (12 ns a row instead of 40, Node 20).
   */
  private addPlain(feed: PhbFeed, batch: TraceBatch, from: number): number {
    const { op, phb, rid, pe, length, address, value, timeNs } = batch;
    const { items, peOf } = feed;
    const { isTimed, replacesWindows, clock } = this;
    // Without `| 0`, what comes out of a field is looked at in every turn of the loop: is it a whole number?
    const clockMHz = clock.clockMHz | 0;
    const markLow = clock.markLow | 0;
    const markHigh = clock.markHigh | 0;
    const markRest = clock.markRest | 0;
    const ownPhb = feed.phb | 0;
    const to = Math.min(batch.rows, from + feed.quads, from + RUN_ROWS_MAX) | 0;
    let at = feed.at | 0;
    // Cycles from the mark to the row in front, modulo 2^32 like the step that is stored.
    let before = (feed.cycle - clock.markCycle) | 0;
    let row = from | 0;
    for (; row < to; row += 1) {
      const kind = op[row];
      const device = rid[row];
      const low = address[2 * row] | 0;
      const room = REQUEST_BYTES_MAX - (low & (REQUEST_BYTES_MAX - 1));
      const lastByte = (length[row] - 1) >>> 0;
      if (kind > LAST_DMA || phb[row] !== ownPhb || peOf[device] !== pe[row]) break;
      if (lastByte >= room) break;
      if (!replacesWindows && (value[2 * row] | value[2 * row + 1]) !== 0) break;
      let step = 0;
      if (isTimed) {
        const ns = ((timeNs[2 * row] | 0) - markLow) | 0;
        if (ns < 0 || ns >= NEAR_NS || (timeNs[2 * row + 1] | 0) !== markHigh) break;
        const now = cyclesBehind(ns + markRest, clockMHz);
        step = (now - before) | 0;
        if (step > STEP_CYCLES_MAX) break;
        before = now;
      }
      items[at] = kind | (lastByte << 4) | (device << 16);
      items[at + 1] = low;
      items[at + 2] = address[2 * row + 1];
      items[at + 3] = step;
      at += QUAD;
    }
    feed.at = at;
    if (isTimed && row > from) feed.cycle = clock.markCycle + before;
    this.rows += row - from;
    this.dmas += row - from;
    return row;
  }

  /** The requests of one DMA: none crosses a 4 KiB boundary. False without room for the next one. */
  private addRequests(feed: PhbFeed, batch: TraceBatch, row: number, cycle: number): boolean {
    const { items } = feed;
    const length = batch.length[row];
    const device = batch.rid[row];
    const first = batch.address[2 * row];
    const high = batch.address[2 * row + 1];
    const valueLow = batch.value[2 * row];
    const valueHigh = batch.value[2 * row + 1];
    const isExpected = !this.replacesWindows && (valueLow | valueHigh) !== 0;
    const kind = batch.op[row] + (isExpected ? ITEM_EXPECTED_READ : ITEM_READ);
    while (this.offset < length) {
      if (!feed.hasRoom()) return false;
      const low = first + this.offset;
      const room = REQUEST_BYTES_MAX - (low & (REQUEST_BYTES_MAX - 1));
      const bytes = Math.min(length - this.offset, room);
      const { at } = feed;
      items[at] = kind | ((bytes - 1) << 4) | (device << 16);
      items[at + 1] = low;
      items[at + 2] = high + (low >= HALF ? 1 : 0);
      items[at + 3] = cycle - feed.cycle;
      feed.cycle = cycle;
      feed.at += QUAD;
      if (isExpected) this.addExpectation(feed, valueHigh, valueLow);
      this.offset += bytes;
    }
    this.offset = 0;
    this.rows += 1;
    this.dmas += 1;
    return true;
  }

  /** The real address that the source recorded for the request at hand, or that it was refused. */
  private addExpectation(feed: PhbFeed, valueHigh: number, valueLow: number): void {
    const { items, at } = feed;
    const isRefused = valueLow === REFUSED_HALF && valueHigh === REFUSED_HALF;
    const low = isRefused ? valueLow : valueLow + this.offset;
    items[at] = low;
    items[at + 1] = low >= HALF ? valueHigh + 1 : valueHigh;
    items[at + 2] = 0;
    items[at + 3] = 0;
    feed.at += QUAD;
  }

  /** The row at hand is wrong. */
  private refusal(problem: string): InputError {
    return new InputError(`${this.placeOf(this.rows)}: ${problem}`);
  }

  private addFeed(phb: number): PhbFeed {
    if (this.feeds.filter((feed) => feed).length === PHBS_MAX) {
      throw this.refusal(`phb: expected at most ${PHBS_MAX} PHBs in a trace, got one more`);
    }
    const feed = new PhbFeed(phb, this.chunks);
    this.feeds[phb] = feed;
    this.onNewPhb(phb);
    return feed;
  }
}

/** Lets time leap where the row's own step could not hold what has passed; false without room. */
function passTime(feed: PhbFeed, cycle: number): boolean {
  if (cycle - feed.cycle <= STEP_CYCLES_MAX) return true;
  if (!feed.hasRoom()) return false;
  feed.addLeap(cycle);
  return true;
}

/** Firmware gives a RID its PE before the RID's first request; false without room. */
function meetDevice(feed: PhbFeed, { rid, pe }: TraceBatch, row: number): boolean {
  if (feed.peOf[rid[row]] === pe[row]) return true;
  if (!feed.hasRoom()) return false;
  feed.addAssignment(rid[row], pe[row]);
  return true;
}
