import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';

const MiB = 1n << 20n;
const TiB = 1n << 40n;

describe('a node with all memory free', () => {
  test('has 16 MiB blocks, order 8 of 64K pages and order 12 of 4K pages', () => {
    const big = new Buddy({ pageShift: 16, base: 0n, ramBytes: 64n * MiB });
    expect(big.freeBlocks).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 4]);
    const small = new Buddy({ pageShift: 12, base: 0n, ramBytes: 64n * MiB });
    expect(small.freeBlocks).toEqual([...new Array(12).fill(0), 4]);
  });

  test('splits the lowest block and keeps the upper halves', () => {
    const buddy = new Buddy({ pageShift: 16, base: TiB, ramBytes: 32n * MiB });
    expect(buddy.allocate(6)).toBe(TiB);
    expect(buddy.freeBlocks).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect(buddy.allocate(6)).toBe(TiB + 4n * MiB);
    expect(buddy.allocate(7)).toBe(TiB + 8n * MiB);
    expect(buddy.allocate(0)).toBe(TiB + 16n * MiB);
  });

  test('takes the smallest block that is large enough, not the lowest', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, ramBytes: 32n * MiB });
    const low = buddy.allocate(8) as bigint;
    const page = buddy.allocate(0) as bigint;
    buddy.free(low, 8);
    expect(buddy.allocate(0)).toBe(page + 65_536n);
  });

  test('refuses an order above the largest at once and says what was free', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, ramBytes: 4n * TiB });
    expect(buddy.allocate(9)).toBeUndefined();
    expect(buddy.lastFailure).toEqual({
      order: 9,
      bytes: 32n * MiB,
      largestFreeOrder: 8,
      orderMax: 8,
      freeBytes: 4n * TiB,
    });
    expect(buddy.failureCount).toBe(1);
  });

  test('splits what is left of odd memory into ever smaller blocks', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, ramBytes: 16n * MiB + 5n * 65_536n });
    expect(buddy.freeBlocks).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1]);
    expect(buddy.allocate(0)).toBe(16n * MiB + 4n * 65_536n);
    expect(buddy.allocate(0)).toBe(16n * MiB);
  });

  test('refuses a base inside a block and a page of 16K', () => {
    const base = 8n * MiB;
    expect(() => new Buddy({ pageShift: 16, base, ramBytes: TiB })).toThrow(/multiple of 16777216/);
    expect(() => new Buddy({ pageShift: 14, base: 0n, ramBytes: TiB })).toThrow(/4K or 64K/);
  });

  test('holds 64 TiB without an entry for each block', () => {
    const buddy = new Buddy({ pageShift: 12, base: 0n, ramBytes: 64n * TiB });
    expect(buddy.freeBytes).toBe(64n * TiB);
    expect(buddy.freeBlocks[12]).toBe(2 ** 22);
  });
});

describe('a fragmented node', () => {
  // 440 MiB are free in 7048 pages of 64K, and no 4 MiB in one piece.
  const freeBlocks = [4000, 900, 200, 40, 6, 1, 0, 0, 0];

  test('has the counts it was given and its free bytes', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, freeBlocks });
    expect(buddy.freeBlocks).toEqual(freeBlocks);
    expect(buddy.freeBytes).toBe(7048n * 65_536n);
    expect(buddy.largestFreeOrder).toBe(5);
  });

  test('finds no 4 MiB block with 440 MiB free, but single pages', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, freeBlocks });
    expect(buddy.allocate(6)).toBeUndefined();
    expect(buddy.lastFailure).toMatchObject({ largestFreeOrder: 5, freeBytes: 461_897_728n });
    expect(buddy.allocate(0)).toBeDefined();
  });

  test('gets its counts back when all was taken and freed: nothing merges across blocks in use', () => {
    const buddy = new Buddy({ pageShift: 16, base: 0n, freeBlocks });
    const taken: bigint[] = [];
    for (let page = buddy.allocate(0); page !== undefined; page = buddy.allocate(0)) {
      taken.push(page);
    }
    expect(taken).toHaveLength(7048);
    expect(new Set(taken).size).toBe(7048);
    expect(buddy.largestFreeOrder).toBe(-1);
    for (const page of taken) buddy.free(page, 0);
    expect(buddy.freeBlocks).toEqual(freeBlocks);
  });

  test('wants one count for each order', () => {
    expect(() => new Buddy({ pageShift: 16, base: 0n, freeBlocks: [1, 2] })).toThrow(
      /expected counts of orders 0 to 8, got 2 counts/,
    );
  });
});

/** What a program does with the allocator: take a block of an order, or give back one it has. */
const steps = fc.array(
  fc.oneof(
    fc.record({ take: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ giveBack: fc.nat({ max: 1000 }) }),
  ),
  { maxLength: 120, size: 'max' },
);
const memories = fc.oneof(
  fc.record({ ramBytes: fc.bigInt({ min: 0n, max: 1200n }).map((pages) => pages * 65_536n) }),
  fc.record({ freeBlocks: fc.array(fc.nat({ max: 4 }), { minLength: 9, maxLength: 9 }) }),
);

describe('whatever a program takes and gives back', () => {
  test('blocks are aligned, overlap nowhere, add up to the total and merge back', () => {
    fc.assert(
      fc.property(memories, steps, (memory, program) => {
        const buddy = new Buddy({ pageShift: 16, base: 0n, ...memory });
        const atStart = buddy.freeBlocks;
        const total = buddy.freeBytes;
        const held: { address: bigint; order: number }[] = [];
        for (const step of program) {
          if ('take' in step) {
            const largest = buddy.largestFreeOrder;
            const address = buddy.allocate(step.take);
            expect(address !== undefined).toBe(step.take <= largest);
            if (address !== undefined) held.push({ address, order: step.take });
          } else if (held.length > 0) {
            const [block] = held.splice(step.giveBack % held.length, 1);
            buddy.free(block.address, block.order);
          }
          expectDisjoint(held);
          expect(buddy.freeBytes + heldBytes(held)).toBe(total);
        }
        for (const block of held) buddy.free(block.address, block.order);
        expect(buddy.freeBlocks).toEqual(atStart);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

function bytesOf(order: number): bigint {
  return 65_536n << BigInt(order);
}

function heldBytes(held: readonly { order: number }[]): bigint {
  return held.reduce((sum, { order }) => sum + bytesOf(order), 0n);
}

function expectDisjoint(held: readonly { address: bigint; order: number }[]): void {
  const sorted = [...held].sort((one, other) => Number(one.address - other.address));
  sorted.forEach(({ address, order }, at) => {
    expect(address % bytesOf(order)).toBe(0n);
    if (at > 0) {
      const before = sorted[at - 1];
      expect(before.address + bytesOf(before.order)).toBeLessThanOrEqual(address);
    }
  });
}
