/** Feeds a trace to those who replay it. */
import type { TraceBatch, TraceSource } from '../../traces/format.ts';
import type { Feeder } from './feeder.ts';
import { nextTurn } from './next-turn.ts';

/** Where the feeder's chunks go to. */
export interface Outlet {
  /** Whether the replay was told to stop. */
  readonly isStopped: boolean;
  /** Waits until a chunk may be free. */
  waitForChunk(): Promise<void>;
}

/** Feeds all rows, up to where the replay is stopped. Throws InputError on rows that cannot be replayed. */
export async function feedAll(trace: TraceSource, feeder: Feeder, outlet: Outlet): Promise<void> {
  for await (const batch of trace.batches()) {
    if (outlet.isStopped) return;
    await feed(batch, feeder, outlet);
    await nextTurn();
  }
  feeder.flush();
}

async function feed(batch: TraceBatch, feeder: Feeder, outlet: Outlet): Promise<void> {
  let row = feeder.take(batch, 0);
  while (row < batch.rows && !outlet.isStopped) {
    await outlet.waitForChunk();
    row = feeder.take(batch, row);
  }
}
