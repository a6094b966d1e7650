/** Pacing as it is written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPacing, parsePacing } from '../../sim/scenario/pacing.ts';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';

const closed = (outstanding: number, everyPs: number, each: 'phb' | 'device'): Pacing => ({
  kind: 'closed',
  outstanding,
  everyPs,
  each,
});

test.each([
  ['trace', { kind: 'trace' }],
  ['interval:21.1', { kind: 'interval', ps: 21_100 }],
  ['closed:32', closed(32, 0, 'phb')],
  ['closed:64,every:21.1', closed(64, 21_100, 'phb')],
  ['closed:8,each:device', closed(8, 0, 'device')],
  ['closed:8,every:5.5,each:device', closed(8, 5500, 'device')],
] as [string, Pacing][])('%s is read, and written as it was', (text, pacing) => {
  expect(parsePacing(text)).toEqual(pacing);
  expect(formatPacing(pacing)).toBe(text);
});

test('the options of a closed loop may stand in any order, with spaces around', () => {
  expect(parsePacing('closed:8,each:device,every:5.5')).toEqual(closed(8, 5500, 'device'));
  expect(parsePacing(' closed: 8 , every :5.5, each: device ')).toEqual(closed(8, 5500, 'device'));
  expect(parsePacing(' trace')).toEqual({ kind: 'trace' });
});

test('every pacing can be written and read again', () => {
  const ps = fc.integer({ min: 1, max: 1_000_000_000 });
  const outstanding = fc.integer({ min: 1, max: 65_536 });
  const each = fc.constantFrom('phb' as const, 'device' as const);
  const loop = fc.tuple(outstanding, fc.oneof(fc.constant(0), ps), each);
  const pacing = fc.oneof(
    ps.map((every): Pacing => ({ kind: 'interval', ps: every })),
    loop.map((parts) => closed(...parts)),
  );
  fc.assert(
    fc.property(pacing, (any) => {
      expect(parsePacing(formatPacing(any))).toEqual(any);
    }),
  );
});

test.each([
  [
    'closed:8,every',
    "pace: every: expected ns, more than 0, at most 1000000, with three decimals at most, got ''",
  ],
  ['closed:8,every:7,every:5.5', "pace: every: given twice in 'closed:8,every:7,every:5.5'"],
  ['closed:8,each:device, each:device', 'pace: each: given twice'],
  ['closed:8,every:0', "got '0'"],
  ['closed:8,every:1000001', "got '1000001'"],
  ['closed:8,every:0.0001', "got '0.0001'"],
  ['closed:8,each:rid', "pace: each: expected device, got 'rid'"],
  ['closed:8,each', "pace: each: expected device, got ''"],
  ['closed:8,evry:5', "pace: unknown option 'evry', did you mean 'every'?"],
  ['closed:8,', "pace: unknown option ''; known: every, each"],
  ['closed:8,64', "pace: unknown option '64'"],
  [
    'interval:5,each:device',
    'pace: expected trace, closed:N[,every:NS][,each:device] or interval:NS',
  ],
  ['closed:0,every:5', 'N 1..65536 requests outstanding'],
  ['trace,every:5', "got 'trace,every:5'"],
  ['closed:8:9', "got 'closed:8:9'"],
])('the pace %s is refused in words', (text, message) => {
  expect(() => parsePacing(text)).toThrow(message);
});
