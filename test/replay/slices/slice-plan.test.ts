/** Slices cover a trace without gap, with a warm-up in front of each but the first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FAR_SHARE,
  planSlices,
  SKIM_SHARE,
  SLICE_SIZES,
} from '../../../sim/replay/slices/slice-plan.ts';

const sizes = fc.record({
  stride: fc.integer({ min: 1, max: 20 }),
  skimmedRows: fc.nat({ max: 5000 }),
  warmUpRows: fc.integer({ min: 1, max: 5000 }),
  intervalRows: fc.integer({ min: 1, max: 500 }),
});

test('every row belongs to one interval of one slice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.integer({ min: 2, max: 9 }),
      sizes,
      (rows, slices, size) => {
        let next = 0;
        for (const plan of planSlices(rows, slices, size)) {
          expect(plan.first).toBe(next);
          for (const end of plan.ends) {
            expect(end).toBeGreaterThan(next);
            next = end;
          }
        }
        expect(next).toBe(rows);
      },
    ),
  );
});

test('a slice but the first has at least a row in front of it, and none before the trace', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.integer({ min: 2, max: 9 }),
      sizes,
      (rows, slices, size) => {
        for (const { skimFrom, warmFrom, first } of planSlices(rows, slices, size).slice(1)) {
          expect(warmFrom).toBeLessThan(first);
          expect(skimFrom).toBeLessThanOrEqual(warmFrom);
          expect(skimFrom).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});

test('slices of a long trace have equal work, with what they read in front of their rows', () => {
  const plans = planSlices(100_000_000, 3, SLICE_SIZES);
  const works = plans.map(({ skimFrom, warmFrom, first, ends }) => {
    const own = (ends.at(-1) ?? 0) - first;
    return own + (first - warmFrom) + (warmFrom - skimFrom) * SKIM_SHARE + skimFrom * FAR_SHARE;
  });
  // A row near a slice is not far as well: that tenth is not taken out of the plan.
  const near = (SLICE_SIZES.skimmedRows + SLICE_SIZES.warmUpRows) * FAR_SHARE;
  expect(Math.max(...works) - Math.min(...works)).toBeLessThanOrEqual(near + 2);
});

test('each interval is twice as long as the one before, but for the last', () => {
  const [, { first, ends }] = planSlices(20_000_000, 2, SLICE_SIZES);
  const lengths = ends.map((end, index) => end - (ends[index - 1] ?? first));
  for (let index = 1; index < lengths.length - 1; index += 1) {
    expect(lengths[index]).toBe(2 * lengths[index - 1]);
  }
  expect(lengths[0]).toBe(SLICE_SIZES.intervalRows);
});
