/**
 * A slice of a trace on a unit of its own: reads, feeds and simulates in one thread. It notes the state of
 * the unit where its rows begin and at the end of each interval, and what was counted in between; how these
 * become one result stands in hand-over.ts.
 */
import { createHash } from 'node:crypto';
import { allocateMemory } from '../../../models/memory/physical.ts';
import { openBatches } from '../../../traces/arrow/reader.ts';
import { Op, type TraceBatch } from '../../../traces/format.ts';
import type { InputFile } from '../../../traces/input-file.ts';
import { openFile } from '../../../traces/open-file.ts';
import { Feeder } from '../feeder.ts';
import type { Machine } from '../machine.ts';
import { OwnChunks } from '../own-chunks.ts';
import { type PhbBooks, PhbReplay, type PhbSoftware } from '../phb-replay.ts';
import type { RowWatch } from '../terms.ts';
import { RowCursor, type RowPiece } from './row-cursor.ts';
import { sampleRows } from './row-sample.ts';
import type { SlicePlan } from './slice-plan.ts';

/** The state at a row, for comparison. */
export interface SliceState {
  /** SHA-256 of all that decides what is to come, times told from `cycle` on. */
  readonly digest: string;
  /** Absolute cycle in the time of this slice, which begins somewhere. */
  readonly cycle: number;
}

/** What was counted from one state to the next. */
export interface Interval {
  /** Row behind the last one: less than was asked for where the replay was stopped. */
  readonly end: number;
  readonly rows: number;
  readonly dmas: number;
  readonly books: PhbBooks;
  readonly state: SliceState;
}

/** A slice's own rows, replayed from a guess. */
export interface SliceReport {
  readonly start: SliceState;
  readonly intervals: readonly Interval[];
}

/** What only the slice knows that comes to the end of the trace. */
export interface SliceEnd {
  readonly books: PhbBooks;
  readonly phb: number;
  readonly software: PhbSoftware;
}

/** What a slice is made of. */
export interface SliceTask {
  /** An Arrow file. */
  readonly path: string;
  readonly machine: Machine;
  readonly plan: SlicePlan;
  /** Address space of the tables. */
  readonly memoryBytes: number;
}

/** Thrown where a trace has rows that slices cannot hand over: of software, or of another PHB. */
export class NoSlice extends Error {
  override readonly name = 'NoSlice';
}

export class Slice {
  private constructor(
    private readonly task: SliceTask,
    private readonly phb: number,
    private readonly unit: PhbReplay,
    private readonly feeder: Feeder,
    private readonly chunks: OwnChunks,
    private readonly cursor: RowCursor,
    private readonly input: InputFile,
    private readonly watch: RowWatch,
  ) {}

  /** A slice in front of its warm-up. Throws NoSlice, and InputError on a damaged file. */
  static async create(task: SliceTask, watch: RowWatch): Promise<Slice> {
    const { path, machine, memoryBytes } = task;
    const { input, batches } = openBatches(openFile(path));
    const cursor = new RowCursor(batches.all());
    const first = cursor.look();
    if (!first) throw new NoSlice('no rows');
    const phb = first.phb[0];
    const chunks = new OwnChunks();
    const memory = allocateMemory(memoryBytes);
    const unit = await PhbReplay.create({ phb, memory }, machine, chunks.items, () =>
      watch.isStopped(),
    );
    const feeder = new Feeder(
      chunks,
      machine,
      (row) => `trace row ${row} (from 0)`,
      () => {},
    );
    const slice = new Slice(task, phb, unit, feeder, chunks, cursor, input, watch);
    slice.begin(first);
    return slice;
  }

  /** Warms up, and replays the slice's own rows. */
  report(): SliceReport {
    const { first, ends } = this.task.plan;
    this.skim();
    this.replayTo(first);
    this.unit.clearBooks();
    const start = this.state();
    const intervals: Interval[] = [];
    for (const end of ends) {
      intervals.push(this.goOn(end));
      if (this.watch.isStopped()) break;
    }
    return { start, intervals };
  }

  /** Replays one more interval, up to but without row `end`. */
  goOn(end: number): Interval {
    const { rows: rowsBefore, dmas: dmasBefore } = this.feeder;
    this.replayTo(end);
    const { rows, dmas } = this.feeder;
    const books = this.unit.books();
    this.unit.clearBooks();
    const state = this.state();
    return {
      end: this.cursor.next,
      rows: rows - rowsBefore,
      dmas: dmas - dmasBefore,
      books,
      state,
    };
  }

  /** The trace is over; what is counted now came from the last interval. */
  finish(): SliceEnd {
    this.unit.finish();
    return { books: this.unit.books(), phb: this.phb, software: this.unit.software() };
  }

  close(): void {
    this.input.close();
  }

  /**
   * Begins in front of what is skimmed. The devices of the trace's first batch are known by then: in most traces that is
   * true of all of them, and as much a guess as the rest.
   */
  private begin(firstBatch: TraceBatch): void {
    const { warmFrom } = this.task.plan;
    const known = { ...firstBatch, rows: Math.min(firstBatch.rows, warmFrom) };
    refuseSoftware(known, 0, known.rows, this.phb);
    if (warmFrom > 0) this.feeder.beginAt(warmFrom, firstBatch);
    for (let row = 0; row < known.rows; ) {
      row = this.feeder.introduce(known, row);
      this.feeder.flush();
      this.eachFed((from, to) => this.unit.replay(from, to));
    }
  }

  /** Skims the rows in front of the warm-up: a sample of those far back, and all that are nearer. */
  private skim(): void {
    const { stride, skimFrom, warmFrom } = this.task.plan;
    const skim = () => this.eachFed((from, to) => this.unit.skim(from, to));
    for (let piece = this.next(skimFrom); piece; piece = this.next(skimFrom)) {
      this.feed({ batch: sampleRows(piece.batch, piece.from, stride), from: 0 }, skim);
    }
    for (let piece = this.next(warmFrom); piece; piece = this.next(warmFrom)) {
      this.feed(piece, skim);
    }
    this.feeder.flush();
    skim();
  }

  private replayTo(end: number): void {
    const replay = () => this.eachFed((from, to) => this.unit.replay(from, to));
    for (let piece = this.next(end); piece; piece = this.next(end)) {
      this.feed(piece, replay);
      this.watch.onRows(piece.batch.rows - piece.from);
    }
    this.feeder.flush();
    replay();
  }

  /** The next rows in front of `end`, all of them DMA; undefined without any, or when told to stop. */
  private next(end: number): RowPiece | undefined {
    const piece = this.watch.isStopped() ? undefined : this.cursor.piece(end);
    if (piece) refuseSoftware(piece.batch, piece.from, piece.batch.rows, this.phb);
    return piece;
  }

  private feed({ batch, from }: RowPiece, makeRoom: () => void): void {
    for (let row = from; row < batch.rows; ) {
      row = this.feeder.take(batch, row);
      if (row < batch.rows) makeRoom();
    }
  }

  private eachFed(use: (from: number, to: number) => void): void {
    for (const { from, to } of this.chunks.takeWaiting()) use(from, to);
  }

  private state(): SliceState {
    const { form, cycle, processes } = this.unit.state();
    const hash = createHash('sha256');
    hash.update(form);
    hash.update(Int32Array.from(processes));
    hash.update(this.feeder.pesOf(this.phb) ?? '');
    // The trace's own time is the same in all slices, or something is wrong.
    if (this.task.machine.pacing.kind === 'trace') hash.update(`${cycle}`);
    return { digest: hash.digest('hex'), cycle };
  }
}

/** Throws NoSlice if there is a row among `from..to` that is no DMA of this PHB. */
function refuseSoftware({ op, phb }: TraceBatch, from: number, to: number, own: number): void {
  for (let row = from; row < to; row += 1) {
    if (op[row] > Op.write || phb[row] !== own) throw new NoSlice(`row ${row}`);
  }
}
