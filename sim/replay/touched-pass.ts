/** The pass over a trace in which `--map touched` finds out what to map. */
import type { TraceSource } from '../../traces/format.ts';
import type { Machine } from './machine.ts';
import { nextTurn } from './next-turn.ts';
import { effective } from './table-room.ts';
import { TouchedPages, type TouchedWindows } from './touched-pages.ts';

/** The pages that are mapped because a trace touches them; where it was told to stop, those found by then. */
export async function findTouched(
  trace: TraceSource,
  machine: Machine,
  isStopped: () => boolean,
): Promise<TouchedWindows> {
  if (machine.map !== 'touched') return new Map();
  const windows = machine.windows.map((window, slot) => effective(window, slot, machine));
  const touched = new TouchedPages(windows, machine.config.pe.tveSelect);
  for await (const batch of trace.batches()) {
    if (isStopped()) break;
    touched.add(batch);
    await nextTurn();
  }
  return touched.windowsByPhb();
}
