/** Measures a row: replays its scenario in this thread, as `tcesim run` would, and reads the figure. */
import type { TraceSource } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { openTrace } from '../../traces/open.ts';
import { replaySolo } from '../replay/solo-replay.ts';
import { buildResult } from '../results/result.ts';
import type { Result } from '../results/result-schema.ts';
import { describeMachine, resolveScenario, type Scenario } from '../scenario/scenario.ts';
import { VERSION } from '../version.ts';
import { judge, type Row, type Verdict } from './experiment.ts';

/** Measures a row; `isStopped` ends a replay before its time. Throws InputError as `resolveScenario` does. */
export async function measureRow(row: Row, isStopped: () => boolean): Promise<Verdict> {
  const { measure } = row;
  if (measure.kind === 'model') return judge(row, await measure.figure());
  return judge(row, measure.figure(await replayScenario(measure.scenario, isStopped)));
}

/** The result of a scenario, but for what it says of the host. */
async function replayScenario(scenario: Scenario, isStopped: () => boolean): Promise<Result> {
  const trace = await traceOf(scenario);
  const { spec, machine, isPacingAssumed } = resolveScenario(scenario, trace.metadata.clock);
  const outcome = await replaySolo(trace, machine, { isStopped, onRows: () => {} });
  return buildResult(outcome, {
    version: VERSION,
    spec,
    isPacingAssumed,
    skipped: trace.skipped,
    scenario: describeMachine(machine),
    host: NOBODY,
  });
}

async function traceOf({ trace, generate: traffic }: Scenario): Promise<TraceSource> {
  if (traffic !== undefined) return generate(traffic.generator, traffic.set);
  return openTrace(trace ?? '');
}

/** A result's facts about the run; no figure of a row is among them. */
const NOBODY = { node: '', threads: 1, wallSeconds: 0, cpuSeconds: 0, peakMemoryBytes: 0 };
