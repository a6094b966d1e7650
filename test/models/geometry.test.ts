import { describe, expect, test } from 'vitest';
import { parseSize } from '../../models/size.ts';
import {
  type GeometryRefusal,
  isRefused,
  type TableGeometry,
  tableGeometry,
} from '../../models/table/geometry.ts';

const [K4, K64, M2, M16, M256, G1] = [12, 16, 21, 24, 28, 30];
const MiB = 1n << 20n;
const GiB = 1n << 30n;
const TiB = 1n << 40n;

function ask(basePageShift: number, windowBytes: bigint, pageShift: number, levels: number) {
  return tableGeometry({ basePageShift, windowBytes, pageShift, levels });
}

function shape(...request: Parameters<typeof ask>): TableGeometry {
  const answer = ask(...request);
  if (isRefused(answer)) throw new Error(answer.reason);
  return answer;
}

function refusal(...request: Parameters<typeof ask>): GeometryRefusal {
  const answer = ask(...request);
  if (!isRefused(answer)) throw new Error('accepted');
  return answer;
}

describe('a window of 2 GiB with 4K pages', () => {
  test('is one table of 4 MiB, order 6 on a 64K kernel and order 10 on a 4K kernel', () => {
    for (const [base, order] of [
      [K64, 6],
      [K4, 10],
    ]) {
      expect(shape(base, 2n * GiB, K4, 1)).toMatchObject({
        order,
        levelBytes: 4 * 2 ** 20,
        tceCount: 524_288,
        reachBits: 31,
        lockedBytes: 8n * MiB,
        createdBytes: 8n * MiB,
      });
    }
  });

  test('takes a root and 64 leaves with two levels on a 64K kernel', () => {
    const two = shape(K64, 2n * GiB, K4, 2);
    expect(two.nodesPerLevel).toEqual([1, 64]);
    expect(two.fullTreeBytes).toBe(4_259_840n);
    expect(two.lockedBytes).toBe(8_519_680n);
  });

  test('has at most three levels on a 64K kernel and four on a 4K kernel', () => {
    expect(shape(K64, 2n * GiB, K4, 3)).toMatchObject({ reachBits: 51, lockedBytes: 8_650_752n });
    expect(refusal(K64, 2n * GiB, K4, 4).reason).toContain('reach 64 address bits');
    expect(refusal(K64, 2n * GiB, K4, 5).reason).toContain('reach 77 address bits');
    expect(shape(K4, 2n * GiB, K4, 2)).toMatchObject({ order: 1, levelBytes: 8192 });
    expect(shape(K4, 2n * GiB, K4, 3).order).toBe(0);
    expect(shape(K4, 2n * GiB, K4, 4).order).toBe(0);
    expect(refusal(K4, 2n * GiB, K4, 5).reason).toContain('reach 57 address bits');
  });
});

describe('a window of 1 TiB with 64K pages', () => {
  test.each([
    // kernel, levels, ls, order, entries, reach, nodes, full tree, charge
    [K64, 1, 27, 11, 16_777_216, 40, [1], 134_217_728n, 268_435_456n],
    [K64, 2, 16, 0, 8192, 42, [1, 2048], 134_283_264n, 268_566_528n],
    [K4, 1, 27, 15, 16_777_216, 40, [1], 134_217_728n, 268_435_456n],
    [K4, 2, 15, 3, 4096, 40, [1, 4096], 134_250_496n, 268_500_992n],
    [K4, 3, 12, 0, 512, 43, [1, 64, 32_768], 134_483_968n, 268_967_936n],
    [K4, 4, 12, 0, 512, 52, [1, 1, 64, 32_768], 134_488_064n, 268_976_128n],
  ])('on a kernel of 2^%i-byte pages has %i levels of 2^%i bytes', (base, levels, ...rest) => {
    const [levelShift, order, entriesPerLevel, reachBits, nodes, fullTreeBytes, charge] = rest;
    expect(shape(base, TiB, K64, levels)).toMatchObject({
      levelShift,
      order,
      entriesPerLevel,
      reachBits,
      nodesPerLevel: nodes,
      fullTreeBytes,
      lockedBytes: charge,
      tceCount: 2 ** 24,
      effectiveWindowBytes: TiB,
      createdBytes: 2n << BigInt(levelShift),
    });
  });

  test.each([
    [K64, 3, 55, 268_697_600n],
    [K64, 4, 68, 268_828_672n],
    [K64, 5, 81, 268_959_744n],
    [K4, 5, 61, 268_984_320n],
  ])('on a kernel of 2^%i-byte pages is refused with %i levels: 55 bits are too many', (base, levels, bits, charge) => {
    expect(refusal(base, TiB, K64, levels)).toEqual({
      errno: 'EINVAL',
      reason: expect.stringContaining(`reach ${bits} address bits, at most 54`),
      lockedBytes: charge,
    });
  });
});

describe('other windows on a 64K kernel', () => {
  test.each([
    // window, page, levels, order, reach, charge
    ['64G', K4, 1, 11, 36, 256n * MiB],
    ['64G', K4, 2, 0, 38, 268_566_528n],
    ['64G', K64, 1, 7, 36, 16n * MiB],
    ['1T', K4, 2, 1, 40, 4_295_229_440n],
    ['1T', K4, 3, 0, 51, 4_295_622_656n],
    ['1T', M2, 1, 6, 40, 8n * MiB],
    ['1T', M16, 1, 3, 40, MiB],
    ['64T', K64, 2, 2, 46, 17_180_393_472n],
    ['64T', G1, 1, 3, 46, MiB],
    ['256M', K64, 1, 0, 29, 131_072n],
    ['16M', M16, 1, 0, 37, 131_072n],
  ])('%s, page shift %i, %i levels: order %i', (window, page, levels, ...rest) => {
    const [order, reachBits, lockedBytes] = rest;
    expect(shape(K64, parseSize(window, 'window'), page, levels)).toMatchObject({
      order,
      reachBits,
      lockedBytes,
    });
  });

  test('1 TiB of 4K pages on three levels is 1, 4 and 32768 tables', () => {
    expect(shape(K64, TiB, K4, 3).nodesPerLevel).toEqual([1, 4, 32_768]);
    expect(shape(K64, TiB, K4, 2).entriesPerLevel).toBe(16_384);
  });

  test('pages of 1G go on one level only, pages of 256M still on two', () => {
    expect(refusal(K64, 64n * TiB, G1, 2)).toMatchObject({ lockedBytes: 1_179_648n });
    expect(shape(K64, 64n * TiB, M256, 2).reachBits).toBe(54);
  });

  test('a small window grows to a whole page of TCEs', () => {
    expect(shape(K64, 64n << 10n, K64, 1).effectiveWindowBytes).toBe(512n * MiB);
    expect(shape(K64, 256n * MiB, K64, 1).effectiveWindowBytes).toBe(512n * MiB);
    expect(shape(K64, 16n * MiB, M16, 1).effectiveWindowBytes).toBe(128n * GiB);
    expect(shape(K64, 4096n, K4, 1).effectiveWindowBytes).toBe(0x200_0000n);
  });
});

describe('refusals before anything is charged', () => {
  test.each([
    ['1G', K64, 0, 'levels: expected 1 to 5, got 0'],
    ['1G', K64, 6, 'levels: expected 1 to 5, got 6'],
    ['0', K64, 1, 'expected a power of two, got 0'],
    ['0x40001000', K4, 2, 'expected a power of two'],
  ])('%s with page shift %i and %i levels', (window, page, levels, words) => {
    expect(refusal(K64, parseSize(window, 'window'), page, levels)).toEqual({
      errno: 'EINVAL',
      reason: expect.stringContaining(words),
      lockedBytes: 0n,
    });
  });

  test('an eighth of an IO page is still a window with one level, a sixteenth is none', () => {
    expect(shape(K64, 2n * MiB, M16, 1)).toMatchObject({ tceCount: 8192, order: 0 });
    expect(refusal(K64, MiB, M16, 1)).toMatchObject({ errno: 'EINVAL', lockedBytes: 0n });
  });

  test('with two levels half an IO page is the least', () => {
    expect(shape(K64, 2048n, K4, 2).nodesPerLevel).toEqual([1, 1]);
    expect(refusal(K64, 1024n, K4, 2).reason).toContain('too far below one page of 4K');
  });
});

test('Linux sizes 1 TiB of 64K pages so that the PHB reaches 2^40, 2^42 and 2^43', () => {
  expect(shape(K64, TiB, K64, 1)).toMatchObject({ levelBytes: 128 * 2 ** 20, reachBits: 40 });
  expect(shape(K64, TiB, K64, 2)).toMatchObject({ levelShift: 11 + 5, reachBits: 42 });
  expect(shape(K4, TiB, K64, 2)).toMatchObject({ levelShift: 11 + 4, reachBits: 40 });
  expect(shape(K4, TiB, K64, 3)).toMatchObject({ levelShift: 11 + 1, reachBits: 43 });
});
