/** Feeds rows, in batches of some size, into chunks that are only free again once there are no others. */
import type { InputError } from '../../models/input-error.ts';
import type { Chunks } from '../../sim/replay/chunks.ts';
import { Feeder } from '../../sim/replay/feeder.ts';
import { CHUNK_CELLS } from '../../sim/replay/shared-layout.ts';
import type { TraceBatch } from '../../traces/format.ts';
import { RowBuffer, type TraceRow } from '../../traces/row-buffer.ts';
import { configWith } from '../oracle/draw-config.ts';

/** How rows are fed. */
export interface Feeding {
  readonly isTimed: boolean;
  readonly replacesWindows: boolean;
  readonly clockMHz: number;
  readonly batchRows: number;
  /** At least one for each PHB. */
  readonly chunks: number;
}

/** Cells of items by PHB. */
export type Items = Map<number, number[]>;

/** What came of the rows. */
interface Fed {
  readonly items: Items;
  readonly feeder: Feeder;
  readonly error: InputError | undefined;
}

/** Feeds rows from the first to the last, or to one that is wrong. */
export function feedRows(rows: readonly TraceRow[], how: Feeding): Fed {
  const chunks = new KeptChunks(how.chunks);
  const pacing = how.isTimed
    ? ({ kind: 'trace' } as const)
    : ({ kind: 'interval', ps: 1000 } as const);
  const windows = how.replacesWindows ? [{ pageShift: 16, bytes: 2n ** 30n, levels: 1 }] : [];
  const config = configWith({ unit: { clockMHz: how.clockMHz } });
  const feeder = new Feeder(
    chunks,
    { phb: 'phb4', config, pacing, windows },
    (row) => `row ${row}`,
    () => {},
  );
  const batch = batchOf(rows);
  let error: InputError | undefined;
  try {
    for (let from = 0; from < rows.length; from += how.batchRows) {
      const to = Math.min(rows.length, from + how.batchRows);
      take(feeder, chunks, { ...batch, rows: to }, from);
    }
  } catch (thrown) {
    error = thrown as InputError;
  }
  feeder.flush();
  return { items: chunks.kept, feeder, error };
}

function batchOf(rows: readonly TraceRow[]): TraceBatch {
  const buffer = new RowBuffer();
  for (const row of rows) buffer.add(row);
  const batch = buffer.takeRest();
  if (batch?.rows !== rows.length) throw new Error('expected the rows of one batch');
  return batch;
}

function take(feeder: Feeder, chunks: KeptChunks, batch: TraceBatch, from: number): void {
  for (let row = feeder.take(batch, from); row < batch.rows; ) {
    chunks.giveBack();
    row = feeder.take(batch, row);
  }
}

class KeptChunks implements Chunks {
  readonly items: Int32Array;
  readonly kept: Items = new Map();
  private readonly free: number[];
  private readonly read: number[] = [];

  constructor(count: number) {
    this.items = new Int32Array(count * CHUNK_CELLS);
    this.free = Array.from({ length: count }, (_, chunk) => chunk);
  }

  tryTake(): number | undefined {
    return this.free.pop();
  }

  publish(chunk: number, phb: number, cells: number): void {
    const from = chunk * CHUNK_CELLS;
    const kept = this.kept.get(phb) ?? [];
    for (const cell of this.items.subarray(from, from + cells)) kept.push(cell);
    this.kept.set(phb, kept);
    // What is read from a chunk afterwards must have been written again.
    this.items.fill(-1, from, from + CHUNK_CELLS);
    this.read.push(chunk);
  }

  /** All chunks that were read are free again. */
  giveBack(): void {
    this.free.push(...this.read.splice(0));
  }
}
