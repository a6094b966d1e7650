/** What a failing case leaves behind is replayed by the command line to the same counts as by the oracle. */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { workFolder } from '../cli/command.ts';
import { runJson } from '../results/run.ts';
import type { OracleCase } from './case.ts';
import { oracleCase } from './draw-items.ts';
import { type Replayed, replayByEdges } from './edges.ts';
import { toScenarioFile } from './scenario-file.ts';

const CASES = 6;
const SEED = 20;
const path = workFolder();

/** What a result says that the oracle says too. */
function wanted({ config }: OracleCase, replayed: Replayed) {
  const count = (...outcomes: string[]) =>
    replayed.settled.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const ns = (cycles: number) => (cycles * 1000) / config.unit.clockMHz;
  return {
    requests: replayed.settled.length,
    hits: count('hit'),
    lineHits: count('line-hit'),
    misses: count('miss'),
    merged: count('merged'),
    bypassed: count('bypassed'),
    msi: count('msi'),
    faultsByKind: Object.fromEntries(
      [
        'page-fault',
        'access-fault',
        'tve-invalid',
        'tvt-address',
        'unsupported-address',
        'bad-rte',
      ].map((outcome) => [outcome, count(outcome)]),
    ),
    dropped: { frozen: count('frozen'), fenced: count('fenced') },
    walkReads: replayed.walkReads,
    walkCacheHits: replayed.walkCacheHits,
    memoryReads: { cached: replayed.cachedReads, uncached: replayed.uncachedReads },
    rteMisses: replayed.rteMisses,
    simulatedNs: ns(replayed.cycles),
    freezes: replayed.freezes.map(({ pe, cycle }) => [pe, ns(cycle)]),
  };
}

test(`${CASES} cases count the same on the command line`, async () => {
  const cases = fc.sample(oracleCase, { numRuns: CASES, seed: SEED });
  for (const [number, drawn] of cases.entries()) {
    const file = path(`case-${number}.yaml`);
    const replayed = replayByEdges(drawn);
    writeFileSync(file, toScenarioFile(drawn, replayed));
    const { freezes, kills, ...result } = await runJson(file);
    const { freezes: wantedFreezes, ...rest } = wanted(drawn, replayed);
    expect(result).toMatchObject(rest);
    expect(freezes.list.map(({ pe, fromNs }) => [pe, fromNs])).toEqual(wantedFreezes);
    const { heldCycles: _held, pollCycles: _polled, ...wantedKills } = replayed.kills;
    expect(kills).toMatchObject(wantedKills);
  }
});
