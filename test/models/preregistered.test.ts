import { describe, expect, test } from 'vitest';
import { AddressSpace, type MemoryRange } from '../../models/kernel/address-space.ts';
import { PreregisteredMemory } from '../../models/kernel/vfio/preregistered.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;

/** A run of memory at its own real address. */
function range(start: bigint, bytes: bigint, pageShift: number, realAddress = start): MemoryRange {
  return { start, bytes, realAddress, pageShift };
}

function shiftOf(start: bigint, bytes: bigint, pageShift: number): number {
  const page = 1n << BigInt(pageShift);
  const from = (start / page) * page;
  const ranges = [range(from, start + bytes - from, pageShift)];
  return new PreregisteredMemory().add(start, bytes, ranges, 16).pageShift;
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

describe('a region of huge pages and ordinary ones', () => {
  const huge = range(GiB, 16n * MiB, 24);

  test('keeps the size of the huge ones if they come first', () => {
    const ordinary = range(GiB + 16n * MiB, 16n * MiB, 16);
    const regions = new PreregisteredMemory();
    expect(regions.add(GiB, 32n * MiB, [huge, ordinary], 16).pageShift).toBe(24);
  });

  test('has the size of the ordinary ones if they come first', () => {
    const ordinary = range(GiB - 16n * MiB, 16n * MiB, 16);
    const regions = new PreregisteredMemory();
    expect(regions.add(GiB - 16n * MiB, 32n * MiB, [ordinary, huge], 16).pageShift).toBe(16);
  });
});

describe('finding a region', () => {
  const regions = new PreregisteredMemory();
  const low = regions.add(0n, 2n * MiB, [range(0n, 2n * MiB, 16, 8n * GiB)], 16);
  const high = regions.add(2n * MiB, MiB, [range(0n, 4n * MiB, 16, 4n * GiB)], 16);

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

  test('by a real page wants the part of the memory that the region has', () => {
    expect(regions.byRealAddress(4n * GiB + 2n * MiB)?.region).toBe(high);
    expect(regions.byRealAddress(4n * GiB + 2n * MiB - 1n)).toBeUndefined();
    expect(regions.byRealAddress(4n * GiB + 3n * MiB)).toBeUndefined();
  });
});

describe('memory of a process', () => {
  function space(): AddressSpace {
    const memory = new AddressSpace();
    memory.add(range(GiB, MiB, 16));
    memory.add(range(GiB + MiB, MiB, 16, 8n * GiB));
    memory.add(range(GiB + 3n * MiB, MiB, 16));
    return memory;
  }

  test('is found range by range up to the first hole', () => {
    const starts = space()
      .rangesFrom(GiB + 65_536n, 4n * MiB)
      .map(({ start }) => start);
    expect(starts).toEqual([GiB, GiB + MiB]);
    expect(space().rangesFrom(GiB + 2n * MiB, MiB)).toEqual([]);
    expect(space().rangesFrom(GiB, MiB)).toHaveLength(1);
  });

  test('that cannot be is refused', () => {
    expect(() => space().add(range(4n * GiB, MiB, 16, GiB))).toThrow(
      /memory of its own, got that of 0x40000000/,
    );
    expect(() => space().add(range(4n * GiB, 16n * MiB, 24, MiB))).toThrow(
      /real address: expected a multiple of the page of 16M, got 0x100000/,
    );
  });
});
