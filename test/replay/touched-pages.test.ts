/** The pages that a trace touches, and the runs in which they are mapped. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageBits } from '../../sim/replay/page-bits.ts';
import { PageRuns } from '../../sim/replay/page-runs.ts';
import { TouchedPages, type TouchedWindows } from '../../sim/replay/touched-pages.ts';
import { Op } from '../../traces/format.ts';
import { RowBuffer, type TraceRow } from '../../traces/row-buffer.ts';

const PAGE_BYTES = 65_536;
/** Of a window of 64K pages. */
const WINDOW_PAGES = 2 ** 24;
const SECOND = 1n << 59n;

type Run = [first: number, pages: number];

function runsOf(bits: PageBits, pagesMax = Number.POSITIVE_INFINITY): Run[] {
  const runs = new PageRuns(bits.blocks(), pagesMax);
  const found: Run[] = [];
  while (runs.turn()) found.push([runs.first, runs.pages]);
  return found;
}

function bitsOf(pages: Iterable<number>): PageBits {
  const bits = new PageBits();
  for (const page of pages) bits.set(page);
  return bits;
}

/** As PageRuns, from the pages one by one. */
function plainRuns(pages: Iterable<number>, pagesMax: number): Run[] {
  const runs: Run[] = [];
  for (const page of [...new Set(pages)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page && last[1] < pagesMax) last[1] += 1;
    else runs.push([page, 1]);
  }
  return runs;
}

describe('runs of pages', () => {
  test('are the pages of the set in rising order, neighbours together up to the longest run', () => {
    const stretches = fc.array(
      fc.record({
        // At the edges of words and blocks, and where no window ends any more.
        start: fc.oneof(
          fc.nat({ max: 70_000 }),
          fc.constantFrom(0, 31, 32, 8160, 8191, 8192, 16_383),
          fc.integer({ min: 2 ** 40 - 5, max: 2 ** 40 + 5 }),
        ),
        pages: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9000 })),
      }),
      { maxLength: 5 },
    );
    const longest = fc.constantFrom(1, 2, 7, 32, 1000, 32_768);
    fc.assert(
      fc.property(stretches, longest, (drawn, pagesMax) => {
        const pages = drawn.flatMap(({ start, pages: count }) =>
          Array.from({ length: count }, (_, at) => start + at),
        );
        const runs = runsOf(bitsOf(pages), pagesMax);
        // A quick look first: there can be thousands.
        const expected = plainRuns(pages, pagesMax);
        if (runs.join() !== expected.join()) expect(runs).toEqual(expected);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  test('of many blocks that came in any order are all there', () => {
    const pages = Array.from({ length: 5000 }, (_, at) => ((at * 7919) % 5000) * 8192 + (at % 64));
    expect(runsOf(bitsOf(pages))).toEqual(plainRuns(pages, 1));
  });

  test('of an empty set are none', () => {
    expect(runsOf(new PageBits())).toEqual([]);
  });
});

/** DMAs of 64 bytes unless a row says otherwise. */
function touchedBy(rows: readonly Partial<TraceRow>[], windows = 2): TouchedWindows {
  const buffer = new RowBuffer();
  for (const row of rows) buffer.add({ op: Op.read, length: 64, ...row });
  const plan = { pageShift: 16, bytes: BigInt(WINDOW_PAGES * PAGE_BYTES), levels: 2 };
  const touched = new TouchedPages(Array<typeof plan>(windows).fill(plan), 'bit59');
  for (let batch = buffer.takeRest(); batch; batch = buffer.takeRest()) touched.add(batch);
  return touched.windowsByPhb();
}

function pagesOf(windows: TouchedWindows) {
  return [...windows].map(([phb, each]) => [
    phb,
    each.map(({ pe, start, pages }) => {
      const runs = new PageRuns(pages, Number.POSITIVE_INFINITY);
      const found: Run[] = [];
      while (runs.turn()) found.push([runs.first, runs.pages]);
      return [pe, start, found];
    }),
  ]);
}

describe('the pages that a trace touches', () => {
  test('come by PHB, PE and window, whatever came first in the trace', () => {
    const rows = [
      { phb: 1, pe: 2, address: SECOND + 0x5_0000n },
      { phb: 1, pe: 2, address: 0x20_0000n },
      { phb: 0, pe: 9, address: 0x1_0000n },
      { phb: 1, pe: 1, address: 0x1_0000n, op: Op.write },
      { phb: 1, pe: 2, address: 0x21_0000n },
    ];
    expect(pagesOf(touchedBy(rows))).toEqual([
      [0, [[9, 0n, [[1, 1]]]]],
      [
        1,
        [
          [1, 0n, [[1, 1]]],
          [2, 0n, [[32, 2]]],
          [2, SECOND, [[5, 1]]],
        ],
      ],
    ]);
  });

  test('are all pages of a DMA, from the one of its first byte to that of its last', () => {
    const rows = [{ pe: 1, address: 0xffffn, length: 3 * PAGE_BYTES + 1 }];
    expect(pagesOf(touchedBy(rows))).toEqual([[0, [[1, 0n, [[0, 4]]]]]]);
    const less = [{ pe: 1, address: 0xffffn, length: 1 }];
    expect(pagesOf(touchedBy(less))).toEqual([[0, [[1, 0n, [[0, 1]]]]]]);
  });

  test('end with the window', () => {
    const end = BigInt(WINDOW_PAGES * PAGE_BYTES);
    const rows = [{ pe: 1, address: end - 1n, length: 2 * PAGE_BYTES }];
    expect(pagesOf(touchedBy(rows))).toEqual([[0, [[1, 0n, [[WINDOW_PAGES - 1, 1]]]]]]);
  });

  test('are none of a PE whose DMAs lie behind its windows, of MSIs, and of rows of software', () => {
    const rows = [
      { pe: 1, address: BigInt(WINDOW_PAGES * PAGE_BYTES) },
      { pe: 2, address: (1n << 60n) + 0x1_0000n },
      { pe: 3, address: 0x1_0000n, op: Op.map },
    ];
    expect(touchedBy(rows)).toEqual(new Map());
    expect(touchedBy([{ pe: 4, address: SECOND }], 1)).toEqual(new Map());
  });
});
