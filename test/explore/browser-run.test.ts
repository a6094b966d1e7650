/** The run of a page, in this thread: how many requests it keeps, and that it ends where nobody waits for it. */
import { describe, expect, test } from 'vitest';
import { BrowserRun } from '../../sim/explore/engine/browser-run.ts';
import { HeldTrace } from '../../sim/explore/engine/held-trace.ts';
import { KeptRequests } from '../../sim/explore/engine/kept-requests.ts';
import { allocateCells, pairAt } from '../../sim/replay/request-log-columns.ts';
import { LogSample } from '../../sim/replay/request-log-sample.ts';
import { FixedShare } from '../../sim/replay/request-share.ts';
import type { ScenarioWords } from '../../sim/scenario/scenario-words.ts';

const MORE_THAN_KEPT = 600_000;

const runOf = (words: ScenarioWords) => new BrowserRun(words, new HeldTrace(), '1.2.3');
const watched = { isStopped: () => false, onRows: () => {} };

/** Few DMAs of many requests each: a page keeps requests. */
const long: ScenarioWords = {
  generate: { generator: 'zipf', set: { requests: 1200, length: '64K', window: '1G' } },
  windows: ['64K:1G'],
  map: 'all',
};

describe('requests that are kept', () => {
  test('are all of them, up to a bound', async () => {
    const { page, result } = (await runOf({ ...long, seed: 3 }).perform(watched)) ?? {};
    expect(result?.requests).toBeGreaterThan(100_000);
    expect(page?.log).toMatchObject({ share: 1, rows: result?.requests });
  });

  test('beyond it are those that a log of that share has, in their order', () => {
    const seed = 'seed';
    const kept = new KeptRequests(seed);
    const asked = new LogSample(seed, 0, kept.share);
    const cells = allocateCells(1000);
    let rows = 0;
    for (let number = 0; number < MORE_THAN_KEPT; number += 1) {
      if (!asked.takes(number)) continue;
      cells.request[2 * rows] = number;
      cells.latency[rows] = number % 1000;
      rows += 1;
      if (rows < 1000) continue;
      kept.take(cells, rows);
      rows = 0;
    }
    kept.take(cells, rows);
    expect(kept.share.ofAll).toBe(0.25);
    const sample = new LogSample(seed, 0, new FixedShare(0.25));
    const wanted = Array.from({ length: MORE_THAN_KEPT }, (_, number) => number).filter((number) =>
      sample.takes(number),
    );
    const numbers = kept.batches().flatMap((batch) => {
      const [pairs, latency] = [batch.cells('request', 64), batch.cells('latency_cycles', 32)];
      const own = Array.from({ length: batch.rows }, (_, row) => pairAt(pairs, row));
      expect(own.every((number, row) => latency[row] === number % 1000)).toBe(true);
      return own;
    });
    expect(numbers).toEqual(wanted);
  });
});

test('pages of sizes that the PHB has are counted, and no others', async () => {
  const sizes = async (phb: string) => {
    const { page } = (await runOf({ ...long, phb, windows: ['64K:1G'] }).perform(watched)) ?? {};
    return page?.log?.pages?.map(({ pageBytes }) => pageBytes);
  };
  expect(await sizes('phb3')).toEqual([2 ** 12, 2 ** 16, 2 ** 24]);
  expect(await sizes('phb4')).toEqual([2 ** 12, 2 ** 16, 2 ** 21]);
});

test('a run that is left behind makes no page', async () => {
  let rows = 0;
  const left = {
    isStopped: () => rows === 1200,
    onRows: (more: number) => {
      rows += more;
    },
  };
  expect(await runOf(long).perform(left)).toBeUndefined();
});
