/** Feeds a replay: the mapping of touched pages, if asked for, and then the trace. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TraceBatch, TraceSource } from '../../traces/format.ts';
import type { Feeder, RowUse } from './feeder.ts';
import type { Machine } from './machine.ts';
import { effective } from './table-room.ts';
import { TouchedPages } from './touched-pages.ts';

/** Where the feeder's chunks go to. */
export interface Outlet {
  /** Whether the replay was told to stop. */
  readonly isStopped: boolean;
  /** Waits until a chunk may be free. */
  waitForChunk(): Promise<void>;
}

/** Feeds all rows, up to where the replay is stopped. Throws InputError on rows that cannot be replayed. */
export async function feedAll(
  trace: TraceSource,
  machine: Machine,
  feeder: Feeder,
  outlet: Outlet,
): Promise<void> {
  if (machine.map === 'touched') {
    const windows = machine.windows.map((window, slot) => effective(window, slot, machine));
    const touched = new TouchedPages(windows, machine.config.pe.tveSelect);
    for await (const batch of trace.batches()) {
      touched.add(batch);
      if (outlet.isStopped) return;
      await nextTurn();
    }
    const rows = touched.rows();
    for (let batch = rows.takeRest(); batch; batch = rows.takeRest()) {
      await feed(batch, 'prepare', feeder, outlet);
    }
  }
  for await (const batch of trace.batches()) {
    if (outlet.isStopped) return;
    await feed(batch, 'replay', feeder, outlet);
    await nextTurn();
  }
  feeder.flush();
}

async function feed(batch: TraceBatch, use: RowUse, feeder: Feeder, outlet: Outlet): Promise<void> {
  let row = feeder.take(batch, 0, use);
  while (row < batch.rows && !outlet.isStopped) {
    await outlet.waitForChunk();
    row = feeder.take(batch, row, use);
  }
}
