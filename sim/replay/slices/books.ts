/** Books of one PHB, interval by interval, as the books of all of it. */
import { ACCOUNT_CELLS, type AccountSums, MAX_CELL } from '../../unit/books/accounts.ts';
import type { FreezeRecord } from '../../unit/control/freezer.ts';
import type { PhbBooks } from '../phb-replay.ts';

/** Books, and how much later than in them everything was in truth. */
export interface ShiftedBooks {
  readonly books: PhbBooks;
  readonly shiftCycles: number;
}

/** Adds books up, in the order of the trace. */
export function mergeBooks(all: readonly ShiftedBooks[]): PhbBooks {
  const sum = (of: (books: PhbBooks) => number) =>
    all.reduce((total, { books }) => total + of(books), 0);
  const sums = (of: (books: PhbBooks) => Float64Array) =>
    all.reduce((total, { books }) => added(total, of(books)), new Float64Array(0));
  return {
    // Without a completion it is -Infinity.
    cycles: Math.max(0, ...all.map(({ books, shiftCycles }) => books.cycles + shiftCycles)),
    stalls: sum((books) => books.stalls),
    cutWaits: sum((books) => books.cutWaits),
    walkReads: sums((books) => books.walkReads),
    walkCacheHits: sums((books) => books.walkCacheHits),
    rteMisses: sum((books) => books.rteMisses),
    cachedReads: sum((books) => books.cachedReads),
    uncachedReads: sum((books) => books.uncachedReads),
    freezes: mergeFreezes(all),
    fences: all.flatMap(({ books }) => books.fences),
    firstFaults: mergeFaults(all),
    accounts: all.map(({ books }) => books.accounts).reduce(mergeAccounts),
    agreed: sum((books) => books.agreed),
    differed: sum((books) => books.differed),
    notCompared: sum((books) => books.notCompared),
  };
}

/** Cycles of the longest latency in some books; 0 where it was short enough to be in a histogram only. */
export function longestLatency({ accounts: { cells } }: PhbBooks): number {
  let longest = 0;
  for (let account = 0; account < cells.length; account += ACCOUNT_CELLS) {
    longest = Math.max(longest, cells[account + MAX_CELL], cells[account + MAX_CELL + 1]);
  }
  return longest;
}

/** Whether all sums came out exact: beyond, the order of adding decides about the last digits. */
export function areExact({ accounts: { cells, parts } }: PhbBooks): boolean {
  return [cells, ...parts].every((sums) => sums.every((sum) => sum <= Number.MAX_SAFE_INTEGER));
}

/** Without software a PE freezes once, by the fault that is found first; of equal ones by the first. */
function mergeFreezes(all: readonly ShiftedBooks[]): PhbBooks['freezes'] {
  const first = new Map<number, FreezeRecord>();
  for (const { books, shiftCycles } of all) {
    for (const record of books.freezes.list) {
      const cycle = record.cycle + shiftCycles;
      if (cycle < (first.get(record.pe)?.cycle ?? Infinity)) {
        first.set(record.pe, { ...record, cycle });
      }
    }
  }
  const list = [...first.values()].sort((a, b) => a.cycle - b.cycle || a.pe - b.pe);
  return { list, count: list.length };
}

function mergeFaults(all: readonly ShiftedBooks[]): PhbBooks['firstFaults'] {
  const merged: PhbBooks['firstFaults'] = [];
  for (const { books } of all) {
    books.firstFaults.forEach((fault, outcome) => {
      merged[outcome] ??= fault;
    });
  }
  return merged;
}

function mergeAccounts(some: AccountSums, more: AccountSums): AccountSums {
  const cells = added(some.cells, more.cells);
  for (let account = 0; account < cells.length; account += ACCOUNT_CELLS) {
    for (let cell = account + MAX_CELL; cell < account + MAX_CELL + 2; cell += 1) {
      cells[cell] = Math.max(some.cells[cell] ?? 0, more.cells[cell] ?? 0);
    }
  }
  return {
    cells,
    latencies: allAdded(some.latencies, more.latencies),
    parts: allAdded(some.parts, more.parts),
    partsMax: some.partsMax.map((most, part) => Math.max(most, more.partsMax[part])),
  };
}

/** Adds rows of counts, of which one may have more. */
function allAdded(some: readonly Float64Array[], more: readonly Float64Array[]): Float64Array[] {
  const none = new Float64Array(0);
  const length = Math.max(some.length, more.length);
  return Array.from({ length }, (_, at) => added(some[at] ?? none, more[at] ?? none));
}

/** Adds counts, of which one may have more. */
function added(some: Float64Array, more: Float64Array): Float64Array<ArrayBuffer> {
  const [short, long] = some.length < more.length ? [some, more] : [more, some];
  const sum = long.slice();
  for (let at = 0; at < short.length; at += 1) sum[at] += short[at];
  return sum;
}
