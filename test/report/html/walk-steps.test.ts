/** The walk that a page shows, against the walk of the models on tables in memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex } from '../../../models/bits.ts';
import { decodeTve, encodeTranslated, spanBits, type TranslatedTve } from '../../../models/tve.ts';
import { walk } from '../../../models/walk.ts';
import { levelSteps, windowsAt } from '../../../sim/page/walk-steps.ts';
import type { SampleRow, WindowRow } from '../../../sim/report/html/page-data.ts';

const ROOT = 0x2_4000_0000n;
const REAL = 0x10_0ab0_0000n;
const SELECT = 1n << 59n;

const request = (address: bigint, real: bigint | null): SampleRow => ({
  n: 0,
  phb: 0,
  pe: 1,
  rid: '01:00.0',
  isWrite: false,
  address: hex(address),
  length: 64,
  outcome: 2,
  real: real === null ? null : hex(real),
  arrive: 0,
  latency: 1,
  spent: [],
});

const window = (tve: bigint, over: Partial<WindowRow> = {}) =>
  ({
    phb: 0,
    pe: 1,
    kind: 'translated',
    busAddress: '0x0',
    reachBytes: 2 ** 40,
    tve: hex(tve),
    ...over,
  }) as WindowRow;

test('the levels of a page have the indices, and the root the address, of a walk through memory', () => {
  const shapes = fc.record({
    levels: fc.integer({ min: 1, max: 4 }),
    tableShift: fc.constantFrom(12, 14, 16),
    pageShift: fc.constantFrom(12, 16, 21),
    bits: fc.bigInt({ min: 0n, max: (1n << 50n) - 1n }),
    isUpper: fc.boolean(),
  });
  fc.assert(
    fc.property(shapes, ({ levels, tableShift, pageShift, bits, isUpper }) => {
      const word = encodeTranslated({ root: ROOT, levels, tableShift, pageShift });
      const tve = decodeTve(word) as TranslatedTve;
      const offset = bits & ((1n << BigInt(Math.min(50, spanBits(tve)))) - 1n);
      const address = offset | (isUpper ? SELECT : 0n);
      const { reads, outcome } = walk(tve, address, 'read', () => REAL | 3n);
      if (!('real' in outcome)) throw new Error(outcome.reason);
      const steps = levelSteps(window(word), request(address, outcome.real));
      expect(steps.map(({ level, index }) => [level, index])).toEqual(
        reads.map(({ level, index }) => [level, hex(index)]),
      );
      expect(steps[0].entry).toBe(hex(reads[0].address));
      // What a log does not keep is not made up.
      expect(steps.slice(1).every(({ entry }) => entry === null)).toBe(true);
      expect(steps.slice(0, -1).every(({ tce }) => tce === null)).toBe(true);
      const pageMask = (1n << BigInt(pageShift)) - 1n;
      expect(steps.at(-1)?.tce).toBe(hex(REAL & ~pageMask));
    }),
  );
});

test('a refused request has no leaf, a window without tables no level', () => {
  const word = encodeTranslated({ root: ROOT, levels: 2, tableShift: 16, pageShift: 16 });
  expect(levelSteps(window(word), request(0x1000n, null)).at(-1)?.tce).toBeNull();
  expect(levelSteps(window(0n), request(0x1000n, 0x1000n))).toEqual([]);
});

test('the windows of a request are those of its PE that hold its address, to the last byte', () => {
  const own = window(1n, { busAddress: hex(SELECT), reachBytes: 2 ** 31 });
  const windows = [
    own,
    window(2n, { pe: 2 }),
    window(3n, { phb: 1 }),
    window(4n, { reachBytes: 2 ** 20 }),
  ];
  const at = (address: bigint) => windowsAt(windows, request(address, null)).map(({ tve }) => tve);
  expect(at(SELECT)).toEqual(['0x1']);
  expect(at(SELECT + 2n ** 31n - 1n)).toEqual(['0x1']);
  expect(at(SELECT + 2n ** 31n)).toEqual([]);
  expect(at(SELECT - 1n)).toEqual([]);
  expect(at(0xfffffn)).toEqual(['0x4']);
});
