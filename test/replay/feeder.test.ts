/**
 * The feeder against the plainest way to say what it does: one row after the other, in BigInt. However the rows
 * are cut into batches, and whenever chunks are free, the same items come out.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OPERATIONS, Op, REFUSED } from '../../traces/format.ts';
import type { TraceRow } from '../../traces/row-buffer.ts';
import { type Feeding, feedRows, type Items } from './feeding.ts';

const WORD = 2n ** 64n;
const STEP_CYCLES_MAX = 2n ** 27n;
const OF_WINDOWS = ['tve', 'store', 'create', 'remove'];

type FullRow = Required<TraceRow>;

/** Halves of a word as the cells of items have them. */
function halves(word: bigint): number[] {
  return [Number(BigInt.asIntN(32, word)), Number(BigInt.asIntN(32, word >> 32n))];
}

/** The items that README and sim/unit/items.ts promise for rows. */
function itemsOf(rows: readonly FullRow[], { isTimed, replacesWindows, clockMHz }: Feeding): Items {
  const items: Items = new Map();
  const pes = new Map<string, number>();
  const cycles = new Map<number, bigint>();
  const start = rows[0].timeNs;
  for (const row of rows) {
    const { op, phb, rid, pe, length, address, value } = row;
    if (replacesWindows && OF_WINDOWS.includes(OPERATIONS[op])) continue;
    const cells = items.get(phb) ?? [];
    items.set(phb, cells);
    const now = isTimed ? ((row.timeNs - start) * BigInt(clockMHz) + 999n) / 1000n : 0n;
    let step = now - (cycles.get(phb) ?? 0n);
    cycles.set(phb, now);
    if (step > STEP_CYCLES_MAX) {
      cells.push(6, ...halves(step), 0, 0, 0, 0, 0);
      step = 0n;
    }
    const device = rid | (pe << 16);
    if (op > Op.write) {
      const [low, high] = halves(address);
      cells.push(4 | (op << 4), low, high, Number(step), ...halves(value), length | 0, device);
      continue;
    }
    if (pes.get(`${phb}/${rid}`) !== pe) cells.push(5, 0, 0, 0, 0, 0, 0, device);
    pes.set(`${phb}/${rid}`, pe);
    for (let offset = 0; offset < length; ) {
      const at = address + BigInt(offset);
      const bytes = Math.min(length - offset, 4096 - Number(at % 4096n));
      const isExpected = !replacesWindows && value !== 0n;
      const kind = op + (isExpected ? 2 : 0);
      cells.push(kind | ((bytes - 1) << 4) | (rid << 16), ...halves(at), Number(step));
      if (isExpected) {
        cells.push(...halves(value === REFUSED ? REFUSED : value + BigInt(offset)), 0, 0);
      }
      offset += bytes;
      step = 0n;
    }
  }
  return items;
}

const address = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 20n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 2n ** 32n - 9000n, max: 2n ** 32n + 9000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: WORD - 70_000n, max: WORD - 1n }) },
);
/** Near, far behind a leap, and on both sides of a half of the time. */
const stepNs = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 0n, max: 300n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 26n - 1000n, max: 2n ** 26n + 1000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 31n, max: 2n ** 34n }) },
);
const dma = fc.record({
  op: fc.constantFrom(Op.read, Op.write),
  length: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20_000 })),
  value: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 2n ** 40n }) },
    { weight: 1, arbitrary: fc.constant(REFUSED) },
  ),
});
const control = fc.record({
  op: fc.constantFrom(Op.kill, Op.freeze, Op.unmap, Op.remove, Op.put),
  length: fc.nat({ max: 2 ** 32 - 1 }),
  value: fc.bigInt({ min: 0n, max: WORD - 1n }),
});
const row = fc.record({
  step: stepNs,
  what: fc.oneof({ weight: 12, arbitrary: dma }, control),
  address,
  device: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat({ max: 5 }) },
  ),
  pe: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.nat({ max: 3 })),
});
const some = fc.array(row, { minLength: 1, maxLength: 60, size: 'max' });
/** Rows repeat, or chunks would hardly ever become full. */
const rows = fc
  .record({
    some,
    times: fc.constantFrom(1, 8, 45),
    start: fc.constantFrom(0n, 1_700_000_000_000_000_000n),
  })
  .map(({ some: list, times, start }): FullRow[] => {
    let timeNs = start;
    return Array.from({ length: times }, () => list)
      .flat()
      .map(({ step, what, address: at, device, pe }, index) => {
        if (index > 0) timeNs += step;
        const end = WORD - BigInt(what.length);
        const isDma = what.op <= Op.write;
        // PHB 0 has most of the devices.
        const phb = device === 5 ? 7 : 0;
        return {
          ...what,
          timeNs,
          phb,
          rid: 0x100 + device,
          pe,
          address: isDma && at > end ? end : at,
        };
      });
  });
const feeding: fc.Arbitrary<Feeding> = fc.record({
  isTimed: fc.boolean(),
  replacesWindows: fc.boolean(),
  clockMHz: fc.constantFrom(1, 250, 333, 2000, 10_000),
  batchRows: fc.constantFrom(1, 7, 300, 65_536),
  chunks: fc.constantFrom(2, 3),
});

const good: FullRow = {
  op: Op.write,
  timeNs: 0n,
  phb: 0,
  rid: 0x100,
  pe: 1,
  length: 64,
  address: 0x1000n,
  value: 0n,
};
const how: Feeding = {
  isTimed: true,
  replacesWindows: true,
  clockMHz: 500,
  batchRows: 65_536,
  chunks: 2,
};

describe('rows of a trace', () => {
  test('become the same items, however they come and wherever a chunk ends', () => {
    fc.assert(
      fc.property(rows, feeding, (all, drawn) => {
        const { items, feeder } = feedRows(all, drawn);
        expect(items).toEqual(itemsOf(all, drawn));
        const replaced = all.filter(({ op }) => OF_WINDOWS.includes(OPERATIONS[op])).length;
        expect(feeder.rows).toBe(all.length);
        expect(feeder.dmas).toBe(all.filter(({ op }) => op <= Op.write).length);
        expect(feeder.replacedRows).toBe(drawn.replacesWindows ? replaced : 0);
      }),
      { numRuns: 100 },
    );
  });

  test('tell their time from the first one on, also where that is left out', () => {
    const timeNs = 1_700_000_000_000_000_000n;
    const create = { ...good, op: Op.create, timeNs };
    const late = { ...good, timeNs: timeNs + 10_000n };
    const { items } = feedRows([create, late], how);
    // 10 us at 500 MHz.
    expect(items.get(0)?.at(-1)).toBe(5000);
    expect(items).toEqual(itemsOf([create, late], how));
  });
});

describe('a row that the machine cannot carry out', () => {
  test.each([
    [{ length: 0 }, 'write: length: expected 1 or more bytes, got 0'],
    [
      { address: WORD - 8n, length: 9 },
      'write: length: expected bytes that end below 2^64, got 9 at 0xfffffffffffffff8',
    ],
    [{ op: Op.freeze, pe: 999 }, 'freeze: pe: expected 0..511 on phb4, got 999'],
    [
      { timeNs: 2n ** 60n },
      'time_ns: expected at most 2^53 ns and cycles behind the first row, got more',
    ],
  ])('is the first one that is named, behind a run of others: %o', (wrong, message) => {
    const before = Array.from({ length: 1000 }, () => good);
    const bad = { ...good, ...wrong };
    const fed = feedRows([...before, bad, { ...bad, length: 0 }], how);
    expect(fed.error?.message).toBe(`row 1000: ${message}`);
    expect(fed.feeder.rows).toBe(1000);
    expect(fed.items).toEqual(itemsOf(before, how));
  });

  test('may end at the last byte of all', () => {
    const last = { ...good, address: WORD - 64n };
    expect(feedRows([good, last], how).items).toEqual(itemsOf([good, last], how));
  });
});
