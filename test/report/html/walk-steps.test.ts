/** The walk that a page shows, against the walk of the models on tables in memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex } from '../../../models/bits.ts';
import { decodeTve, encodeTranslated, spanBits, type TranslatedTve } from '../../../models/tve.ts';
import { walk } from '../../../models/walk.ts';
import { levelSteps, windowsAt } from '../../../sim/page/walk-steps.ts';
import type { SampleRow, WindowRow } from '../../../sim/report/html/page-data.ts';

const ROOT = 0x2_4000_0000n;
const SELECT = 1n << 59n;

const request = (
  address: bigint,
  real: bigint | null,
  walked: SampleRow['walk'] = null,
): SampleRow => ({
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
  walk: walked,
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

/** Memory in which every table lies somewhere else, and every page is mapped. */
const word = (address: bigint) => ((address * 0x9e3779b97f4a7c15n) & 0xff_ffff_f000n) | 3n;

test('the levels of a page have indices, entries and TCEs of a walk through memory, from where it began', () => {
  const shapes = fc.record({
    levels: fc.integer({ min: 1, max: 4 }),
    skipped: fc.nat({ max: 3 }),
    tableShift: fc.constantFrom(12, 14, 16),
    pageShift: fc.constantFrom(12, 16, 21),
    bits: fc.bigInt({ min: 0n, max: (1n << 50n) - 1n }),
    isUpper: fc.boolean(),
  });
  fc.assert(
    fc.property(shapes, ({ levels, skipped, tableShift, pageShift, bits, isUpper }) => {
      const tve = encodeTranslated({ root: ROOT, levels, tableShift, pageShift });
      const decoded = decodeTve(tve) as TranslatedTve;
      const offset = bits & ((1n << BigInt(Math.min(50, spanBits(decoded)))) - 1n);
      const address = offset | (isUpper ? SELECT : 0n);
      const { reads, outcome } = walk(decoded, address, 'read', word);
      if (!('real' in outcome)) throw new Error(outcome.reason);
      // A walk cache may have the upper ones.
      const own = reads.slice(Math.min(skipped, levels - 1));
      const steps = levelSteps(
        window(tve),
        request(address, outcome.real, {
          level: own[0].level,
          entry: hex(own[0].address),
          reads: own.map(({ tce }, read) => [hex(tce), 10 + read] as const),
        }),
      );
      expect(steps.map(({ level, index }) => [level, index])).toEqual(
        reads.map(({ level, index }) => [level, hex(index)]),
      );
      const read = steps.slice(levels - own.length);
      expect(read.map(({ entry, read }) => [entry, read?.tce, read?.cycles])).toEqual(
        own.map(({ address: at, tce }, index) => [hex(at), hex(tce), 10 + index]),
      );
      // What was not read is not made up: of the others the root alone has a known place.
      const others = steps.slice(0, levels - own.length);
      expect(others.map(({ entry, read }) => [entry, read])).toEqual(
        others.map((_, level) => [level === 0 ? hex(reads[0].address) : null, null]),
      );
      const page = outcome.real & ~((1n << BigInt(pageShift)) - 1n);
      expect(steps.at(-1)?.page).toBe(hex(page));
      expect(steps.at(-1)?.read?.says).toBe(`page at ${hex(page)}, rw`);
    }),
  );
});

test('a TCE without permission says so; a window without tables has no level', () => {
  const tve = encodeTranslated({ root: ROOT, levels: 2, tableShift: 16, pageShift: 16 });
  const walked = { level: 1, entry: hex(ROOT), reads: [['0x0', 64]] as const };
  const [root, leaf] = levelSteps(window(tve), request(0x1000n, null, walked));
  expect(root.read?.says).toBe('no permission: nothing is mapped');
  expect([leaf.read, leaf.page]).toEqual([null, null]);
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
