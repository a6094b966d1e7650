import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import {
  decodeTve,
  encodeBypass,
  encodeTranslated,
  spanBits,
  type TranslatedTve,
  tableBytes,
  tableShiftOf,
} from '../../models/tve.ts';

const GIB = 1n << 30n;
const TIB = 1n << 40n;
const IODAS = ['ioda2', 'ioda3'] as const;

function translated(word: bigint): TranslatedTve {
  const tve = decodeTve(word);
  if (tve.kind !== 'translated') throw new Error(`decoded as ${tve.kind}`);
  return tve;
}

describe('a TVE of tables', () => {
  test.each([
    ['V1: three levels of 64 KiB tables', 0x0000_0024_0000_4505n, 0x2_4000_0000n, 3, 16, 16],
    ['V2: three levels of 4 KiB tables', 0x0000_0024_0000_4105n, 0x2_4000_0000n, 3, 12, 16],
    ['V3: one level of 128 MiB', 0x0000_0028_0000_1005n, 0x2_8000_0000n, 1, 27, 16],
    ['V4: one level, pages of 2M', 0x0000_002a_0000_0b0an, 0x2_a000_0000n, 1, 22, 21],
    ['V5: the default window', 0x0000_002b_0000_0b01n, 0x2_b000_0000n, 1, 22, 12],
  ])('%s', (_vector, word, root, levels, tableShift, pageShift) => {
    expect(encodeTranslated({ root, levels, tableShift, pageShift })).toBe(word);
    for (const ioda of IODAS) {
      expect(decodeTve(word, ioda)).toEqual({
        kind: 'translated',
        root,
        levels,
        tableShift,
        indexBits: tableShift - 3,
        pageShift,
      });
    }
  });

  test('is decoded to what was encoded', () => {
    const table = fc
      .record({
        anywhere: fc.bigInt({ min: 0n, max: (1n << 60n) - 1n }),
        levels: fc.integer({ min: 1, max: 5 }),
        tableShift: fc.integer({ min: 12, max: 42 }),
        pageShift: fc.integer({ min: 12, max: 42 }),
      })
      .map(({ anywhere, ...rest }) => {
        const align = BigInt(rest.tableShift);
        return { ...rest, root: (anywhere >> align) << align };
      });
    fc.assert(
      fc.property(table, fc.constantFrom(...IODAS), (wanted, ioda) => {
        const word = encodeTranslated(wanted);
        expect(word >> 64n).toBe(0n);
        expect(decodeTve(word, ioda)).toEqual({
          kind: 'translated',
          ...wanted,
          indexBits: wanted.tableShift - 3,
        });
      }),
    );
  });

  test.each([
    ['levels', { levels: 0 }, 'TVE levels: expected 1..5, got 0'],
    ['levels', { levels: 6 }, 'TVE levels: expected 1..5, got 6'],
    ['levels', { levels: 1.5 }, 'TVE levels: expected 1..5, got 1.5'],
    ['table size', { tableShift: 11 }, 'TVE log2 of the table bytes: expected 12..42, got 11'],
    ['table size', { tableShift: 43 }, 'TVE log2 of the table bytes: expected 12..42, got 43'],
    ['page size', { pageShift: 11 }, 'TVE log2 of the IO page: expected 12..42, got 11'],
    ['page size', { pageShift: 43 }, 'TVE log2 of the IO page: expected 12..42, got 43'],
  ])('is refused with a %s that the fields cannot hold: %o', (_what, wrong, message) => {
    const table = { root: 0n, levels: 1, tableShift: 16, pageShift: 16, ...wrong };
    expect(() => encodeTranslated(table)).toThrow(InputError);
    expect(() => encodeTranslated(table)).toThrow(message);
  });
});

describe('the reach of a TVE', () => {
  test.each([
    ['64K kernel, one level of 128 MiB', 1, 16, 40],
    ['64K kernel, two levels of 64 KiB', 2, 5, 42],
    ['64K kernel, three levels of 64 KiB', 3, 5, 55],
    ['4K kernel, two levels of 32 KiB', 2, 4, 40],
    ['4K kernel, three levels of 4 KiB', 3, 1, 43],
  ])('V10: 1 TiB of 64K pages on a %s', (_what, levels, tts, span) => {
    const word = (BigInt(levels - 1) << 13n) | (BigInt(tts) << 8n) | 5n;
    const tve = translated(word);
    expect(spanBits(tve)).toBe(span);
    expect(tableBytes(tve)).toBe(1n << BigInt(tts + 11));
  });
});

describe('a TVE of an untranslated window', () => {
  test.each([
    ['0 to 512 GiB on a PHB4', 0n, 512n * GIB, 'ioda3', 0x0000_0000_8000_1080n],
    ['0 to 512 GiB on a PHB3', 0n, 512n * GIB, 'ioda2', 0x0000_0000_8000_1000n],
    ['all 50 bits on a PHB4', 0n, 0x3_ffff_ffff_ffffn, 'ioda3', 0x0000_00ff_ffff_1380n],
    ['1 TiB to 2 TiB on a PHB4', TIB, 2n * TIB, 'ioda3', 0x0100_0002_0000_1080n],
  ] as const)('V6: %s', (_what, start, end, ioda, word) => {
    expect(encodeBypass(start, end, ioda)).toBe(word);
    expect(decodeTve(word, ioda)).toEqual({
      kind: 'bypass',
      start,
      end: (end >> 24n) << 24n,
    });
  });

  test('V6: of all 50 bits ends before the last 16 MiB', () => {
    expect(decodeTve(0x0000_00ff_ffff_1380n)).toMatchObject({ end: 0x3_ffff_ff00_0000n });
  });

  test('V6: with bit 51 alone is unchecked on a PHB4 and an empty range on a PHB3', () => {
    expect(decodeTve(0x1000n, 'ioda3')).toEqual({ kind: 'unchecked' });
    expect(decodeTve(0x1000n, 'ioda2')).toEqual({ kind: 'bypass', start: 0n, end: 0n });
  });

  test('is decoded to what was encoded, in whole granules of 16 MiB', () => {
    const granule = fc.bigInt({ min: 0n, max: (1n << 26n) - 1n });
    fc.assert(
      fc.property(granule, granule, fc.constantFrom(...IODAS), (first, behind, ioda) => {
        const window = { start: first << 24n, end: behind << 24n };
        const word = encodeBypass(window.start, window.end, ioda);
        expect(word >> 64n).toBe(0n);
        expect(decodeTve(word, ioda)).toEqual({ kind: 'bypass', ...window });
        expect(encodeBypass(window.start + 0xff_ffffn, window.end + 1n, ioda)).toBe(word);
      }),
    );
  });
});

describe('a TVE that serves nothing', () => {
  test('of 0 is disabled', () => {
    for (const ioda of IODAS) expect(decodeTve(0n, ioda)).toEqual({ kind: 'disabled' });
  });

  test.each([6, 7, 8])('V9: that asks for %i levels is invalid, translated or not', (levels) => {
    const reason = `TVE[48:50] asks for ${levels} levels, the PHB walks 1..5`;
    const lev = BigInt(levels - 1) << 13n;
    for (const rest of [0x0000_0024_0000_0505n, 0x0000_0000_8000_1080n]) {
      expect(decodeTve(rest | lev)).toEqual({ kind: 'invalid', reason });
    }
  });

  test('V9: with a page size and no table size is invalid', () => {
    for (const ioda of IODAS) {
      expect(decodeTve(0x0000_0024_0000_4005n, ioda)).toEqual({
        kind: 'invalid',
        reason: 'TVE[51:55] (table size) is 0',
      });
    }
  });

  test('without a page size is invalid unless bit 51 is set', () => {
    for (const ioda of IODAS) {
      expect(decodeTve(0x0000_0024_0000_0500n, ioda)).toEqual({
        kind: 'invalid',
        reason: 'TVE[59:63] (IO page size) is 0 and TVE[51] is not set',
      });
    }
  });
});

test('a table’s size has a log2, or is refused with the size', () => {
  expect(tableShiftOf(4096n)).toBe(12);
  expect(tableShiftOf(1n << 42n)).toBe(42);
  expect(() => tableShiftOf(12_288n)).toThrow('table size: expected a power of two, got 12288');
  expect(() => tableShiftOf(0n)).toThrow(InputError);
});
