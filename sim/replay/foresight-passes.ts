/** Belady's replacement has to know what comes: the trace is replayed twice. */
import type { Machine } from './machine.ts';
import type { NextUses, ReplayOutcome } from './terms.ts';

/** Whether a machine's replays want a rehearsal. */
export function wantsForesight({ config }: Machine): boolean {
  return config.tceCache.replacement === 'belady';
}

/** Rehearses, and replays with what that found out. */
export async function rehearseAndReplay(
  rehearse: () => Promise<ReplayOutcome>,
  replay: (nextUses: NextUses) => Promise<ReplayOutcome>,
): Promise<ReplayOutcome> {
  const rehearsal = await rehearse();
  // What a rehearsal counted is nobody's result.
  if (!rehearsal.isComplete) return { ...rehearsal, phbs: [], rows: 0, dmas: 0 };
  return replay(new Map(rehearsal.phbs.map(({ phb, nextUses }) => [phb, nextUses])));
}
