/**
 * The feeder turns rows of a trace into items for the units: it cuts DMAs at 4 KiB, converts the
 * trace's nanoseconds into cycles of the unit, and tells each PHB which PE a RID belongs to before
 * the RID's first request. When no chunk is free it stops, in the middle of a row if need be, and
 * goes on from there when it is called again.
 */
import { InputError } from '../../models/input-error.ts';
import { OPERATIONS, Op, type Operation, type TraceBatch } from '../../traces/format.ts';
import { edgeAt, STEP_CYCLES_MAX } from '../unit/clock.ts';
import {
  ITEM_ASSIGN,
  ITEM_CONTROL,
  ITEM_EXPECTED_READ,
  ITEM_LEAP,
  ITEM_PREPARE,
  ITEM_READ,
  QUAD,
  REQUEST_BYTES_MAX,
} from '../unit/items.ts';
import { firstCell } from './chunk-writer.ts';
import type { RowCheck } from './row-check.ts';
import { CHUNK_CELLS, PHBS_MAX } from './shared-layout.ts';

const NO_PE = -1;
const NO_CHUNK = -1;
/** What `claim` answers when no chunk is free. */
const NO_ROOM = -1;
const REFUSED_HALF = 0xffff_ffff;

/** Whether rows are the trace itself, or set the machine up before it begins. */
export type RowUse = 'replay' | 'prepare';

/** Operations with which a trace brings windows and tables of its own, by code. */
const MAKES_WINDOWS = OPERATIONS.map((op) =>
  (['tve', 'store', 'create', 'remove'] as Operation[]).includes(op),
);

const KINDS: Readonly<Record<RowUse, number>> = { replay: ITEM_CONTROL, prepare: ITEM_PREPARE };

/** Where the feeder's chunks go; see chunk-writer.ts. */
export interface Chunks {
  /** All chunks; chunk n begins at cell n * CHUNK_CELLS. */
  readonly items: Int32Array;
  /** A free chunk, or undefined when there is none right now. */
  tryTake(): number | undefined;
  /** Hands on a chunk with `cells` cells of items of a PHB. */
  publish(chunk: number, phb: number, cells: number): void;
}

/** What the feeder knows of one PHB. */
interface PhbFeed {
  readonly phb: number;
  /** PE# by RID. */
  readonly peOf: Int32Array;
  /** The unit's cycle of the last row. */
  cycle: number;
  /** The open chunk, its next free cell and its end. */
  chunk: number;
  at: number;
  end: number;
}

export class Feeder {
  /** Rows taken so far, and those of them that are DMAs. */
  rows = 0;
  dmas = 0;
  /** Rows left out because they make windows that the user's replace. */
  replacedRows = 0;
  private readonly feeds: (PhbFeed | undefined)[] = [];
  /** Bytes of the current row's DMA that are out already. */
  private offset = 0;
  /** Time of the trace's first row, in halves. */
  private startLow = 0;
  private startHigh = 0;

  constructor(
    private readonly chunks: Chunks,
    private readonly clockMHz: number,
    /** Whether the trace's own times count. */
    private readonly isTimed: boolean,
    /** Whether the user's windows stand in the place of the trace's own. */
    private readonly replacesWindows: boolean,
    private readonly check: RowCheck,
    /** Where a row of the trace (from 0) was written, for messages. */
    private readonly placeOf: (row: number) => string,
    /** Told of each PHB before its first chunk is handed out. */
    private readonly onNewPhb: (phb: number) => void,
  ) {}

  /**
   * Takes rows from `from` on while chunks are free; returns the first row not finished. Throws InputError
   * on a row of the trace that the machine cannot carry out.
   */
  take(batch: TraceBatch, from: number, use: RowUse): number {
    for (let row = from; row < batch.rows; row += 1) {
      if (this.replacesWindows && use === 'replay' && MAKES_WINDOWS[batch.op[row]]) {
        this.rows += 1;
        this.replacedRows += 1;
        continue;
      }
      const problem = use === 'replay' ? this.check.problemOf(batch, row) : undefined;
      if (problem !== undefined) throw this.refusal(problem);
      const feed = this.feeds[batch.phb[row]] ?? this.addFeed(batch.phb[row], use);
      const cycle = this.isTimed && use === 'replay' ? this.cycleOf(batch, row) : feed.cycle;
      const isTaken =
        this.passTime(feed, cycle) &&
        (use === 'replay' && batch.op[row] <= Op.write
          ? this.addRequests(feed, batch, row, cycle)
          : this.addControl(feed, batch, row, cycle, KINDS[use]));
      if (!isTaken) return row;
      if (use === 'replay') this.rows += 1;
    }
    return batch.rows;
  }

  /** Begins in the middle of a trace: with a row, when the first row of a batch is the trace's own first. */
  beginAt(row: number, first: TraceBatch): void {
    this.startLow = first.timeNs[0];
    this.startHigh = first.timeNs[1];
    this.rows = row;
  }

  /**
   * Tells a PHB the PEs of the devices in rows of a batch, from `from` on, as if their DMAs were to come; returns
   * the first row not told.
   */
  introduce(batch: TraceBatch, from: number): number {
    for (let row = from; row < batch.rows; row += 1) {
      const feed = this.feeds[batch.phb[row]] ?? this.addFeed(batch.phb[row], 'replay');
      const [rid, pe] = [batch.rid[row], batch.pe[row]];
      if (feed.peOf[rid] !== pe && !this.assign(feed, rid, pe)) return row;
    }
    return batch.rows;
  }

  /** The PE# that each RID of a PHB was given last; negative for those without one. */
  pesOf(phb: number): Int32Array | undefined {
    return this.feeds[phb]?.peOf;
  }

  /** Hands out the chunks that are not full yet. */
  flush(): void {
    for (const feed of this.feeds) if (feed) this.handOut(feed);
  }

  /** Lets time leap where the row's own step could not hold what has passed. */
  private passTime(feed: PhbFeed, cycle: number): boolean {
    const cycles = cycle - feed.cycle;
    if (cycles <= STEP_CYCLES_MAX) return true;
    const at = this.claim(feed, 2 * QUAD);
    if (at === NO_ROOM) return false;
    this.chunks.items.fill(0, at, at + 2 * QUAD);
    this.chunks.items[at] = ITEM_LEAP;
    this.chunks.items[at + 1] = cycles % 2 ** 32;
    this.chunks.items[at + 2] = Math.floor(cycles / 2 ** 32);
    feed.cycle = cycle;
    return true;
  }

  /** Time begins with the trace's first row, which may well stand at the ns of an epoch. */
  private cycleOf(batch: TraceBatch, row: number): number {
    const low = batch.timeNs[2 * row];
    const high = batch.timeNs[2 * row + 1];
    if (this.rows === 0) {
      this.startLow = low;
      this.startHigh = high;
    }
    return edgeAt((high - this.startHigh) * 2 ** 32 + (low - this.startLow), this.clockMHz);
  }

  /** The requests of one DMA: none crosses a 4 KiB boundary. */
  private addRequests(feed: PhbFeed, batch: TraceBatch, row: number, cycle: number): boolean {
    const length = batch.length[row];
    const rid = batch.rid[row];
    if (feed.peOf[rid] !== batch.pe[row] && !this.assign(feed, rid, batch.pe[row])) return false;
    const { items } = this.chunks;
    const valueLow = batch.value[2 * row];
    const valueHigh = batch.value[2 * row + 1];
    const isExpected = !this.replacesWindows && (valueLow | valueHigh) !== 0;
    const kind = batch.op[row] + (isExpected ? ITEM_EXPECTED_READ : ITEM_READ);
    while (this.offset < length) {
      const at = this.claim(feed, isExpected ? 2 * QUAD : QUAD);
      if (at === NO_ROOM) return false;
      const low = batch.address[2 * row] + this.offset;
      const bytes = Math.min(length - this.offset, REQUEST_BYTES_MAX - (low % REQUEST_BYTES_MAX));
      items[at] = kind | ((bytes - 1) << 4) | (rid << 16);
      items[at + 1] = low;
      items[at + 2] = batch.address[2 * row + 1] + (low >= 2 ** 32 ? 1 : 0);
      items[at + 3] = cycle - feed.cycle;
      feed.cycle = cycle;
      if (isExpected) this.addExpectation(at + QUAD, valueHigh, valueLow);
      this.offset += bytes;
    }
    this.offset = 0;
    this.dmas += 1;
    return true;
  }

  /** The real address that the source recorded for the request at hand, or that it was refused. */
  private addExpectation(at: number, valueHigh: number, valueLow: number): void {
    const { items } = this.chunks;
    const isRefused = valueLow === REFUSED_HALF && valueHigh === REFUSED_HALF;
    const low = isRefused ? valueLow : valueLow + this.offset;
    items[at] = low;
    items[at + 1] = low >= 2 ** 32 ? valueHigh + 1 : valueHigh;
    items[at + 2] = 0;
    items[at + 3] = 0;
  }

  /** A row that is no DMA goes to the PHB's lane as it is. */
  private addControl(
    feed: PhbFeed,
    batch: TraceBatch,
    row: number,
    cycle: number,
    kind: number,
  ): boolean {
    const at = this.claim(feed, 2 * QUAD);
    if (at === NO_ROOM) return false;
    const { items } = this.chunks;
    items[at] = kind | (batch.op[row] << 4);
    items[at + 1] = batch.address[2 * row];
    items[at + 2] = batch.address[2 * row + 1];
    items[at + 3] = cycle - feed.cycle;
    feed.cycle = cycle;
    items[at + 4] = batch.value[2 * row];
    items[at + 5] = batch.value[2 * row + 1];
    items[at + 6] = batch.length[row];
    items[at + 7] = batch.rid[row] | (batch.pe[row] << 16);
    return true;
  }

  /** Firmware gives a RID its PE before the RID's first request. */
  private assign(feed: PhbFeed, rid: number, pe: number): boolean {
    const at = this.claim(feed, 2 * QUAD);
    if (at === NO_ROOM) return false;
    this.chunks.items.fill(0, at, at + 2 * QUAD);
    this.chunks.items[at] = ITEM_ASSIGN;
    this.chunks.items[at + 7] = rid | (pe << 16);
    feed.peOf[rid] = pe;
    return true;
  }

  /** Index of `cells` free cells in the PHB's open chunk, or NO_ROOM. */
  private claim(feed: PhbFeed, cells: number): number {
    if (feed.at + cells > feed.end) {
      this.handOut(feed);
      const chunk = this.chunks.tryTake();
      if (chunk === undefined) return NO_ROOM;
      feed.chunk = chunk;
      feed.at = firstCell(chunk);
      feed.end = feed.at + CHUNK_CELLS;
    }
    const at = feed.at;
    feed.at += cells;
    return at;
  }

  private handOut(feed: PhbFeed): void {
    if (feed.chunk === NO_CHUNK) return;
    this.chunks.publish(feed.chunk, feed.phb, feed.at - firstCell(feed.chunk));
    feed.chunk = NO_CHUNK;
    feed.at = 0;
    feed.end = 0;
  }

  /** The row at hand is wrong. */
  private refusal(problem: string): InputError {
    return new InputError(`${this.placeOf(this.rows)}: ${problem}`);
  }

  private addFeed(phb: number, use: RowUse): PhbFeed {
    if (this.feeds.filter((feed) => feed).length === PHBS_MAX) {
      const problem = `phb: expected at most ${PHBS_MAX} PHBs in a trace, got one more`;
      // The rows of the set-up stand nowhere.
      throw use === 'replay' ? this.refusal(problem) : new InputError(problem);
    }
    const peOf = new Int32Array(65_536).fill(NO_PE);
    const feed = { phb, peOf, cycle: 0, chunk: NO_CHUNK, at: 0, end: 0 };
    this.feeds[phb] = feed;
    this.onNewPhb(phb);
    return feed;
  }
}
