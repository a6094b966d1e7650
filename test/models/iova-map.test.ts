import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryMap } from '../../models/kernel/host-dma/entry-map.ts';
import { IovaPools } from '../../models/kernel/host-dma/iova-pools.ts';

/** Runs of the map's size that begin and end anywhere, words' borders included. */
const runs = (size: number) =>
  fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: size - 1 }),
      count: fc.integer({ min: 0, max: 100 }),
      isTaken: fc.boolean(),
    }),
    { maxLength: 12 },
  );

describe('a map of 333 entries', () => {
  const SIZE = 333;

  test('is the array of booleans that the same runs make of it', () => {
    fc.assert(
      fc.property(runs(SIZE), fc.nat(SIZE), fc.nat(SIZE), (changes, from, end) => {
        const map = new EntryMap(SIZE);
        const plain: boolean[] = new Array(SIZE).fill(false);
        for (const change of changes) {
          const count = Math.min(change.count, SIZE - change.from);
          if (change.isTaken) map.take(change.from, count);
          else map.release(change.from, count);
          plain.fill(change.isTaken, change.from, change.from + count);
        }
        expect(plain.map((_, entry) => map.has(entry))).toEqual(plain);
        expect(map.taken).toBe(plain.filter((isTaken) => isTaken).length);
        const first = (wanted: boolean) => {
          const found = plain.findIndex((is, at) => is === wanted && at >= from && at < end);
          return found < 0 ? end : found;
        };
        expect(map.nextFree(from, end)).toBe(first(false));
        expect(map.nextTaken(from, end)).toBe(first(true));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test('finds the lowest aligned run before its end, and none that touches the end', () => {
    const map = new EntryMap(SIZE);
    map.take(0, 30);
    map.take(70, 1);
    const run = { from: 0, end: SIZE, count: 40, alignment: 1 };
    expect(map.findFree(run)).toBe(30);
    expect(map.findFree({ ...run, count: 41 })).toBe(71);
    expect(map.findFree({ ...run, alignment: 32 })).toBe(96);
    expect(map.findFree({ ...run, count: 38, alignment: 32 })).toBe(32);
    expect(map.findFree({ ...run, end: 70 })).toBe(30);
    expect(map.findFree({ ...run, end: 69 })).toBeUndefined();
    expect(map.findFree({ ...run, from: 294 })).toBeUndefined();
    expect(map.findFree({ ...run, from: 293 })).toBe(293);
  });

  test('is refused for no entries, for half of one, and above 2^31', () => {
    for (const size of [0, 1.5, 2 ** 31 + 1]) {
      expect(() => new EntryMap(size)).toThrow(/1 to 2147483648 entries/);
    }
  });
});

test('a full map of 2^27 entries has its one hole found and its taken entries counted', () => {
  const map = new EntryMap(2 ** 27);
  map.take(0, 2 ** 27);
  map.release(2 ** 27 - 100, 3);
  expect(map.findFree({ from: 1, end: 2 ** 27, count: 3, alignment: 1 })).toBe(2 ** 27 - 100);
  expect(map.findFree({ from: 1, end: 2 ** 27, count: 4, alignment: 1 })).toBeUndefined();
  expect(map.taken).toBe(2 ** 27 - 3);
});

test('numbers of pages and boundaries that cannot be are a fault of the caller, and nothing changes', () => {
  const pools = new IovaPools({
    pageShift: 20,
    entries: 1024,
    offset: 0,
    largePoolIsLastResort: true,
  });
  const request = { pages: 1, processor: 0, mask: 2 ** 52 - 1, alignOrder: 0, boundary: 2 ** 20 };
  for (const pages of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => pools.allocate({ ...request, pages })).toThrow(RangeError);
    expect(() => pools.free(5, pages)).toThrow(/pages: expected a whole number, got/);
  }
  expect(() => pools.allocate({ ...request, boundary: Number.NaN })).toThrow(/boundary/);
  expect(pools.takenEntries).toBe(1);
});
