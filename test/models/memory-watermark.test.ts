import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import { bootMinFreeBytes, keptPages, watermarkOf } from '../../models/memory/watermark.ts';

const KiB = 1n << 10n;
const MiB = 1n << 20n;
const GiB = 1n << 30n;

describe('min_free_kbytes at boot', () => {
  // The table in the comment of mm/page_alloc.c.
  test.each([
    [16n * MiB, 512n],
    [32n * MiB, 724n],
    [64n * MiB, 1024n],
    [128n * MiB, 1448n],
    [1024n * MiB, 4096n],
    [2048n * MiB, 5792n],
    [8192n * MiB, 11_585n],
    [16_384n * MiB, 16_384n],
  ])('of %i bytes is %i KiB', (host, kib) => {
    expect(bootMinFreeBytes(host)).toBe(kib * KiB);
  });

  test('is at least 128 KiB and at most 256 MiB', () => {
    expect(bootMinFreeBytes(MiB / 2n)).toBe(128n * KiB);
    expect(bootMinFreeBytes(4096n * GiB)).toBe(256n * MiB);
    expect(bootMinFreeBytes(8192n * GiB)).toBe(256n * MiB);
  });
});

describe('the marks of a zone', () => {
  test('share min_free_kbytes by size, and low lies a thousandth of the zone above min', () => {
    const marks = watermarkOf({ pageShift: 16, zoneBytes: 64n * GiB, hostBytes: 64n * GiB });
    expect(marks).toEqual({ minPages: 512, lowPages: 512 + 1048, reservePages: 0 });
    const half = watermarkOf({ pageShift: 16, zoneBytes: 32n * GiB, hostBytes: 64n * GiB });
    expect(half).toEqual({ minPages: 256, lowPages: 256 + 524, reservePages: 0 });
  });

  test('put low a quarter above min where that is more', () => {
    const zone = { pageShift: 12, zoneBytes: GiB, hostBytes: GiB };
    expect(watermarkOf({ ...zone, minFreeBytes: 40n * MiB })).toEqual({
      minPages: 10_240,
      lowPages: 12_800,
      reservePages: 0,
    });
  });

  test('bind an atomic request to 3/8 of min, rounded as the kernel rounds', () => {
    const marks = { minPages: 512, lowPages: 640, reservePages: 7 };
    expect(keptPages(marks, 'low')).toBe(647);
    expect(keptPages(marks, 'min')).toBe(519);
    expect(keptPages(marks, 'atomic')).toBe(192 + 7);
    // 101 - 50 = 51, 51 - 12 = 39.
    expect(keptPages({ ...marks, minPages: 101, reservePages: 0 }, 'atomic')).toBe(39);
  });
});

describe('a zone of 256 pages with marks', () => {
  const marks = { minPages: 100, lowPages: 125, reservePages: 0 };
  const zone = () =>
    new Buddy({ pageShift: 16, base: 0n, ramBytes: 16n * MiB }, { watermark: marks });

  test('gives atomic requests blocks as long as free pages but one block are more than 3/8 of min', () => {
    const buddy = zone();
    let taken = 0;
    while (buddy.allocate(3, 'atomic') !== undefined) taken += 1;
    // The 27th: 256 - 26 * 8 = 48 pages, 48 - 7 = 41 > 38. The 28th: 40 - 7 = 33.
    expect(taken).toBe(27);
    expect(buddy.freeBytes).toBe(40n * 65_536n);
    expect(buddy.lastFailure).toMatchObject({
      order: 3,
      largestFreeOrder: 5,
      watermarkBytes: 38n * 65_536n,
    });
    expect(buddy.allocate(0)).toBeDefined();
    expect(buddy.allocate(0)).toBeDefined();
    expect(buddy.allocate(0)).toBeUndefined();
  });

  test('stops at min for requests that may wait, when nothing is known that could be moved', () => {
    const buddy = zone();
    let taken = 0;
    while (buddy.allocate(3, 'kernel') !== undefined) taken += 1;
    // The 19th: 256 - 18 * 8 - 7 = 105 > 100. The 20th: 97.
    expect(taken).toBe(19);
    expect(buddy.lastFailure).toMatchObject({ watermarkBytes: 100n * 65_536n });
    expect(buddy.allocate(3, 'atomic')).toBeDefined();
  });

  test('names no watermark where the block is missing', () => {
    const freeBlocks = [200, 0, 0, 0, 0, 0, 0, 0, 0];
    const buddy = new Buddy({ pageShift: 16, base: 0n, freeBlocks }, { watermark: marks });
    expect(buddy.allocate(1)).toBeUndefined();
    expect(buddy.lastFailure).not.toHaveProperty('watermarkBytes');
  });

  test('keeps the lowmem reserve on top of the mark', () => {
    const reserved = { ...marks, reservePages: 218 };
    const memory = { pageShift: 16, base: 0n, ramBytes: 16n * MiB };
    // 38 + 218 = 256: all that there is.
    expect(new Buddy(memory, { watermark: reserved }).allocate(0)).toBeUndefined();
    const less = { ...marks, reservePages: 217 };
    expect(new Buddy(memory, { watermark: less }).allocate(0)).toBeDefined();
  });
});
