/**
 * The engine against a plain simulator that advances one clock edge at a time (timing.ts): both must
 * agree on outcome, latency and every part of every request. ORACLE_CASES asks for more cases.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oracleCase } from './case.ts';
import { replayByEngine } from './engine.ts';
import { replayByEdges } from './timing.ts';

const CASES = Number(process.env.ORACLE_CASES ?? 4000);

describe('engine and edge-by-edge oracle', () => {
  it(`agree on every request of ${CASES} random cases`, { timeout: 1_200_000 }, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(oracleCase, (drawn) => {
        const wanted = replayByEdges(drawn);
        const { settled, cycles } = replayByEngine(drawn);
        expect(settled.map((each) => ({ ...each, done: 0 }))).toEqual(
          wanted.map((each) => ({ ...each, done: 0 })),
        );
        expect(cycles).toBe(Math.max(0, ...wanted.map(({ done }) => done)));
        for (const { outcome, parts } of settled) {
          for (const name of [outcome, ...Object.keys(parts)]) seen.add(name);
        }
      }),
      { numRuns: CASES },
    );
    for (const name of ['hit', 'miss', 'merged', 'bypassed', 'msi', 'page-fault', 'access-fault']) {
      expect(seen).toContain(name);
    }
    for (const name of [
      'tve-invalid',
      'tvt-address',
      'unsupported-address',
      'admission',
      'tagWait',
      'mergeWait',
      'orderWait',
    ]) {
      expect(seen).toContain(name);
    }
  });
});
