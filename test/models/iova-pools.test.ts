import { describe, expect, test } from 'vitest';
import {
  IovaPools,
  type IovaRequest,
  type IovaSpace,
  poolHash,
} from '../../models/kernel/host-dma/iova-pools.ts';

/** 2 GiB in 4K pages, the window of a host before 5.4. */
const TWO_GIB: IovaSpace = {
  pageShift: 12,
  entries: 524_288,
  offset: 0,
  largePoolIsLastResort: true,
};

/** 1 GiB in entries of 1 MiB: four pools of 192 entries and a large one of 256. */
const SMALL: IovaSpace = { pageShift: 20, entries: 1024, offset: 0, largePoolIsLastResort: true };

/** One entry for a device without limits, from processor 0 (pool 0). */
const ONE: IovaRequest = {
  pages: 1,
  processor: 0,
  mask: 2 ** 52 - 1,
  alignOrder: 0,
  boundary: 2 ** 20,
};

/** A processor of each pool: the hash of 0, 1, 3 and 2 is 0, 1, 0 and 3; of 4 it is 2. */
const PROCESSOR_OF_POOL = [0, 1, 4, 2] as const;

/** Takes single entries until there is none. */
function exhaust(pools: IovaPools, request: IovaRequest): number[] {
  const entries: number[] = [];
  for (;;) {
    const entry = pools.allocate(request);
    if (entry === undefined) return entries;
    entries.push(entry);
  }
}

/** Numbers `from..end`. */
const range = (from: number, end: number) =>
  Array.from({ length: end - from }, (_, at) => from + at);

const inOrder = (entries: readonly number[]) => [...entries].sort((one, other) => one - other);

describe('pools', () => {
  test('2 GiB of 4K pages has four of 98304 entries, and the large one from 393216 on', () => {
    const bounds = new IovaPools(TWO_GIB).pools.map(({ start, end }) => [start, end]);
    expect(bounds).toEqual([
      [0, 98_304],
      [98_304, 196_608],
      [196_608, 294_912],
      [294_912, 393_216],
      [393_216, 524_288],
    ]);
  });

  test('a window just below 1 GiB has one small pool', () => {
    const of = (entries: number) => new IovaPools({ ...TWO_GIB, entries }).pools.length;
    expect([of(262_143), of(262_144)]).toEqual([2, 5]);
    const { pools } = new IovaPools({ ...TWO_GIB, entries: 65_536 });
    expect(pools.map(({ start, end }) => [start, end])).toEqual([
      [0, 49_152],
      [49_152, 65_536],
    ]);
  });

  test('what three quarters leave over goes to the large pool', () => {
    const { pools } = new IovaPools({ ...SMALL, pageShift: 21, entries: 1003 });
    expect(pools.map(({ start }) => start)).toEqual([0, 188, 376, 564, 752]);
    expect(pools[4].end).toBe(1003);
  });

  test('the processor chooses by hash_32, which repeats itself up to processor 15 only', () => {
    expect(range(0, 16).map(poolHash)).toEqual([0, 1, 3, 0, 2, 3, 1, 2, 0, 1, 3, 0, 2, 3, 1, 2]);
    expect(range(16, 24).map(poolHash)).toEqual([0, 1, 3, 1, 2, 0, 1, 3]);
    expect([0, 8, 16, 24, 32].map(poolHash)).toEqual([0, 0, 0, 0, 0]);
  });

  test('a table of one entry has no pools', () => {
    expect(() => new IovaPools({ ...SMALL, entries: 1 })).toThrow(/at least 2 entries, got 1/);
  });
});

describe('an allocation', () => {
  test('of one entry leaves the block of 16 behind it alone', () => {
    const pools = new IovaPools(TWO_GIB);
    const entries = range(0, 4).map(() => pools.allocate(ONE));
    expect(entries).toEqual([1, 16, 32, 48]);
  });

  test('of 15 entries is small, of 16 large; large ones lie side by side', () => {
    const pools = new IovaPools(TWO_GIB);
    expect(pools.allocate({ ...ONE, pages: 15 })).toBe(1);
    expect(pools.allocate({ ...ONE, pages: 16 })).toBe(393_216);
    expect(pools.allocate({ ...ONE, pages: 17 })).toBe(393_232);
    expect(pools.pools[4].hint).toBe(393_249);
  });

  test('of no entries fails', () => {
    expect(new IovaPools(TWO_GIB).allocate({ ...ONE, pages: 0 })).toBeUndefined();
  });

  test('from another processor comes from its pool', () => {
    const pools = new IovaPools(TWO_GIB);
    const first = PROCESSOR_OF_POOL.map((processor) => pools.allocate({ ...ONE, processor }));
    expect(first).toEqual([1, 98_304, 196_608, 294_912]);
  });

  test('is aligned where that is asked for', () => {
    const pools = new IovaPools(TWO_GIB);
    pools.allocate(ONE);
    expect(pools.allocate({ ...ONE, pages: 4, alignOrder: 6 })).toBe(64);
  });

  test('never crosses a segment boundary, and never fits a smaller segment', () => {
    const pools = new IovaPools(TWO_GIB);
    const handle = { next: 8 };
    expect(pools.allocate({ ...ONE, pages: 9, boundary: 16, handle })).toBe(16);
    expect(pools.allocate({ ...ONE, pages: 17, boundary: 16 })).toBeUndefined();
  });

  test('counts the boundary in bus addresses, not in entries of the table', () => {
    const pools = new IovaPools({ ...SMALL, offset: 2 ** 47 + 10 });
    expect(pools.allocate({ ...ONE, pages: 7, boundary: 16, handle: { next: 0 } })).toBe(6);
  });
});

describe('a scatter list', () => {
  test('goes on where its last element ended, without the gap of a block', () => {
    const pools = new IovaPools(TWO_GIB);
    const handle = { next: 0 };
    const entries = [3, 2, 1].map((pages) => pools.allocate({ ...ONE, pages, handle }));
    expect(entries).toEqual([1, 4, 6]);
    expect(handle.next).toBe(7);
  });

  test('is not held to a place outside the pool', () => {
    const pools = new IovaPools(TWO_GIB);
    const handle = { next: 98_304 };
    expect(pools.allocate({ ...ONE, handle })).toBe(1);
    handle.next = 98_303;
    // The last entry of the pool is never handed out: the search begins again at the pool's start.
    expect(pools.allocate({ ...ONE, handle })).toBe(2);
  });

  test('forgets its place when the search from there fails', () => {
    const pools = new IovaPools(SMALL);
    const handle = { next: 180 };
    expect(pools.allocate({ ...ONE, pages: 12, handle })).toBe(1);
  });
});

describe('when a pool is full', () => {
  test('the others follow in turn, then the large one; the last entry of each stays free', () => {
    const pools = new IovaPools(SMALL);
    const entries = exhaust(pools, { ...ONE, processor: PROCESSOR_OF_POOL[1] });
    expect(inOrder(entries.slice(0, 191))).toEqual(range(192, 383));
    expect(inOrder(entries.slice(191, 382))).toEqual(range(384, 575));
    expect(inOrder(entries.slice(382, 573))).toEqual(range(576, 767));
    expect(inOrder(entries.slice(573, 763))).toEqual(range(1, 191));
    expect(inOrder(entries.slice(763))).toEqual(range(768, 1023));
  });

  test('an older kernel leaves the large pool to large requests', () => {
    const pools = new IovaPools({ ...SMALL, largePoolIsLastResort: false });
    expect(exhaust(pools, ONE)).toHaveLength(763);
    expect(pools.allocate({ ...ONE, pages: 16 })).toBe(768);
  });

  test('a large request comes down to every small pool, the next one first', () => {
    const pools = new IovaPools(SMALL);
    const request = { ...ONE, pages: 100, processor: PROCESSOR_OF_POOL[2] };
    expect(range(0, 7).map(() => pools.allocate(request))).toEqual([
      768,
      868,
      576,
      1,
      192,
      384,
      undefined,
    ]);
  });

  test('the gaps that blocks left are used before another pool is', () => {
    const pools = new IovaPools(SMALL);
    const entries = exhaust(pools, ONE).slice(0, 190);
    expect(entries.slice(0, 14)).toEqual([
      1, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 2, 17,
    ]);
    expect(inOrder(entries)).toEqual(range(1, 191));
  });

  test('a failure leaves the hint of every pool it tried at the start', () => {
    const pools = new IovaPools(SMALL);
    exhaust(pools, ONE);
    expect(pools.pools.map(({ start, hint }) => hint - start)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('a device that cannot reach the whole window', () => {
  const REACH_1_GIB = 2 ** 18 - 1;

  test('has its hint cut by the mask, and may so be served from a lower pool', () => {
    const pools = new IovaPools(TWO_GIB);
    const processor = PROCESSOR_OF_POOL[3];
    expect(pools.allocate({ ...ONE, processor, mask: REACH_1_GIB })).toBe(294_912 - 262_144);
    expect(pools.pools.map(({ hint }) => hint)).toEqual([0, 98_304, 196_608, 32_784, 393_216]);
  });

  test('keeps its own pool when that lies within reach', () => {
    const pools = new IovaPools(TWO_GIB);
    const processor = PROCESSOR_OF_POOL[1];
    expect(pools.allocate({ ...ONE, processor, mask: REACH_1_GIB })).toBe(98_304);
  });

  test('gets every entry below the mask but the first and the last, across the border of pools', () => {
    const pools = new IovaPools(SMALL);
    const entries = exhaust(pools, { ...ONE, processor: PROCESSOR_OF_POOL[3], mask: 399 });
    expect(inOrder(entries)).toEqual(range(1, 399));
  });

  test('takes the first pool at once when even the cut hint lies beyond its reach', () => {
    const pools = new IovaPools({ ...SMALL, pageShift: 21, entries: 1000, offset: 100 });
    // From 750 on the large pool; 750 & 500 is 228, 850 & 500 is 336, both within 401 entries.
    expect(pools.allocate({ ...ONE, pages: 100, mask: 500 })).toBe(228);
    // Pool 2 begins at 374, and 374 & 350 is 342, beyond the 251 entries that a mask of 350 leaves.
    const beyond = { ...ONE, processor: PROCESSOR_OF_POOL[2], mask: 350 };
    expect(pools.allocate(beyond)).toBe(0);
    expect(pools.pools.map(({ hint }) => hint)).toEqual([16, 187, 374, 561, 328]);
  });
});

describe('reserved entries', () => {
  test('are bus address 0 and the MMIO space; both are taken and neither is in use', () => {
    const pools = new IovaPools({ ...SMALL, reserved: { start: 100, end: 140 } });
    expect(pools.takenEntries).toBe(41);
    expect([0, 1, 99, 100, 139, 140].map((entry) => pools.isTaken(entry))).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(pools.isInUse).toBe(false);
    pools.allocate(ONE);
    expect(pools.isInUse).toBe(true);
  });

  test('are only those of the table, and entry 0 only where the window begins at 0', () => {
    const offset = 2 ** 47;
    const pools = new IovaPools({ ...SMALL, offset, reserved: { start: 5, end: offset + 2 } });
    expect(pools.takenEntries).toBe(2);
    expect(pools.allocate(ONE)).toBe(2);
    const outside = new IovaPools({ ...SMALL, offset, reserved: { start: 5, end: 9 } });
    expect(outside.takenEntries).toBe(0);
  });
});

describe('VFIO', () => {
  test('is refused a table with anything mapped: -EBUSY, it_map is not empty', () => {
    const pools = new IovaPools(SMALL);
    const entry = pools.allocate(ONE) as number;
    expect(pools.takeOwnership()).toEqual({
      rc: -16,
      errno: 'EBUSY',
      reason: 'iommu_tce: it_map is not empty',
    });
    expect(pools.takenEntries).toBe(2);
    expect(pools.free(entry, 1)).toBe(true);
    expect(pools.takeOwnership()).toBeUndefined();
  });

  test('gets every entry, and gives all back but the reserved ones', () => {
    const pools = new IovaPools({ ...SMALL, reserved: { start: 100, end: 140 } });
    pools.takeOwnership();
    expect(pools.takenEntries).toBe(1024);
    expect(pools.allocate(ONE)).toBeUndefined();
    pools.releaseOwnership();
    expect(pools.takenEntries).toBe(41);
    expect(pools.allocate(ONE)).toBe(1);
  });
});

test('entries that are not all of the table are not freed', () => {
  const pools = new IovaPools(SMALL);
  expect(pools.free(-1, 1)).toBe(false);
  expect(pools.free(1023, 2)).toBe(false);
  expect(pools.free(1023, 1)).toBe(true);
});
