/** The rows of a request log leave in the order of the requests, whichever of them ends first. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_BATCH_ROWS } from '../../sim/replay/request-log-columns.ts';
import { LogRows } from '../../sim/replay/request-log-rows.ts';
import { LogSample } from '../../sim/replay/request-log-sample.ts';
import { FixedShare } from '../../sim/replay/request-share.ts';
import type { RequestAtHand } from '../../sim/unit/request-at-hand.ts';

const request: RequestAtHand = {
  rid: 0x100,
  upper: 0x0800_0000,
  lower: 0x1234_5678 | 0,
  write: 1,
  bytes: 64,
  pe: 3,
  tve: 7,
  pageHigh: 0,
  pageLow: 0x1234,
  account: 1,
  arrive: 0,
  admission: 0,
  requester: 0,
  outcome: 0,
};

/** Rows that leave, as request number and latency, and the sizes of their batches. */
function logOf(work: (rows: LogRows) => void): { left: [number, number][]; batches: number[] } {
  const left: [number, number][] = [];
  const batches: number[] = [];
  const rows = new LogRows(5, (cells, count) => {
    batches.push(count);
    for (let at = 0; at < count; at += 1) {
      left.push([cells.request[2 * at] + cells.request[2 * at + 1] * 2 ** 32, cells.latency[at]]);
    }
  });
  work(rows);
  rows.finish();
  return { left, batches };
}

describe('rows that close in any order', () => {
  test('leave in the order in which they were opened', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 300, size: 'max' }), (delays) => {
        const { left } = logOf((rows) => {
          const open: { row: number; due: number; number: number }[] = [];
          delays.forEach((delay, number) => {
            open.push({ row: rows.open(request, number, number), due: number + delay, number });
            for (const each of open.filter(({ due }) => due <= number)) {
              rows.close(each.row, 0, each.number * 3);
              open.splice(open.indexOf(each), 1);
            }
          });
          for (const { row, number } of open.reverse()) rows.close(row, 0, number * 3);
        });
        expect(left).toEqual(delays.map((_, number) => [number, number * 3]));
      }),
      { numRuns: 50 },
    );
  });

  test('wait for the oldest, more of them than there was room for', () => {
    const count = 5 * LOG_BATCH_ROWS + 7;
    const { left, batches } = logOf((rows) => {
      const first = rows.open(request, 0, 0);
      for (let number = 1; number < count; number += 1) {
        rows.close(rows.open(request, number, number), 0, number);
      }
      rows.close(first, 0, 0);
    });
    expect(left).toEqual(Array.from({ length: count }, (_, number) => [number, number]));
    expect(batches).toEqual([...Array(5).fill(LOG_BATCH_ROWS), 7]);
  });
});

test('a row used again keeps nothing of the one before it', () => {
  const reals: number[] = [];
  const parts: number[] = [];
  const rows = new LogRows(0, (cells, count) => {
    for (let at = 0; at < count; at += 1) {
      reals.push(cells.hasReal[at]);
      parts.push(cells.parts[4][at]);
    }
  });
  for (let number = 0; number < 2 * LOG_BATCH_ROWS; number += 1) {
    const row = rows.open(request, number, 2 ** 40 + number);
    if (number < LOG_BATCH_ROWS) {
      rows.setReal(row, 0x12_3456_789an);
      rows.addPart(row, 4, 9);
    }
    rows.close(row, 0, 1);
  }
  rows.finish();
  expect(reals.indexOf(0)).toBe(LOG_BATCH_ROWS);
  expect(reals.lastIndexOf(1)).toBe(LOG_BATCH_ROWS - 1);
  expect(parts.lastIndexOf(9)).toBe(LOG_BATCH_ROWS - 1);
});

describe('a sample', () => {
  const taken = (sample: LogSample, from: number, count: number) =>
    Array.from({ length: count }, (_, index) => from + index).filter((each) => sample.takes(each));

  test.each([0.001, 0.01, 0.3])('of %d takes about so many of all requests', (share) => {
    const count = 200_000;
    const wanted = share * count;
    const { length } = taken(new LogSample('seed', 2, new FixedShare(share)), 0, count);
    // Four standard deviations.
    expect(Math.abs(length - wanted)).toBeLessThan(4 * Math.sqrt(wanted));
  });

  test('of 1 takes every request', () => {
    expect(taken(new LogSample('seed', 0, new FixedShare(1)), 0, 10_000)).toHaveLength(10_000);
  });

  test('differs by seed and by PHB, and not from one time to the next', () => {
    const of = (seed: string, phb: number) =>
      taken(new LogSample(seed, phb, new FixedShare(0.1)), 0, 1000);
    expect(of('a', 0)).toEqual(of('a', 0));
    expect(of('a', 0)).not.toEqual(of('a', 1));
    expect(of('a', 0)).not.toEqual(of('b', 0));
  });

  test('tells requests apart that are 2^32 numbers apart', () => {
    const sample = new LogSample('seed', 0, new FixedShare(0.5));
    const low = taken(sample, 0, 1000);
    const high = taken(sample, 2 ** 32, 1000).map((number) => number - 2 ** 32);
    expect(high).not.toEqual(low);
    expect(high.length).toBeGreaterThan(400);
  });
});
