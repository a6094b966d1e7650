/** A run in a browser: from the words of a scenario to its result, and to the page about it. */
import { checkForm } from '../../form.ts';
import { replaySolo } from '../../replay/solo-replay.ts';
import type { RowWatch } from '../../replay/terms.ts';
import type { RunPage } from '../../report/html/page-data.ts';
import { runPage } from '../../report/html/run-page.ts';
import type { Result } from '../../results/result-schema.ts';
import { type Program, Run } from '../../run/run.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { type ScenarioWords, scenarioForm, scenarioOf } from '../../scenario/scenario-words.ts';
import { SCENARIO_FILE } from '../question.ts';
import type { HeldTrace } from './held-trace.ts';
import { KeptRequests } from './kept-requests.ts';

/** Address space of a PHB's tables: browsers give less than the gigabytes that full windows may take. */
const MEMORY_BYTES_MAX = 2 ** 30;

export class BrowserRun {
  private readonly run: Run;

  /** Throws InputError on words that are no scenario for a page. */
  constructor(words: ScenarioWords, held: HeldTrace, version: string) {
    const scenario = scenarioIn(words);
    this.run = new Run(browser(version), scenario, held.traceOf(scenario), SCENARIO_FILE);
  }

  /** Replays; undefined where nobody waits for it any more. Throws InputError, and MemoryExhausted by name. */
  async perform(watch: RowWatch): Promise<{ page: RunPage; result: Result } | undefined> {
    const kept = new KeptRequests(this.run.machine.seed);
    const options = { outlet: kept, memoryBytesMax: MEMORY_BYTES_MAX };
    const { result, outcome } = await this.run.perform((trace, machine) =>
      replaySolo(trace, machine, watch, options),
    );
    const log = kept.pageOf(result, outcome, watch);
    return log && { page: runPage(result, this.run.title, log), result };
  }
}

/** The scenario of words that came from outside, from a link for one. */
function scenarioIn(words: ScenarioWords): Scenario {
  const place = () => SCENARIO_FILE;
  const home = { name: SCENARIO_FILE, place, fileAt: (name: string) => name };
  return { ...scenarioOf(checkForm(words, scenarioForm, place), home), threads: 1 };
}

/** tcesim in a browser, which tells the time and nothing else. */
function browser(version: string): Program {
  return {
    version,
    startWatch: () => {
      const start = performance.now();
      const unknown = { cpuSeconds: null, peakMemoryBytes: null, node: null };
      return {
        facts: (threads) => ({
          threads,
          wallSeconds: (performance.now() - start) / 1000,
          ...unknown,
        }),
      };
    },
  };
}
