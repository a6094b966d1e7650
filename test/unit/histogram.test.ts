import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumOfHistograms } from '../../sim/results/book.ts';
import {
  bucketOf,
  bucketTop,
  HISTOGRAM_BUCKETS,
  percentile,
} from '../../sim/unit/books/histogram.ts';

const value = fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 2 ** 31 - 1 }));

function histogramOf(values: readonly number[]): Float64Array {
  const counts = new Float64Array(HISTOGRAM_BUCKETS);
  for (const each of values) counts[bucketOf(each)] += 1;
  return counts;
}

describe('a histogram', () => {
  it('is exact below 2048 and within 0.1 % above, on its last bucket too', () => {
    for (let exact = 0; exact < 2048; exact += 1) expect(bucketTop(bucketOf(exact))).toBe(exact);
    fc.assert(
      fc.property(value, (each) => {
        const top = bucketTop(bucketOf(each));
        expect(top).toBeGreaterThanOrEqual(each);
        expect(top).toBeLessThanOrEqual(each * 1.001);
      }),
    );
    expect(bucketOf(2 ** 31 - 1)).toBe(HISTOGRAM_BUCKETS - 1);
  });

  it('keeps values in order', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        if (a <= b) expect(bucketOf(a)).toBeLessThanOrEqual(bucketOf(b));
      }),
    );
  });

  it('gives the percentile of the sorted values, to its precision', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 200, size: 'max' }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = [...values].sort((a, b) => a - b);
          const wanted = sorted[Math.max(1, Math.ceil(share * values.length)) - 1];
          expect(percentile(histogramOf(values), share)).toBe(bucketTop(bucketOf(wanted)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('merges exactly, in any order', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (a, b) => {
        const merged = sumOfHistograms([histogramOf(a), histogramOf(b)]);
        expect(merged).toEqual(histogramOf([...b, ...a]));
      }),
      { numRuns: 20 },
    );
  });
});
