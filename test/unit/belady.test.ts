/** Belady's optimum against every other policy, and against an exhaustive search. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outlook, Rehearsal } from '../../sim/unit/lookup/foresight.ts';
import { TceCache } from '../../sim/unit/lookup/tce-cache.ts';

interface Step {
  readonly page: number;
  /** The page is killed before it is used. */
  readonly isKilled: boolean;
}

const GEOMETRY = { hash: 'plain', granule: 'entry' } as const;

/** Hits of a policy on a list of pages; of Belady's after a rehearsal. */
function hitsOf(steps: readonly Step[], ways: number, policy: 'lru' | 'fifo' | 'belady'): number {
  const rehearsal = new Rehearsal('entry');
  for (const { page, isKilled } of steps) {
    rehearsal.step();
    if (isKilled) rehearsal.dropPages(0, 0, page, 1);
    rehearsal.look(0, 0, page);
  }
  const outlook = new Outlook(rehearsal.outlook());
  const geometry = { ...GEOMETRY, entries: ways, ways, replacement: policy };
  const cache = new TceCache(geometry, '', outlook);
  let hits = 0;
  for (const { page, isKilled } of steps) {
    outlook.step();
    if (isKilled) cache.drop(0, 0, page);
    outlook.look();
    if (cache.find(0, 0, page) >= 0) hits += 1;
    else cache.place(0, 0, page);
  }
  return hits;
}

/** The most hits that any choice of victims can give, every miss taking an entry. */
function mostHits(steps: readonly Step[], ways: number, from = 0, held: number[] = []): number {
  if (from === steps.length) return 0;
  const { page, isKilled } = steps[from];
  const kept = isKilled ? held.filter((each) => each !== page) : held;
  if (kept.includes(page)) return 1 + mostHits(steps, ways, from + 1, kept);
  if (kept.length < ways) return mostHits(steps, ways, from + 1, [...kept, page]);
  const without = kept.map((victim) => kept.filter((each) => each !== victim));
  return Math.max(...without.map((rest) => mostHits(steps, ways, from + 1, [...rest, page])));
}

function stepsOf(pages: number, length: number) {
  const step = fc.record({
    page: fc.nat({ max: pages - 1 }),
    isKilled: fc.constantFrom(true, false, false, false, false, false),
  });
  return fc.array(step, { minLength: 1, maxLength: length, size: 'max' });
}

describe("Belady's replacement", () => {
  it('hits as often as the best of all choices, kills included', () => {
    fc.assert(
      fc.property(stepsOf(4, 12), fc.integer({ min: 1, max: 3 }), (steps, ways) => {
        expect(hitsOf(steps, ways, 'belady')).toBe(mostHits(steps, ways));
      }),
      { numRuns: 500 },
    );
  });

  it('hits no less often than LRU and FIFO', () => {
    fc.assert(
      fc.property(stepsOf(20, 300), fc.constantFrom(2, 4, 16), (steps, ways) => {
        const optimum = hitsOf(steps, ways, 'belady');
        expect(optimum).toBeGreaterThanOrEqual(hitsOf(steps, ways, 'lru'));
        expect(optimum).toBeGreaterThanOrEqual(hitsOf(steps, ways, 'fifo'));
      }),
    );
  });

  it('beats LRU where a loop is one page longer than the cache: (ways - 1) of (pages - 1) hit', () => {
    const steps = Array.from({ length: 5000 }, (_, turn) => ({ page: turn % 5, isKilled: false }));
    expect(hitsOf(steps, 4, 'lru')).toBe(0);
    expect(hitsOf(steps, 4, 'belady') / 5000).toBeCloseTo(3 / 4, 2);
  });
});
