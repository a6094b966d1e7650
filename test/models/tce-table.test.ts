import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../models/table/geometry.ts';
import { isLevelFailure, type TableHome, TceTable } from '../../models/table/tce-table.ts';
import { decodeTve, encodeTranslated } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';

const GiB = 1n << 30n;
const TiB = 1n << 40n;

function geometryOf(
  base: number,
  windowBytes: bigint,
  pageShift: number,
  levels: number,
): TableGeometry {
  const geometry = tableGeometry({ basePageShift: base, windowBytes, pageShift, levels });
  if (isRefused(geometry)) throw new Error(geometry.reason);
  return geometry;
}

function home(pageShift: number, freeBlocks?: number[]): TableHome & { allocator: Buddy } {
  const memory = new PhysicalMemory(allocateMemory(64 * 2 ** 20));
  const node = { pageShift, base: 1n << 33n };
  const allocator = new Buddy(freeBlocks ? { ...node, freeBlocks } : { ...node, ramBytes: TiB });
  return { memory, allocator, gfp: 'atomic', growth: 'onDemand', mirror: 'tree' };
}

function tableOn(place: ReturnType<typeof home>, geometry: TableGeometry): TceTable {
  const table = TceTable.create(geometry, place);
  if (isLevelFailure(table)) throw new Error('no block');
  return table;
}

describe('a two-level table', () => {
  const geometry = geometryOf(16, TiB, 16, 2);

  test('is two roots at creation, and a leaf in each tree with the first entry', () => {
    const place = home(16);
    const table = tableOn(place, geometry);
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([1, 1]);
    table.set(0, 0x10003n);
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([2, 2]);
    table.set(8191, 0x20003n);
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([2, 2]);
    table.set(8192, 0x30003n);
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([3, 3]);
  });

  test('takes a leaf for the mirror first, then for the hardware', () => {
    const place = home(16);
    const table = tableOn(place, geometry);
    const root = table.root;
    table.set(0, 0x10003n);
    // Blocks come lowest first: hardware root, mirror root, mirror leaf, hardware leaf.
    expect(place.memory.read(root)).toBe((root + 3n * 65_536n) | 3n);
  });

  test('stands in memory as the PHB walks it', () => {
    const place = home(16);
    const table = tableOn(place, geometry);
    table.set(0x1234, 0x10_00ab_0003n);
    const { levels, levelShift: tableShift, pageShift } = geometry;
    const tve = encodeTranslated({ root: table.root, levels, tableShift, pageShift });
    const result = walk(decodeTve(tve), 0x1234_5678n, 'write', (at) => place.memory.read(at));
    expect(result.outcome).toEqual({ real: 0x10_00ab_5678n, permission: 3 });
    expect(result.reads).toHaveLength(2);
  });

  test('keeps its leaves when they are cleared and gives all blocks back when it is freed', () => {
    const place = home(16);
    const before = place.allocator.freeBlocks;
    const table = tableOn(place, geometry);
    table.setRun(0, 20_000, 0x10003n, 65_536);
    table.clear(0, 20_000);
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([4, 4]);
    table.free();
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([0, 0]);
    expect(place.allocator.freeBlocks).toEqual(before);
  });

  test('says which level of which tree found no block, and keeps what was written before', () => {
    // Two roots and one pair of leaves: the second leaf of the mirror is one too many.
    const table = tableOn(home(16, [4, 0, 0, 0, 0, 0, 0, 0, 0]), geometry);
    const result = table.setRun(8190, 10, 0x10003n, 65_536);
    expect(result).toEqual({
      done: 2,
      failure: {
        tree: 'mirror',
        level: 0,
        order: 0,
        bytes: 65_536n,
        largestFreeOrder: -1,
        orderMax: 8,
        freeBytes: 0n,
      },
    });
    expect(table.get(8191)).toBe(0x20003n);
  });

  test('fails for the hardware leaf when the mirror took the last block', () => {
    const table = tableOn(home(16, [3, 0, 0, 0, 0, 0, 0, 0, 0]), geometry);
    expect(table.set(0, 3n)).toMatchObject({ tree: 'hardware', level: 0 });
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([1, 2]);
  });

  test('is not created when only one root finds a block, and that one goes back', () => {
    const place = home(16, [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const answer = TceTable.create(geometry, place);
    expect(answer).toMatchObject({ tree: 'mirror', level: 1, order: 0 });
    expect(place.allocator.freeBlocks[0]).toBe(1);
  });

  test('finds its new blocks zeroed, whatever stood there', () => {
    const place = home(16);
    const first = tableOn(place, geometry);
    first.setRun(0, 8192, 0x7003n, 65_536);
    first.free();
    const second = tableOn(place, geometry);
    second.set(5, 0x10003n);
    expect(second.get(4)).toBe(0n);
    expect(second.get(6)).toBe(0n);
    expect(place.memory.read(second.root + 8n)).toBe(0n);
  });
});

describe('a one-level table', () => {
  test('is all there at creation: 4 MiB twice for 2 GiB of 4K pages', () => {
    const place = home(16);
    const table = tableOn(place, geometryOf(16, 2n * GiB, 12, 1));
    expect([table.hardwareBlocks, table.mirrorBlocks]).toEqual([1, 1]);
    expect(TiB - place.allocator.freeBytes).toBe(8n << 20n);
  });

  test('of 128 MiB can be put at a given real address', () => {
    const memory = new PhysicalMemory(allocateMemory(2 ** 20));
    const root = 0x2_8000_0000n;
    const allocator = { allocate: () => root, free: () => undefined, lastFailure: undefined };
    const table = TceTable.create(geometryOf(16, TiB, 16, 1), {
      memory,
      allocator,
      gfp: 'atomic',
      growth: 'onDemand',
      mirror: 'none',
    });
    if (isLevelFailure(table)) throw new Error('no block');
    table.set(0x1234, 0x10_00ab_0003n);
    expect(memory.read(0x2_8000_91a0n)).toBe(0x10_00ab_0003n);
    expect(table.mirrorBlocks).toBe(0);
  });

  test('refuses entries that no block holds', () => {
    const table = tableOn(home(16), geometryOf(16, 2n * GiB, 12, 1));
    expect(table.reachEntries).toBe(524_288);
    expect(() => table.set(524_288, 3n)).toThrow(RangeError);
    expect(table.set(524_287, 3n)).toBeUndefined();
  });
});

describe('a run of entries', () => {
  test('carries from the lower into the upper half of the word', () => {
    const table = tableOn(home(12), geometryOf(12, GiB, 12, 3));
    table.setRun(510, 4, 0xffff_e003n, 4096);
    expect([510, 511, 512, 513].map((index) => table.get(index))).toEqual([
      0xffff_e003n,
      0xffff_f003n,
      0x1_0000_0003n,
      0x1_0000_1003n,
    ]);
  });

  test('tells the observer each mapped entry that it replaces or clears, and no other', () => {
    const table = tableOn(home(16), geometryOf(16, TiB, 16, 2));
    const dropped: number[] = [];
    const observer = { dropped: (realPage: number) => dropped.push(realPage) };
    table.set(7, 0x123_0000_0003n, observer);
    table.set(8, 0x55_0000n, observer);
    expect(dropped).toEqual([]);
    table.setRun(6, 3, 0x9_0001n, 65_536, observer);
    expect(dropped).toEqual([0x123_0000_0000]);
    table.clear(0, 2 ** 24, observer);
    expect(dropped).toEqual([0x123_0000_0000, 0x9_0000, 0xa_0000, 0xb_0000]);
    expect(table.get(8)).toBe(0n);
  });

  test('is what single writes would have made, for any shape and order', () => {
    const runs = fc.array(
      fc.record({
        index: fc.nat({ max: 40_000 }),
        count: fc.nat({ max: 3000 }),
        tce: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        clear: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    const shapes = fc.constantFrom([12, 1], [12, 2], [12, 3], [16, 2]);
    fc.assert(
      fc.property(shapes, runs, ([base, levels], program) => {
        const table = tableOn(home(base), geometryOf(base, GiB, 12, levels));
        const expected = new Map<number, bigint>();
        for (const { index, count, tce, clear } of program) {
          const step = clear ? 0 : 4096;
          if (clear) table.clear(index, count);
          else table.setRun(index, count, tce, step);
          for (let at = 0; at < count; at += 1) {
            const word = clear ? 0n : BigInt.asUintN(64, tce + BigInt(at) * 4096n);
            expected.set(index + at, word);
          }
        }
        for (const [index, word] of expected) {
          if (table.get(index) !== word) expect([index, table.get(index)]).toEqual([index, word]);
        }
      }),
      { numRuns: 30, seed: 11 },
    );
  });
});

describe('a writer of runs', () => {
  const runs = fc.array(
    fc.record({
      index: fc.nat({ max: 40_000 }),
      count: fc.nat({ max: 600 }),
      upper: fc.nat(),
      lower: fc.nat({ max: 2 ** 32 - 1 }),
    }),
    { maxLength: 12 },
  );
  const shapes = fc.constantFrom([12, 1], [12, 2], [12, 3], [16, 2]);

  test('writes what single writes would have, and tells the same of what it replaces', () => {
    fc.assert(
      fc.property(shapes, runs, ([base, levels], program) => {
        const table = tableOn(home(base), geometryOf(base, GiB, 12, levels));
        const dropped: number[] = [];
        const writer = table.writer(4096, { dropped: (page: number) => dropped.push(page) });
        const expected = new Map<number, bigint>();
        const expectedDropped: number[] = [];
        for (const { index, count, upper, lower } of program) {
          expect(writer.write(index, count, upper, lower)).toBe(count);
          const word = (BigInt(upper) << 32n) | BigInt(lower);
          for (let at = 0; at < count; at += 1) {
            const before = expected.get(index + at) ?? 0n;
            if ((before & 3n) !== 0n) expectedDropped.push(Number((before >> 12n) << 12n));
            expected.set(index + at, BigInt.asUintN(64, word + BigInt(at) * 4096n));
          }
        }
        expect(dropped).toEqual(expectedDropped);
        for (const [index, word] of expected) {
          if (table.get(index) !== word) expect([index, table.get(index)]).toEqual([index, word]);
        }
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  test('says how far it came when a level finds no block, and goes on where there is a leaf', () => {
    const geometry = geometryOf(16, TiB, 16, 2);
    const table = tableOn(home(16, [4, 0, 0, 0, 0, 0, 0, 0, 0]), geometry);
    const writer = table.writer(65_536);
    expect(writer.write(8190, 10, 0, 0x10003)).toBe(2);
    expect(writer.failure).toMatchObject({ tree: 'mirror', level: 0 });
    expect(writer.write(8000, 2, 0, 0x50003)).toBe(2);
    expect(writer.failure).toBeUndefined();
    expect([8000, 8001, 8191].map((index) => table.get(index))).toEqual([
      0x50003n,
      0x60003n,
      0x20003n,
    ]);
  });

  test('refuses entries that no block holds, and writes none of them', () => {
    const table = tableOn(home(16), geometryOf(16, 2n * GiB, 12, 1));
    expect(() => table.writer(4096).write(524_287, 2, 0, 3)).toThrow(RangeError);
    expect(table.get(524_287)).toBe(0n);
  });
});
