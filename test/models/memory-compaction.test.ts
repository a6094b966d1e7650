import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import { PageMap } from '../../models/memory/page-map.ts';

/** A node of 64K pages drawn page by page: `.` free, `m` movable, `P` pinned; other pages are pinned. */
function drawn(pages: number, ...parts: readonly [number, string][]): PageMap {
  const map = new PageMap(pages);
  map.pin(0, pages);
  for (const [from, drawing] of parts) {
    [...drawing].forEach((sign, at) => {
      const page = from + at;
      if (sign !== 'P') map.release(page, page + 1);
      if (sign === 'm') map.use(page, page + 1);
    });
  }
  return map;
}

function buddyOf(pages: PageMap, watermark = { minPages: 0, lowPages: 0, reservePages: 0 }): Buddy {
  return new Buddy({ pageShift: 16, base: 0n, pages }, { watermark });
}

const PAGE = 65_536n;

describe('a request of more than 8 pages that may wait', () => {
  // The range 16..31 has four movable pages; 40 single free pages are elsewhere, each beside a pinned one.
  const singles = '.P'.repeat(40);
  const range = '...m...m...m...m';

  test('has movable pages moved out of the lowest range without a pinned page', () => {
    const map = drawn(256, [0, '........P.......'], [16, range], [64, singles]);
    const buddy = buddyOf(map);
    const before = buddy.freeBytes;
    expect(buddy.allocate(4, 'atomic')).toBeUndefined();
    expect(buddy.allocate(4, 'kernel')).toBe(16n * PAGE);
    expect(buddy.freeBytes).toBe(before - 16n * PAGE);
    // The moved pages took the smallest free blocks, the lowest of them first.
    expect([9, 64, 66, 68].map((page) => map.isFree(page))).toEqual([false, false, false, false]);
    expect(map.isPinned(64)).toBe(false);
  });

  test('is refused where each range has a pinned page', () => {
    const map = drawn(256, [0, '........P.......'], [16, range.replace('m', 'P')], [64, singles]);
    expect(buddyOf(map).allocate(4, 'kernel')).toBeUndefined();
  });

  test('is compacted for where more than twice as many pages are free, after reclaim if need be', () => {
    // 12 in the range and 20 elsewhere are 32, one too few for order 4: the first of the four pages of cache is
    // dropped, the other three are moved.
    const map = drawn(256, [16, range], [64, '.P'.repeat(20)]);
    expect(buddyOf(map).allocate(4, 'kernel')).toBe(16n * PAGE);
    expect(map.freePages).toBe(33 - 16);
    const more = drawn(256, [16, range], [64, '.P'.repeat(21)]);
    expect(buddyOf(more).allocate(4, 'kernel')).toBe(16n * PAGE);
    expect(more.freePages).toBe(33 - 16);
  });

  test('is refused where even all page cache dropped leaves too few pages above min', () => {
    // 36 pages are free at most: 36 - 15 > 20, but not 21.
    const marks = { minPages: 20, lowPages: 40, reservePages: 0 };
    expect(
      buddyOf(drawn(256, [16, range], [64, '.P'.repeat(20)]), marks).allocate(4, 'kernel'),
    ).toBe(16n * PAGE);
    const high = { minPages: 21, lowPages: 40, reservePages: 0 };
    const short = drawn(256, [16, range], [64, '.P'.repeat(20)]);
    expect(buddyOf(short, high).allocate(4, 'kernel')).toBeUndefined();
    expect(short.freePages).toBe(36);
  });

  test('has as much page cache dropped as compaction wants free, once, and no more', () => {
    // Pages 0, 2, 4, ... of the lower half are cache beside pinned ones; the range at 128 can be emptied.
    const map = drawn(256, [0, 'mP'.repeat(50)], [128, 'm'.repeat(16)]);
    const buddy = buddyOf(map);
    expect(buddy.allocate(4, 'atomic')).toBeUndefined();
    expect(buddy.allocate(4, 'kernel')).toBe(128n * PAGE);
    // 33 single pages were dropped, 16 of them took what was moved.
    expect(map.freePages).toBe(33 - 16);
    expect([0, 30, 32, 64, 66].map((page) => map.isFree(page))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test('is served by reclaim alone where that leaves a block free', () => {
    const map = drawn(256, [0, 'm'.repeat(256)]);
    expect(buddyOf(map).allocate(4, 'kernel')).toBe(0n);
    expect(map.freePages).toBe(0);
  });

  test('gets no block larger than the largest order', () => {
    expect(buddyOf(new PageMap(1024)).allocate(9, 'kernel')).toBeUndefined();
  });
});

describe('a request of at most 8 pages that may wait', () => {
  test('has page cache dropped where there is nothing to move it to', () => {
    const map = drawn(256, [0, 'PmmmmmmmPmmmmmmmmmmmmmmm']);
    expect(buddyOf(map).allocate(3, 'kernel')).toBe(16n * PAGE);
  });

  test('has page cache dropped until the min mark is left', () => {
    const map = drawn(256, [0, '.'.repeat(16)], [64, 'm'.repeat(64)]);
    const marks = { minPages: 30, lowPages: 40, reservePages: 0 };
    expect(buddyOf(map.copy(), marks).allocate(0, 'atomic')).toBeDefined();
    expect(buddyOf(map, marks).allocate(3, 'kernel')).toBeDefined();
    // 38 - 7 > 30: so many were free when the block was taken.
    expect(map.freePages).toBe(30);
  });

  test('is refused where nothing is movable', () => {
    expect(buddyOf(drawn(256, [0, '.P.P'])).allocate(1, 'kernel')).toBeUndefined();
  });
});

test('whatever is asked for, blocks are disjoint, pinned pages stay, and nothing is lost but dropped cache', () => {
  const drawings = fc.array(fc.constantFrom('.', 'm', 'P', '....', 'mmmm', 'mmmmmmmmmmmmmmmm'), {
    minLength: 1,
    maxLength: 120,
    size: 'max',
  });
  const requests = fc.array(fc.nat({ max: 8 }), { maxLength: 20 });
  fc.assert(
    fc.property(drawings, requests, (parts, orders) => {
      const drawing = parts.join('').slice(0, 512);
      const map = drawn(512, [0, drawing]);
      const original = map.copy();
      const buddy = buddyOf(map);
      const taken = new Set<number>();
      const held: { address: bigint; order: number }[] = [];
      for (const order of orders) {
        const address = buddy.allocate(order, 'kernel');
        if (address === undefined) continue;
        held.push({ address, order });
        const first = Number(address / PAGE);
        expect(first % 2 ** order).toBe(0);
        for (let page = first; page < first + 2 ** order; page += 1) {
          expect(taken.has(page)).toBe(false);
          expect(original.isPinned(page)).toBe(false);
          taken.add(page);
        }
      }
      expect(buddy.freeBytes).toBe(BigInt(map.freePages) * PAGE);
      expect(buddy.freeBlocks).toEqual(map.freeBlocks(8));
      expect(map.freePages + taken.size).toBeGreaterThanOrEqual(original.freePages);
      for (const { address, order } of held) buddy.free(address, order);
      expect(buddy.freeBlocks).toEqual(map.freeBlocks(8));
    }),
    { numRuns: 150, seed: 5 },
  );
});
