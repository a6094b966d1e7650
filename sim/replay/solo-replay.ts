/** A replay in one thread, which reads, feeds and simulates in turn: the least work in all. */
import type { TraceSource } from '../../traces/format.ts';
import { Feeder } from './feeder.ts';
import { feedAll, type Outlet } from './feeding.ts';
import { rehearseAndReplay, wantsForesight } from './foresight-passes.ts';
import type { Machine } from './machine.ts';
import { nextTurn } from './next-turn.ts';
import { OwnChunks } from './own-chunks.ts';
import { preparePhb } from './phb-memory.ts';
import { PhbReplay } from './phb-replay.ts';
import type { LogSink } from './request-log-recorder.ts';
import { memoryFor } from './table-room.ts';
import type { NextUses, OnceOptions, ReplayOutcome, RowWatch } from './terms.ts';
import { findTouched } from './touched-pass.ts';

/** Chunks from one look at messages and timers to the next: some milliseconds. */
const CHUNKS_A_TURN = 16;

/** Who gets the requests as they are settled. */
export interface RequestOutlet extends LogSink {
  /** Resolves when it can take more. */
  room(): Promise<void>;
}

/** What else a replay in this thread may have. */
interface SoloOptions extends Pick<OnceOptions, 'tables'> {
  readonly outlet?: RequestOutlet;
  /** Address space for a PHB's tables, where there is less than they may want. */
  readonly memoryBytesMax?: number;
}

/**
 * Replays a trace in this thread. Throws InputError and MemoryExhausted, by name (see lane-error.ts), on a trace
 * or a machine that cannot be replayed.
 */
export async function replaySolo(
  trace: TraceSource,
  machine: Machine,
  watch: RowWatch,
  options: SoloOptions = {},
): Promise<ReplayOutcome> {
  const touched = await findTouched(trace, machine, () => watch.isStopped());
  const known = { ...options, touched };
  const once = (pass: Known) => new SoloReplay(trace, machine, watch, pass).run();
  if (!wantsForesight(machine)) return once(known);
  const { outlet: _outlet, ...rehearsing } = known;
  return rehearseAndReplay(
    () => once(rehearsing),
    (nextUses: NextUses) => once({ ...known, nextUses }),
  );
}

/** What one of possibly two passes is given. */
type Known = SoloOptions & Pick<OnceOptions, 'touched' | 'nextUses'>;

class SoloReplay implements Outlet {
  private readonly chunks = new OwnChunks();
  private readonly phbs = new Map<number, PhbReplay>();
  private readonly feeder: Feeder;
  private readonly memoryBytes: number;
  private rowsTold = 0;
  private chunksDone = 0;

  constructor(
    private readonly trace: TraceSource,
    private readonly machine: Machine,
    private readonly watch: RowWatch,
    private readonly known: Known,
  ) {
    const { tables, memoryBytesMax = Number.POSITIVE_INFINITY } = known;
    this.memoryBytes = Math.min(memoryFor(machine, tables), memoryBytesMax);
    this.feeder = new Feeder(
      this.chunks,
      machine,
      (row) => trace.placeOf?.(row) ?? `trace row ${row} (from 0)`,
      () => {},
    );
  }

  get isStopped(): boolean {
    return this.watch.isStopped();
  }

  /** Replays what waits: then there is a chunk again. */
  async waitForChunk(): Promise<void> {
    for (const { phb, from, to } of this.chunks.takeWaiting()) {
      const unit = this.phbs.get(phb) ?? (await this.addPhb(phb));
      unit.replay(from, to);
    }
    this.watch.onRows(this.feeder.rows - this.rowsTold);
    this.rowsTold = this.feeder.rows;
    await this.known.outlet?.room();
    this.chunksDone += 1;
    if (this.chunksDone % CHUNKS_A_TURN === 0) await nextTurn();
  }

  async run(): Promise<ReplayOutcome> {
    await feedAll(this.trace, this.feeder, this);
    await this.waitForChunk();
    const { rows, dmas, replacedRows } = this.feeder;
    const phbs = [...this.phbs.values()].map((phb) => phb.outcome()).sort((a, b) => a.phb - b.phb);
    return { phbs, rows, dmas, replacedRows, isComplete: !this.isStopped, slices: 1, rerun: 0 };
  }

  private async addPhb(phb: number): Promise<PhbReplay> {
    const { outlet } = this.known;
    const memory = preparePhb(phb, this.memoryBytes, this.known);
    const unit = await PhbReplay.create(
      { ...memory, ...(outlet && { sink: outlet }) },
      this.machine,
      this.chunks.items,
      () => this.isStopped,
    );
    this.phbs.set(phb, unit);
    return unit;
  }
}
