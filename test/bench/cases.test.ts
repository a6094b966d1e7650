import { describe, expect, it } from 'vitest';
import { benchCases } from '../../bench/cases.ts';

describe('the benchmark cases', () => {
  it('run small, and give the same digests each time and different ones for each case', () => {
    const digests = () =>
      benchCases(4096).map((each) => {
        each.run();
        return each.digest();
      });
    const first = digests();
    expect(digests()).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });
});
