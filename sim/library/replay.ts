/** Replays for programs: a whole result, or each request as it is settled. */
import { raiseCompilerBudget } from '../compiler-budget.ts';
import type { LogCells } from '../replay/request-log-columns.ts';
import { FixedShare } from '../replay/request-share.ts';
import type { Result } from '../results/result-schema.ts';
import { prepareRun } from '../run/prepare-run.ts';
import type { Run } from '../run/run.ts';
import { answersOf } from './answers.ts';
import { laterForCaller } from './caller.ts';
import { type ReplayOptions, ReplayWatch } from './replay-watch.ts';
import type { RequestAnswer } from './request-answer.ts';
import { ResultStream } from './result-stream.ts';
import { scenarioGiven } from './scenario-given.ts';
import type { ScenarioObject } from './scenario-object.ts';
import type { StreamOutlet } from './stream-outlet.ts';

/**
 * Replays a scenario's trace in worker threads, as `tcesim run` does.
 *
 * @param scenario path of a scenario file, or an object with its keys
 * @returns what `tcesim run --format json` prints; times in it are in ns, docs/counters.md defines every figure
 * @throws InputError on anything in the scenario, the trace or the options that cannot be used, and what `onProgress` throws
 * @example
 * const { latency } = await replay({ trace: 'a.arrow', windows: ['64K:1T:levels=2'], map: 'touched' });
 */
export function replay(
  scenario: string | ScenarioObject,
  options: ReplayOptions = {},
): Promise<Result> {
  return laterForCaller(async () => {
    const { replay: replayTrace } = await import('../replay/replay.ts');
    const watch = new ReplayWatch(options);
    const run = await prepared(scenario);
    const { tables, threads } = run;
    const { result } = await run.perform((trace, machine) =>
      replayTrace(trace, machine, {
        lanes: threads,
        signal: watch.signal,
        onProgress: ({ rows }) => watch.tell(rows),
        ...(tables && { tables }),
      }),
    );
    await watch.end();
    return result;
  });
}

/**
 * Replays a scenario's trace in this thread and gives each request as it is settled, those of one PHB in their
 * order. It reads on as requests are taken, some thousand rows ahead: a trace may be without end.
 *
 * @param scenario path of a scenario file, or an object with its keys; `threads` has no effect
 * @returns the requests; behind the last one its `result` is what `replay` gives
 * @throws InputError, from the loop, on anything in the scenario or the trace that cannot be used
 * @example
 * const requests = replayRequests({ rows, windows: ['64K:1G'], map: 'all' });
 * for await (const { address, outcome, latencyNs } of requests) console.log(address, outcome, latencyNs);
 * console.log(requests.result.latency.p99);
 */
export function replayRequests(
  scenario: string | ScenarioObject,
): ResultStream<RequestAnswer, Result> {
  return new ResultStream((outlet) => replayInto(outlet, scenario));
}

async function replayInto(
  outlet: StreamOutlet<RequestAnswer>,
  scenario: string | ScenarioObject,
): Promise<Result> {
  const { replaySolo } = await import('../replay/solo-replay.ts');
  const { shareUnitModule } = await import('../replay/fresh-unit.ts');
  raiseCompilerBudget();
  shareUnitModule();
  const run = await prepared(scenario);
  const { tables } = run;
  const { clockMHz } = run.machine.config.unit;
  const watch = { isStopped: () => outlet.signal.aborted, onRows: () => {} };
  const requests = {
    share: new FixedShare(1),
    take: (cells: LogCells, rows: number) => outlet.add(answersOf(cells, rows, clockMHz)),
    room: () => outlet.room(),
  };
  const { result } = await run.perform((trace, machine) =>
    replaySolo(trace, machine, watch, { outlet: requests, ...(tables && { tables }) }),
  );
  return result;
}

async function prepared(given: string | ScenarioObject): Promise<Run> {
  const { scenario, name } = scenarioGiven(given);
  return prepareRun(scenario, name);
}
