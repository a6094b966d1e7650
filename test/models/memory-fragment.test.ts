import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import { FRAGMENT_GENERATORS, generateNode } from '../../models/memory/fragment/hosts.ts';
import { fillCache } from '../../models/memory/fragment/parts.ts';
import { unusableIndex } from '../../models/memory/indices.ts';
import { PageMap } from '../../models/memory/page-map.ts';
import { randomOf } from '../../traces/random.ts';

const GiB = 2 ** 30;
const node64K = { pageShift: 16, bytes: GiB };
const node4K = { pageShift: 12, bytes: GiB / 4 };

function nodeOf(past: string, values = {}, seed = 's', node = node64K): PageMap {
  return generateNode(past, node, values, randomOf(seed));
}

describe.each(FRAGMENT_GENERATORS.map(({ name }) => name))('a host that is %s', (past) => {
  test('is the same for the same seed and another for another', () => {
    const blocks = (seed: string) => {
      const found: number[] = [];
      nodeOf(past, {}, seed).forEachFreeBlock(8, (page, order) => found.push(page, order));
      return found;
    };
    expect(blocks('s')).toEqual(blocks('s'));
    expect(blocks('s')).not.toEqual(blocks('t'));
  });

  test.each([
    node64K,
    node4K,
  ])('has its boot memory at the bottom, pages of 2^$pageShift', (node) => {
    const map = nodeOf(past, { boot: 0.25 }, 's', node);
    const booted = map.pages / 4;
    let pinned = 0;
    for (let page = 0; page < booted; page += 1) if (map.isPinned(page)) pinned += 1;
    // The fresh one freed some of it again.
    expect(pinned / booted).toBeGreaterThan(0.97);
  });
});

describe('generators', () => {
  test('pin pages at the density that was asked for', () => {
    const map = nodeOf('pinned', { boot: 0, density: 0.02 }, 's', { pageShift: 12, bytes: GiB });
    const used = map.pages - map.freePages;
    // 262144 * 0.02 = 5243, standard deviation 72.
    expect(Math.abs(used - 5243)).toBeLessThan(5 * 72);
    expect(nodeOf('pinned', { boot: 0, density: 0 }).freePages).toBe(16_384);
  });

  test('leave the free share that was asked for', () => {
    for (const past of ['churn', 'aged']) {
      const share = nodeOf(past, { free: 0.25 }).freePages / 16_384;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.001);
    }
  });

  test('fragment more with more pins, more steps and smaller extents', () => {
    const index = (values: object) => unusableIndex(nodeOf('aged', values).freeBlocks(8), 7);
    const mild = index({ pins: 0, kernel: 0, steps: 1 });
    const pins = index({ pins: 40, kernel: 0, steps: 1 });
    const steps = index({ pins: 40, kernel: 0, steps: 10 });
    expect(mild).toBeLessThan(pins);
    expect(pins).toBeLessThan(steps);
    const churned = (extent: number) =>
      unusableIndex(nodeOf('churn', { free: 0.3, extent }).freeBlocks(8), 4);
    expect(churned(2 ** 22)).toBe(0);
    expect(churned(2 ** 18)).toBeGreaterThan(churned(2 ** 19));
  });

  test.each([
    ['aging', {}, "unknown past 'aging'; known: fresh, pinned, churn, aged"],
    ['pinned', { steps: 1 }, "steps: no parameter of 'pinned', which has boot, density"],
    ['pinned', { density: 1 }, 'density: expected a share from 0 to 0.95, got 1'],
    ['aged', { extent: 3000 }, 'extent: expected a power of two of bytes, got 3000'],
    ['aged', { steps: 1.5 }, 'steps: expected a whole number from 0 to 1000, got 1.5'],
  ])('%s with %j is refused in one line', (past, values, message) => {
    expect(() => nodeOf(past, values)).toThrow(message);
  });
});

/** What a page is used for in a random map: pinned ones make the free runs irregular. */
const maps = fc
  .array(fc.tuple(fc.nat({ max: 511 }), fc.integer({ min: 1, max: 40 })), { maxLength: 40 })
  .map((runs) => {
    const map = new PageMap(512);
    for (const [from, count] of runs) map.pin(from, Math.min(512, from + count));
    return map;
  });

describe('page cache', () => {
  test('takes the pages that the buddy allocator gives for single pages', () => {
    fc.assert(
      fc.property(maps, fc.nat({ max: 512 }), (map, left) => {
        const buddy = new Buddy({ pageShift: 16, base: 0n, pages: map.copy() });
        for (let free = map.freePages; free > left; free -= 1) buddy.allocate(0);
        fillCache(map, 8, left);
        expect(map.freeBlocks(8)).toEqual(buddy.freeBlocks);
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});

describe('a map of pages', () => {
  test('has the free blocks that merging all its free pages makes', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const merged = new Buddy({ pageShift: 16, base: 0n, freeBlocks: new Array(9).fill(0) });
        for (let page = 0; page < 512; page += 1) {
          if (map.isFree(page)) merged.free(BigInt(page) << 16n, 0);
        }
        expect(map.freeBlocks(8)).toEqual(merged.freeBlocks);
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test('knows each page apart', () => {
    const map = new PageMap(100);
    map.use(30, 70);
    map.pin(50, 55);
    map.use(54, 56);
    expect([29, 30, 69, 70].map((page) => map.isFree(page))).toEqual([true, false, false, true]);
    expect([49, 50, 54, 55].map((page) => map.isPinned(page))).toEqual([false, true, true, false]);
    expect(map.hasPinned(0, 50)).toBe(false);
    expect(map.hasPinned(0, 51)).toBe(true);
    expect(map.nextMovable(0)).toBe(30);
    expect(map.nextMovable(50)).toBe(55);
    expect(map.nextMovable(70)).toBe(100);
    expect(map.drop(40, 60)).toBe(15);
    expect(map.freePages).toBe(60 + 15);
    map.release(50, 55);
    expect(map.freePages).toBe(60 + 20);
  });

  test('has at least a page and fewer than 2^30', () => {
    expect(() => new PageMap(0)).toThrow(/expected 1 to 1073741824 pages, got 0/);
    expect(() => new PageMap(2 ** 31)).toThrow(/got 2147483648/);
  });
});
