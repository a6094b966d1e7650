/** What is said and written of a case on which engine and oracle differ. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf } from './difference.ts';
import { oracleCase } from './draw-items.ts';
import { type Replayed, replayByEdges, wordsReadByEdges } from './edges.ts';
import { toScenarioFile } from './scenario-file.ts';

/** Cases with a few requests at least. */
const CASES = fc
  .sample(oracleCase, { numRuns: 40, seed: 3 })
  .filter((drawn) => replayByEdges(drawn).settled.length > 2);
const [DRAWN] = CASES;
const ORACLE = replayByEdges(DRAWN);

/** The same with request `number` a cycle later. */
function withLater(replayed: Replayed, number: number): Replayed {
  const settled = replayed.settled.map((each, at) =>
    at === number ? { ...each, latency: each.latency + 1 } : each,
  );
  return { ...replayed, settled };
}

describe('the difference', () => {
  test('is none between a case and itself', () => {
    expect(differenceOf(ORACLE, replayByEdges(DRAWN))).toBeUndefined();
  });

  test('is the first request, and of it only what differs', () => {
    const { latency } = ORACLE.settled[1];
    expect(differenceOf(ORACLE, withLater(withLater(ORACLE, 2), 1))).toBe(
      `request 1: oracle latency ${latency}; engine latency ${latency + 1}`,
    );
  });

  test('is a part of the latency, or a real address, that one side does not have', () => {
    const first = { outcome: 'hit', done: 9, latency: 3, parts: { rte: 1, tve: 2 }, real: 0x1000n };
    const settled = [{ outcome: 'hit', done: 9, latency: 3, parts: { rte: 3 } }];
    expect(differenceOf({ ...ORACLE, settled: [first] }, { ...ORACLE, settled })).toBe(
      'request 0: oracle parts.rte 1, parts.tve 2, real 0x1000; engine parts.rte 3, parts.tve -, real -',
    );
  });

  test('is a counter where all requests agree, or a request that one side does not have', () => {
    const more = { ...ORACLE, kills: { ...ORACLE.kills, polls: 99 } };
    expect(differenceOf(ORACLE, more)).toBe(
      `oracle kills.polls ${ORACLE.kills.polls}; engine kills.polls 99`,
    );
    const shorter = { ...ORACLE, settled: ORACLE.settled.slice(0, -1) };
    expect(differenceOf(ORACLE, shorter)).toContain(`request ${ORACLE.settled.length - 1}: `);
    expect(differenceOf(shorter, ORACLE)).toContain(`settled.${ORACLE.settled.length - 1}.outcome`);
  });
});

describe('the scenario file', () => {
  test('has the answer to each request under its row, in order', () => {
    const text = toScenarioFile(DRAWN, ORACLE);
    const answers = [...text.matchAll(/^ {2}# request (\d+): ([\w-]+).*, (\d+) cycles/gm)];
    expect(answers.map(([, number, outcome, latency]) => [number, outcome, latency])).toEqual(
      ORACLE.settled.map(({ outcome, latency }, number) => [
        String(number),
        outcome,
        String(latency),
      ]),
    );
    expect(text).toContain(`\n# oracle: cycles ${ORACLE.cycles}\n`);
  });

  test('needs no other words of tables than those that the walks read', () => {
    for (const drawn of CASES.slice(0, 10)) {
      const read = wordsReadByEdges(drawn);
      const words = new Map([...drawn.words].filter(([address]) => read.has(address)));
      expect(words.size).toBeLessThan(drawn.words.size / 2);
      expect(replayByEdges({ ...drawn, words })).toEqual(replayByEdges(drawn));
    }
  });
});
