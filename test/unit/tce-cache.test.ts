/** The TCE cache against closed forms, published hit rates and naive models of each policy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { keyHigh } from '../../sim/unit/lookup/key.ts';
import { createSetIndex } from '../../sim/unit/lookup/set-index.ts';
import { TceCache } from '../../sim/unit/lookup/tce-cache.ts';
import { randomOf } from '../../traces/random.ts';

type CacheConfig = UnitConfig['tceCache'];

function cacheOf(config: Partial<CacheConfig>): TceCache {
  return new TceCache({ ...configOf(phb4).tceCache, hash: 'plain', ...config }, 'test');
}

/** Looks a page of TVE 0 up and places it on a miss; tells whether it was there. */
function access(cache: TceCache, page: number): boolean {
  if (cache.find(0, 0, page) >= 0) return true;
  cache.place(0, 0, page);
  return false;
}

/** Share of accesses that hit, in per cent, of pages that `pageOf` gives. */
function hitRate(cache: TceCache, accesses: number, pageOf: (turn: number) => number): number {
  let hits = 0;
  for (let turn = 0; turn < accesses; turn += 1) if (access(cache, pageOf(turn))) hits += 1;
  return (100 * hits) / accesses;
}

/** SplitMix64, the generator of the published rates. */
function splitmix64(seed: bigint): () => bigint {
  const mask = (1n << 64n) - 1n;
  let state = seed;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let word = state;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask;
    return word ^ (word >> 31n);
  };
}

describe('true LRU, 1024 entries of 8 ways, page mod sets: rates of Dinero IV and pycachesim', () => {
  const LRU8 = { entries: 1024, ways: 8, replacement: 'lru' } as const;
  const ACCESSES = 2_000_000;

  it('uni64: 99.9968 %', () => {
    const next = splitmix64(42n);
    expect(hitRate(cacheOf(LRU8), ACCESSES, () => Number(next() % 64n))).toBeCloseTo(99.9968, 4);
  });

  it('uni4096: 24.9870 %', () => {
    const next = splitmix64(42n);
    expect(hitRate(cacheOf(LRU8), ACCESSES, () => Number(next() % 4096n))).toBeCloseTo(24.987, 4);
  });

  it('dma8, eight devices in rings of their own: 96.8748 %', () => {
    const pageOf = (turn: number) => {
      const device = turn % 8;
      const offset = (device * 17 * 4096 + Math.floor(turn / 8) * 128) % 2 ** 28;
      return device * 2 ** 16 + Math.floor(offset / 4096);
    };
    expect(hitRate(cacheOf(LRU8), ACCESSES, pageOf)).toBeCloseTo(96.8748, 4);
  });
});

describe('E entries under uniform random traffic over P pages', () => {
  it.each([
    'lru',
    'fifo',
    'random',
  ] as const)('hit E / P within half a per cent: %s', (replacement) => {
    const cache = cacheOf({ entries: 512, ways: 512, replacement });
    const random = randomOf('uniform');
    const pageOf = () => Math.floor(random() * 2048);
    hitRate(cache, 20_000, pageOf);
    expect(Math.abs(hitRate(cache, 100_000, pageOf) - 25)).toBeLessThan(0.5);
  });
});

/** One set as a list of pages, worked as the policy's name says. */
class NaiveSet {
  readonly pages: number[] = [];

  constructor(
    private readonly ways: number,
    private readonly isLru: boolean,
  ) {}

  access(page: number): boolean {
    const at = this.pages.indexOf(page);
    if (at >= 0 && this.isLru) this.pages.unshift(...this.pages.splice(at, 1));
    if (at >= 0) return true;
    if (this.pages.length === this.ways) this.pages.pop();
    this.pages.unshift(page);
    return false;
  }
}

describe('each policy', () => {
  it.each(['lru', 'fifo'] as const)('%s does what a list in that order does', (replacement) => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 40 }), { maxLength: 400, size: 'max' }),
        fc.constantFrom(1, 2, 4, 8),
        (pages, ways) => {
          const cache = cacheOf({ entries: ways * 4, ways, replacement });
          const sets = [0, 1, 2, 3].map(() => new NaiveSet(ways, replacement === 'lru'));
          for (const page of pages) {
            expect(access(cache, page)).toBe(sets[page % 4].access(page));
          }
        },
      ),
    );
  });

  it('plru never throws out the page that was used last, and equals LRU for two ways', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 300, size: 'max' }), (pages) => {
        const eight = cacheOf({ entries: 8, ways: 8, replacement: 'plru' });
        const two = cacheOf({ entries: 2, ways: 2, replacement: 'plru' });
        const naive = new NaiveSet(2, true);
        let last = -1;
        for (const page of pages) {
          access(eight, page);
          if (last >= 0) expect(eight.find(0, 0, page)).toBeGreaterThanOrEqual(0);
          expect(access(two, page)).toBe(naive.access(page));
          last = page;
        }
      }),
    );
  });

  it('random gives the same for the same seed, and uses every way', () => {
    const evictions = (seed: string) => {
      const cache = new TceCache(
        { ...configOf(phb4).tceCache, entries: 4, ways: 4, hash: 'plain', replacement: 'random' },
        seed,
      );
      return Array.from({ length: 200 }, (_, page) => {
        access(cache, page);
        return cache.find(0, 0, page);
      });
    };
    expect(evictions('a')).toEqual(evictions('a'));
    expect(evictions('a')).not.toEqual(evictions('b'));
    expect(new Set(evictions('a')).size).toBe(4);
  });

  it.each([
    'lru',
    'fifo',
    'plru',
    'random',
  ] as const)('%s fills what a kill emptied first', (replacement) => {
    const cache = cacheOf({ entries: 4, ways: 4, replacement });
    for (const page of [0, 1, 2, 3]) access(cache, page);
    expect(cache.dropPages(0, 0, 2, 1)).toBe(1);
    access(cache, 9);
    for (const page of [0, 1, 3, 9]) expect(access(cache, page)).toBe(true);
  });
});

describe('the set index', () => {
  const page = fc.record({ high: fc.nat({ max: 0x7fff }), low: fc.nat({ max: 0xffff_ffff }) });

  it('plain is the page number mod sets, for any number of sets', () => {
    fc.assert(
      fc.property(
        page,
        fc.nat({ max: 511 }),
        fc.integer({ min: 1, max: 3000 }),
        ({ high, low }, tve, sets) => {
          const number = (BigInt(high) << 32n) | BigInt(low);
          const set = createSetIndex('plain', sets).of(keyHigh(tve, high), low | 0);
          expect(set).toBe(Number(number % BigInt(sets)));
        },
      ),
    );
  });

  it('xor folds all groups of bits of the page number and the PE#', () => {
    fc.assert(
      fc.property(
        page,
        fc.nat({ max: 1023 }),
        fc.integer({ min: 1, max: 16 }),
        ({ high, low }, tve, bits) => {
          const mask = (1n << BigInt(bits)) - 1n;
          let rest = (BigInt(high) << 32n) | BigInt(low);
          let folded = BigInt(tve >> 1);
          for (; rest > 0n; rest >>= BigInt(bits)) folded ^= rest & mask;
          const set = createSetIndex('xor', 2 ** bits).of(keyHigh(tve, high), low | 0);
          expect(BigInt(set)).toBe(folded & mask);
        },
      ),
    );
  });
});

describe('drops', () => {
  it('take the entries of a PE, of a window, of a run of pages, or all', () => {
    const fill = () => {
      const cache = cacheOf({ entries: 64, ways: 64 });
      for (const tve of [10, 11, 12]) for (const page of [0, 1, 2, 3]) cache.place(tve, 0, page);
      return cache;
    };
    expect(fill().dropPe(5)).toBe(8);
    expect(fill().dropTve(11)).toBe(4);
    expect(fill().dropPages(12, 0, 1, 2)).toBe(2);
    expect(fill().dropAll()).toBe(12);
    const cache = fill();
    cache.dropPe(5);
    expect(cache.find(10, 0, 1)).toBe(-1);
    expect(cache.find(12, 0, 1)).toBeGreaterThanOrEqual(0);
  });
});
