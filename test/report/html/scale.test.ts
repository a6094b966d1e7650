/** Axes: what they count in, and that places and values belong together. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearScale, logScale } from '../../../sim/page/scale.ts';

const whole = (ticks: readonly number[]) => ticks.map((tick) => Number(tick.toPrecision(6)));

test('an even axis counts in round steps, from end to end', () => {
  expect(whole(linearScale([0, 350], [0, 700], 7).ticks)).toEqual([
    0, 50, 100, 150, 200, 250, 300, 350,
  ]);
  expect(whole(linearScale([0, 1], [0, 100], 5).ticks)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(whole(linearScale([12, 17], [0, 100], 5).ticks)).toEqual([12, 13, 14, 15, 16, 17]);
});

test('an axis of factors counts in 1, 2 and 5, over many decades in powers of ten', () => {
  expect(whole(logScale([8, 120], [0, 100]).ticks)).toEqual([10, 20, 50, 100]);
  expect(whole(logScale([1, 1e6], [0, 100]).ticks)).toEqual([1, 10, 100, 1000, 1e4, 1e5, 1e6]);
});

test('what is too small for an axis of factors lies at its edge', () => {
  expect(logScale([2, 200], [10, 110]).at(0)).toBe(10);
});

test('a place gives the value back that lies there', () => {
  const value = fc.double({ min: 1, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(value, (at) => {
      for (const scale of [linearScale([1, 1e6], [60, 900], 5), logScale([1, 1e6], [60, 900])]) {
        expect(scale.valueAt(scale.at(at)) / at).toBeCloseTo(1, 6);
      }
    }),
  );
});

test('an axis of nothing has a tick, too', () => {
  expect(linearScale([0, 0], [0, 100], 2).ticks).toEqual([0, 0.5, 1]);
  expect(logScale([5, 5], [0, 100]).ticks.length).toBeGreaterThan(0);
});
