import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { medianInterval, medianOf } from '../../bench/median.ts';

const some = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), {
  minLength: 7,
  maxLength: 15,
});

describe('the median', () => {
  test('is the value in the middle, or the mean of two', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(medianOf([])).toBeNaN();
  });

  test('leaves the values in their order', () => {
    const values = [3, 1, 2];
    medianOf(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('the interval of a median', () => {
  test('holds the median, lies among the values, and is the same every time', () => {
    fc.assert(
      fc.property(some, (values) => {
        const [low, high] = medianInterval([values], 'seed');
        expect(medianInterval([values], 'seed')).toEqual([low, high]);
        expect(low).toBeLessThanOrEqual(medianOf(values));
        expect(high).toBeGreaterThanOrEqual(medianOf(values));
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  /**
   * The median of 9 drawn from 9 distinct values is at most the k-th where 5 or more draws are: a binomial of 9
   * with k / 9. That is 0.035 for k = 2 and 0.144 for k = 3, and 0.0024 for k = 1: so 2.5 % lie below the second.
   */
  test('of nine values reaches from the second to the eighth', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(medianInterval([values], 'any')).toEqual([2, 8]);
  });

  test('of three groups reaches over all of them, however little each scatters', () => {
    const groups = [1, 2, 3].map((value) => Array(100).fill(value));
    // All three draws are of the same group in 1 of 27, which is more than 2.5 %.
    expect(medianInterval(groups, 'any')).toEqual([1, 3]);
  });
});
