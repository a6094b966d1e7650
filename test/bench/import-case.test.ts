import { expect, test } from 'vitest';
import { importCase } from '../../bench/import-case.ts';

test('the import that is timed gives the same digest each time, and another of other lines', () => {
  const digestOf = (lines: number) => {
    const each = importCase(lines);
    each.run();
    return each.digest();
  };
  expect(digestOf(3000)).toBe(digestOf(3000));
  expect(digestOf(3001)).not.toBe(digestOf(3000));
});
