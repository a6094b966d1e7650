/** Worked numbers of the kernel's tables, each row through a CREATE that is really performed. */
import { describe, expect, test } from 'vitest';
import { line, type PlanWords } from './ask.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** The figures of a row: result, order, bound, entries a level, memory now, full tree, charge. */
function figures(words: PlanWords) {
  const { result, order, reachBits, entriesPerLevel, createdBytes, fullBytes, chargedBytes } =
    line(words);
  return { result, order, reachBits, entriesPerLevel, createdBytes, fullBytes, chargedBytes };
}

// Columns: kernel pages, levels, order, entries a level, bound, result, created now, full bytes of one
// tree, charge.
describe('a window of 1 TiB with pages of 64K', () => {
  test.each([
    ['64k', 1, 11, 16777216, 40, 'ENOMEM', 0, 134217728, 268435456],
    ['64k', 2, 0, 8192, 42, 'created', 128 * KiB, 134283264, 268566528],
    ['64k', 3, 0, 8192, 55, 'EINVAL', 0, 134348800, 268697600],
    ['64k', 4, 0, 8192, 68, 'EINVAL', 0, 134414336, 268828672],
    ['64k', 5, 0, 8192, 81, 'EINVAL', 0, 134479872, 268959744],
    ['4k', 1, 15, 16777216, 40, 'ENOMEM', 0, 134217728, 268435456],
    ['4k', 2, 3, 4096, 40, 'created', 64 * KiB, 134250496, 268500992],
    ['4k', 3, 0, 512, 43, 'created', 8 * KiB, 134483968, 268967936],
    ['4k', 4, 0, 512, 52, 'created', 8 * KiB, 134488064, 268976128],
    ['4k', 5, 0, 512, 61, 'EINVAL', 0, 134492160, 268984320],
  ])('on a %s kernel with %i levels: order %i, %i entries, %i bits, %s', (pages, levels, ...row) => {
    const [order, entriesPerLevel, reachBits, result, createdBytes, fullTree, chargedBytes] = row;
    expect(figures({ kernel: `5.17-${pages}`, window: '1T', levels: String(levels) })).toEqual({
      result,
      order,
      reachBits,
      entriesPerLevel,
      createdBytes,
      fullBytes: 2 * fullTree,
      chargedBytes,
    });
  });

  test.each([
    ['64k', 1, '1'],
    ['64k', 2, '1+2048'],
    ['64k', 3, '1+1+2048'],
    ['64k', 5, '1+1+1+1+2048'],
    ['4k', 2, '1+4096'],
    ['4k', 3, '1+64+32768'],
    ['4k', 4, '1+1+64+32768'],
  ])('on a %s kernel with %i levels has tables %s when full', (pages, levels, tables) => {
    const words = { kernel: `5.17-${pages}`, window: '1T', levels: String(levels) };
    expect(line(words).tablesPerLevel).toBe(tables);
  });

  test('stays charged where it is refused after the charge, and only there', () => {
    const leaked = (levels: string) => line({ window: '1T', levels }).leakedBytes;
    expect(leaked('1')).toBe(256 * MiB);
    expect(leaked('2')).toBe(0);
    expect(leaked('3')).toBe(268697600);
  });
});

describe('a window of 2 GiB with pages of 4K', () => {
  test.each([
    ['64k', 1, 6, 31, 'created', 8 * MiB, 8388608],
    ['64k', 2, 0, 38, 'created', 128 * KiB, 8519680],
    ['64k', 3, 0, 51, 'created', 128 * KiB, 8650752],
    ['64k', 4, 0, 64, 'EINVAL', 0, undefined],
    ['64k', 5, 0, 77, 'EINVAL', 0, undefined],
    ['4k', 1, 10, 31, 'created', 8 * MiB, 8388608],
    ['4k', 2, 1, 32, 'created', 16 * KiB, undefined],
    ['4k', 3, 0, 39, 'created', 8 * KiB, undefined],
    ['4k', 4, 0, 48, 'created', 8 * KiB, undefined],
    ['4k', 5, 0, 57, 'EINVAL', 0, undefined],
  ])('on a %s kernel with %i levels: order %i, %i bits, %s', (pages, levels, ...row) => {
    const [order, reachBits, result, createdBytes, chargedBytes] = row;
    const words = { kernel: `5.17-${pages}`, window: '2G', page: '4K', levels: String(levels) };
    expect(line(words)).toMatchObject({
      order,
      reachBits,
      result,
      createdBytes,
      ...(chargedBytes !== undefined && { chargedBytes }),
    });
  });

  test('has TTS 11 and page size 1 in its TVE', () => {
    const { tve } = line({ window: '2G', page: '4K', levels: '1' });
    expect(tve).toMatch(/^0x0000[0-9a-f]{8}0b01$/);
  });
});

describe('other windows on a 64K kernel', () => {
  test.each([
    ['64G', '4K', 1, 'phb4', 11, 36, 'ENOMEM', 256 * MiB],
    ['64G', '4K', 2, 'phb4', 0, 38, 'created', 268566528],
    ['64G', '64K', 1, 'phb4', 7, 36, 'created', 16 * MiB],
    ['1T', '4K', 2, 'phb4', 1, 40, 'created', 4295229440],
    ['1T', '4K', 3, 'phb4', 0, 51, 'created', 4295622656],
    ['1T', '2M', 1, 'phb4', 6, 40, 'created', 8 * MiB],
    ['1T', '16M', 1, 'phb3', 3, 40, 'created', MiB],
    ['64T', '64K', 2, 'phb4', 2, 46, 'created', 17180393472],
    ['64T', '1G', 1, 'phb4', 3, 46, 'created', MiB],
    ['64T', '1G', 2, 'phb4', 0, 56, 'EINVAL', 1179648],
    ['256M', '64K', 1, 'phb4', 0, 29, 'created', 128 * KiB],
    ['16M', '16M', 1, 'phb3', 0, 37, 'created', 128 * KiB],
  ])('%s of %s with %i levels on %s: order %i, %i bits, %s, %i charged', (...row) => {
    const [window, page, levels, phb, order, reachBits, result, chargedBytes] = row;
    const words = { kernel: '5.17-64k', window, page, levels: String(levels), phb };
    expect(line(words)).toMatchObject({ order, reachBits, result, chargedBytes });
  });

  test.each([
    ['256M', '64K', 'phb4', 512 * MiB],
    ['16M', '16M', 'phb3', 128 * 1024 * MiB],
    ['64K', '64K', 'phb4', 512 * MiB],
  ])('%s of %s on %s really spans %i bytes', (window, page, phb, effectiveBytes) => {
    expect(line({ window, page, phb, levels: '1' })).toMatchObject({ effectiveBytes });
  });

  test('1 TiB of 64K pages in 2 levels is translated up to 4 TiB', () => {
    expect(line({ window: '1T', levels: '2' })).toMatchObject({
      effectiveBytes: 2 ** 40,
      reachBytes: 2 ** 42,
    });
  });

  test.each([
    ['phb3', '256M', '2', 'created', 54],
    ['phb4', '1G', '2', 'EINVAL', 56],
    ['phb4', '1G', '1', 'created', 43],
  ])('on %s, pages of %s with %s levels: %s, %i bits', (phb, page, levels, result, reachBits) => {
    expect(line({ phb, page, levels, window: '1T' })).toMatchObject({ result, reachBits });
  });
});

describe('the published geometry of POWER', () => {
  test.each([
    ['16G', '4K', 32 * MiB],
    ['16G', '64K', 2 * MiB],
    ['16G', '2M', 64 * KiB],
    ['64G', '4K', 128 * MiB],
    ['64G', '64K', 8 * MiB],
    ['64G', '2M', 256 * KiB],
    ['1T', '4K', 2048 * MiB],
    ['1T', '64K', 128 * MiB],
    ['1T', '2M', 4 * MiB],
  ])('%s of %s pages take a table of %i bytes in one level', (window, page, tableBytes) => {
    expect(line({ window, page, levels: '1' }).fullBytes).toBe(2 * tableBytes);
  });

  test.each([
    ['16G', '16M', 'phb3'],
    ['64G', '1G', 'phb4'],
  ])('%s of %s pages take no more than the smallest table', (window, page, phb) => {
    expect(line({ window, page, phb, levels: '1' }).fullBytes).toBe(2 * 64 * KiB);
  });

  test("powernv's own window of 8 TiB has a first level of 16384 entries, 128 KiB", () => {
    expect(line({ window: '8T', levels: '2' })).toMatchObject({
      result: 'created',
      order: 1,
      levelBytes: 128 * KiB,
      entriesPerLevel: 16384,
    });
  });

  test('the sparse table of an NVLink2 GPU is charged for all of it', () => {
    // 0x244000000000 + 0x2000000000 bytes, rounded up to a power of two as VFIO demands.
    const { chargedBytes, createdBytes } = line({ window: '64T', levels: '2' });
    expect(chargedBytes).toBeGreaterThan(2 * 4656 * MiB);
    expect(createdBytes).toBe(2 * 256 * KiB);
  });
});
