/** A replay in one thread, which reads, feeds and simulates in turn: the least work in all. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TraceSource } from '../../traces/format.ts';
import { Feeder } from './feeder.ts';
import { feedAll, type Outlet } from './feeding.ts';
import { rehearseAndReplay, wantsForesight } from './foresight-passes.ts';
import type { Machine } from './machine.ts';
import { OwnChunks } from './own-chunks.ts';
import { preparePhb } from './phb-memory.ts';
import { PhbReplay } from './phb-replay.ts';
import { memoryFor } from './table-room.ts';
import type { NextUses, OnceOptions, ReplayOutcome, RowWatch } from './terms.ts';
import { findTouched } from './touched-pass.ts';

/** Chunks from one look at messages and timers to the next: some milliseconds. */
const CHUNKS_A_TURN = 16;

/**
 * Replays a trace in this thread. Throws InputError and MemoryExhausted, by name (see lane-error.ts), on a trace
 * or a machine that cannot be replayed.
 */
export async function replaySolo(
  trace: TraceSource,
  machine: Machine,
  watch: RowWatch,
): Promise<ReplayOutcome> {
  const touched = await findTouched(trace, machine, () => watch.isStopped());
  const once = (nextUses?: NextUses) => {
    const known = nextUses ? { touched, nextUses } : { touched };
    return new SoloReplay(trace, machine, watch, known).run();
  };
  return wantsForesight(machine) ? rehearseAndReplay(once, once) : once();
}

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
    private readonly known: Pick<OnceOptions, 'touched' | 'nextUses'>,
  ) {
    this.memoryBytes = memoryFor(machine, undefined);
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
    const memory = preparePhb(phb, this.memoryBytes, this.known);
    const unit = await PhbReplay.create(
      memory,
      this.machine,
      this.chunks.items,
      () => this.isStopped,
    );
    this.phbs.set(phb, unit);
    return unit;
  }
}
