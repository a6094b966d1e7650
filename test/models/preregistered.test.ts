import { describe, expect, test } from 'vitest';
import { PreregisteredMemory } from '../../models/kernel/vfio/preregistered.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;

function shiftOf(start: bigint, bytes: bigint, pageShift: number): number {
  return new PreregisteredMemory().add(start, bytes, { realAddress: start, pageShift }).pageShift;
}

describe('the largest IO page of a region', () => {
  test.each([
    ['ordinary memory, however well aligned', GiB, GiB, 16, 16],
    ['huge pages', GiB, GiB, 24, 24],
    ['huge pages, a region smaller than one', 32n * MiB, 2n * MiB, 24, 21],
    ['huge pages, a region that starts inside one', 17n * MiB, 16n * MiB, 24, 20],
    ['a page of 1G', 4n * GiB, GiB, 30, 30],
  ])('of %s', (_what, start, bytes, pageShift, expected) => {
    expect(shiftOf(start, bytes, pageShift)).toBe(expected);
  });
});

describe('finding a region', () => {
  const regions = new PreregisteredMemory();
  const low = regions.add(0n, 2n * MiB, { realAddress: 8n * GiB, pageShift: 16 });
  const high = regions.add(2n * MiB, MiB, { realAddress: 4n * GiB, pageShift: 16 });

  test('wants the whole range inside one of them, neighbours or not', () => {
    expect(regions.lookup(0n, 2n * MiB)).toBe(low);
    expect(regions.lookup(2n * MiB, 1n)).toBe(high);
    expect(regions.lookup(2n * MiB - 1n, 2n)).toBeUndefined();
    expect(regions.lookup(3n * MiB, 1n)).toBeUndefined();
  });

  test('by its own range takes no part of it', () => {
    expect(regions.find(0n, 2n * MiB)).toBe(low);
    expect(regions.find(0n, MiB)).toBeUndefined();
  });

  test('by a real page', () => {
    expect(regions.byRealAddress(4n * GiB)).toBe(high);
    expect(regions.byRealAddress(4n * GiB + MiB)).toBeUndefined();
  });
});

test('a backing that cannot be is refused', () => {
  const regions = new PreregisteredMemory();
  regions.add(0n, MiB, { realAddress: GiB, pageShift: 16 });
  expect(() => regions.add(GiB, MiB, { realAddress: GiB, pageShift: 16 })).toThrow(
    /real memory of its own, got 0x40000000 that backs 0x0/,
  );
  expect(() => regions.add(GiB, 16n * MiB, { realAddress: MiB, pageShift: 24 })).toThrow(
    /same offset in a page of 16M, got 0x100000/,
  );
});
