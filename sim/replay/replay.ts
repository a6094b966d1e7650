/**
 * A replay from an open trace to what every PHB counted. How many threads take part, and which of them read the
 * trace, changes the speed and nothing else.
 */
import type { TraceSource } from '../../traces/format.ts';
import { rehearseAndReplay, wantsForesight } from './foresight-passes.ts';
import type { Machine } from './machine.ts';
import { replayPiped } from './piped-replay.ts';
import { replaySliced } from './slices/sliced-replay.ts';
import { replayInOneThread } from './solo-worker.ts';
import type { NextUses, ReplayOptions, ReplayOutcome } from './terms.ts';
import { findTouched } from './touched-pass.ts';

/** Replays a trace. Throws InputError on a trace or a machine that cannot be replayed. */
export async function replay(
  trace: TraceSource,
  machine: Machine,
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const byReaders =
    (await replayInOneThread(trace, machine, options)) ??
    (await replaySliced(trace, machine, options));
  if (byReaders !== undefined) return byReaders;
  const touched = await findTouched(trace, machine, () => options.signal.aborted);
  const once = { ...options, touched };
  if (!wantsForesight(machine)) return replayPiped(trace, machine, once);
  const { requests: _requests, timeline: _timeline, ...rehearsing } = once;
  return rehearseAndReplay(
    () => replayPiped(trace, machine, rehearsing),
    (nextUses: NextUses) => replayPiped(trace, machine, { ...once, nextUses }),
  );
}
