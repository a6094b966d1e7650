import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import {
  formatIndex,
  fragmentationIndex,
  pagesOf,
  suitableBlocks,
  unusableIndex,
} from '../../models/memory/indices.ts';

const ORDERS = [0, 1, 2, 3, 4, 5, 6, 7, 8];

describe('a node with 440 MiB free and no block of 4 MiB', () => {
  const freeBlocks = [4000, 900, 200, 40, 6, 1, 0, 0, 0];

  test('has 7048 free pages', () => {
    expect(pagesOf(freeBlocks)).toBe(7048);
    expect(suitableBlocks(freeBlocks, 2)).toBe(200 + 80 + 24 + 8);
  });

  test('can use none of them for order 6, for fragmentation and not for lack of memory', () => {
    expect(unusableIndex(freeBlocks, 6)).toBe(1000);
    // 7048000 / 64 = 110125; 111125 / 5147 = 21.
    expect(fragmentationIndex(freeBlocks, 6)).toBe(979);
  });

  test('would serve order 5', () => {
    expect(fragmentationIndex(freeBlocks, 5)).toBe(-1000);
    // 7016 of 7048 pages are of no use for it: 995.4, cut.
    expect(unusableIndex(freeBlocks, 5)).toBe(995);
  });
});

describe('special cases', () => {
  const nothing = ORDERS.map(() => 0);

  test('of no free memory all is unusable, and nothing is fragmented', () => {
    expect(unusableIndex(nothing, 0)).toBe(1000);
    expect(fragmentationIndex(nothing, 3)).toBe(0);
  });

  test('one free page and a request for two is less than nothing, as the kernel rounds', () => {
    // (1000 + 1000 / 2) / 1 = 1500.
    expect(fragmentationIndex([1, 0, 0, 0, 0, 0, 0, 0, 0], 1)).toBe(-500);
  });

  test('have three digits in print', () => {
    expect([979, 0, 1000, -1000, 5].map(formatIndex)).toEqual([
      '0.979',
      '0.000',
      '1.000',
      '-1.000',
      '0.005',
    ]);
  });
});

/** Marks pages one by one and looks for free aligned runs: what the indices mean, without free lists. */
function indicesOfPages(isFree: readonly boolean[], order: number): [number, number] {
  const free = isFree.filter(Boolean).length;
  const runs = (at: number) => {
    let count = 0;
    for (let page = 0; page + 2 ** at <= isFree.length; page += 2 ** at) {
      if (isFree.slice(page, page + 2 ** at).every(Boolean)) count += 1;
    }
    return count;
  };
  const usable = runs(order);
  // A block of an order is a free run whose larger run is not free.
  const blocks = ORDERS.reduce((sum, at) => sum + runs(at) - (at < 8 ? 2 * runs(at + 1) : 0), 0);
  const unusable = free === 0 ? 1000 : Math.trunc((1000 * (free - usable * 2 ** order)) / free);
  if (blocks === 0) return [unusable, 0];
  if (usable > 0) return [unusable, -1000];
  return [unusable, 1000 - Math.trunc((1000 + Math.trunc((1000 * free) / 2 ** order)) / blocks)];
}

test('the indices of an allocator are those of its pages, whatever was taken and given back', () => {
  const takes = fc.array(fc.record({ order: fc.nat({ max: 8 }), keeps: fc.boolean() }), {
    maxLength: 60,
    size: 'max',
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1024 }), takes, (pages, program) => {
      const ramBytes = BigInt(pages) << 16n;
      const buddy = new Buddy({ pageShift: 16, base: 0n, ramBytes });
      const isFree = Array.from({ length: pages }, () => true);
      for (const { order, keeps } of program) {
        const address = buddy.allocate(order);
        if (address === undefined) continue;
        if (keeps) isFree.fill(false, Number(address >> 16n), Number(address >> 16n) + 2 ** order);
        else buddy.free(address, order);
      }
      for (const order of ORDERS) {
        const { freeBlocks } = buddy;
        expect([unusableIndex(freeBlocks, order), fragmentationIndex(freeBlocks, order)]).toEqual(
          indicesOfPages(isFree, order),
        );
      }
    }),
    { numRuns: 60, seed: 11 },
  );
});
