/** Sums that a double holds exactly come out the same in whatever order slices are added. */
import { expect, test } from 'vitest';
import type { PhbBooks } from '../../../sim/replay/phb-replay.ts';
import { areExact } from '../../../sim/replay/slices/books.ts';

/** Books of which only the sums matter. */
function booksOf(cells: readonly number[], part: readonly number[]): PhbBooks {
  const accounts = { cells: Float64Array.from(cells), parts: [Float64Array.from(part)] };
  return { accounts } as unknown as PhbBooks;
}

test.each([
  [[0, 5], [Number.MAX_SAFE_INTEGER], true],
  [[0, 2 ** 53], [1], false],
  [[0, 5], [1, 2 ** 60], false],
])('cells %j and a part of %j are exact: %s', (cells, part, exact) => {
  expect(areExact(booksOf(cells, part))).toBe(exact);
});
