/** One replay from a file to what it counted, as `tcesim run` does it, and the digest of that. */
import { replay } from '../sim/replay/replay.ts';
import { resolveScenario, type Scenario } from '../sim/scenario/scenario.ts';
import { openTrace } from '../traces/open.ts';
import { digestOf } from './digest.ts';

/** What a replay counted; the digest is made when somebody wants it, for its time is not the replay's. */
export interface ReplayAnswer {
  readonly dmas: number;
  digest(): string;
}

/** Replays the trace at `path` under a scenario on so many lanes. */
export async function replayFile(
  path: string,
  scenario: Scenario,
  lanes: number,
): Promise<ReplayAnswer> {
  const trace = await openTrace(path);
  const { machine } = resolveScenario(scenario, trace.metadata.clock);
  const { phbs, dmas } = await replay(trace, machine, {
    lanes,
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  return { dmas, digest: () => digestOf(phbs) };
}
