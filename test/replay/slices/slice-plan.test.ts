/** Slices cover a trace without gap, with a warm-up in front of each but the first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSlices, SKIM_SHARE, SLICE_SIZES } from '../../../sim/replay/slices/slice-plan.ts';

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

test('slices of a long trace have equal work, their warm-ups included', () => {
  const [first, second, third] = planSlices(100_000_000, 3, SLICE_SIZES);
  const extra = SLICE_SIZES.warmUpRows + SLICE_SIZES.skimmedRows * SKIM_SHARE;
  const workOf = ({ first: from, ends }: typeof first) => (ends.at(-1) ?? 0) - from;
  expect(workOf(second) + extra).toBeCloseTo(workOf(first), -1);
  expect(workOf(third) + extra).toBeCloseTo(workOf(first), -1);
});

test('each interval is twice as long as the one before, but for the last', () => {
  const [, { first, ends }] = planSlices(20_000_000, 2, SLICE_SIZES);
  const lengths = ends.map((end, index) => end - (ends[index - 1] ?? first));
  for (let index = 1; index < lengths.length - 1; index += 1) {
    expect(lengths[index]).toBe(2 * lengths[index - 1]);
  }
  expect(lengths[0]).toBe(SLICE_SIZES.intervalRows);
});
