/** The run of a page against the library's, which replays in workers: scenarios that nobody chose, the same results. */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KILL_SYNCS, MERGES, REPLACEMENTS } from '../../models/phb/choices.ts';
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { BrowserRun } from '../../sim/explore/engine/browser-run.ts';
import { HeldTrace } from '../../sim/explore/engine/held-trace.ts';
import { replay } from '../../sim/library/replay.ts';
import type { Result } from '../../sim/results/result-schema.ts';
import type { ScenarioWords } from '../../sim/scenario/scenario-words.ts';
import { VERSION } from '../../sim/version.ts';
import { yamlText } from '../../sim/yaml-file.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';
import { workFolder } from '../cli/command.ts';

const file = workFolder()('scenario.yaml');
/** Traffic of many requests a row takes its time. */
const SHORT = GENERATORS.map(({ name }) => name).filter((name) => name !== 'gpu');
const RUNS = 24;

const scenario: fc.Arbitrary<ScenarioWords> = fc
  .record({
    generator: fc.constantFrom(...SHORT),
    requests: fc.integer({ min: 1, max: 600 }),
    phb: fc.constantFrom(...PHB_PRESETS.map(({ name }) => name)),
    firmware: fc.constantFrom('pre2021', 'post2021'),
    page: fc.constantFrom('4K', '64K'),
    levels: fc.constantFrom('', ':levels=2', ':levels=3'),
    isMapped: fc.boolean(),
    pace: fc.constantFrom('trace', 'closed:8', 'interval:20'),
    seed: fc.integer({ min: 0, max: 9 }),
    entriesShift: fc.integer({ min: 2, max: 10 }),
    merge: fc.constantFrom(...MERGES),
    replacement: fc.constantFrom(...REPLACEMENTS),
    sync: fc.constantFrom(...KILL_SYNCS),
  })
  .map(
    ({
      generator,
      requests,
      page,
      levels,
      isMapped,
      entriesShift,
      merge,
      replacement,
      sync,
      ...words
    }) => ({
      ...words,
      generate: { generator, set: { requests } },
      ...(isMapped && { windows: [`${page}:2G${levels}`], map: 'touched' }),
      host: { kernel: '6.12-4k' },
      set: {
        tceCache: { entries: 2 ** entriesShift, ways: 4, replacement },
        'tags.merge': merge,
        kill: { sync },
      },
    }),
  );

test(`${RUNS} scenarios give the library's results`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (words) => {
      // Results name the file of the scenario.
      writeFileSync(file, yamlText(words));
      expect(await resultOf(here(words))).toEqual(await resultOf(replay(file)));
    }),
    { numRuns: RUNS, seed: 1 },
  );
}, 60_000);

async function here(words: ScenarioWords): Promise<Result | undefined> {
  const run = new BrowserRun(words, new HeldTrace(), VERSION);
  return (await run.perform({ isStopped: () => false, onRows: () => {} }))?.result;
}

/** A result without the facts of the machine that simulated; what is refused is a result, too. */
function resultOf(running: Promise<Result | undefined>): Promise<unknown> {
  return running.then(
    (result) => ({ ...result, host: null }),
    (error) => error.message.replace(file, 'scenario.yaml'),
  );
}
