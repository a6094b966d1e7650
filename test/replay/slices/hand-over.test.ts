/** Slices with tiny warm-ups, whose guesses are often wrong, give what one thread gives. */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Op } from '../../../traces/format.ts';
import { workFolder } from '../../cli/command.ts';
import { configWith } from '../../oracle/draw-config.ts';
import { SEED_LIMIT, wholeOf } from '../../oracle/settings.ts';
import { inOneThread, inSlices, type SliceCase, sliceCase, writeTrace } from './case.ts';

const path = workFolder();
const CASES = wholeOf(process.env, 'SLICE_CASES', 30, 1e9) ?? 60;
const SEED = wholeOf(process.env, 'SLICE_SEED', -SEED_LIMIT, SEED_LIMIT - 1) ?? 1;

/** Replays a case both ways and compares; answers what the slices had to do for it. */
async function compare({ dmas, ...each }: SliceCase) {
  writeTrace(path('trace.arrow'), dmas, 23);
  return compareOn(path('trace.arrow'), each);
}

/** The same with a trace that stands in a file. */
async function compareOn(file: string, each: Omit<SliceCase, 'dmas'>) {
  const alone = await inOneThread(file, each.machine);
  const { result, intervals, again } = await inSlices(file, each);
  const { books, software, phb, rows, dmas: count, rerun } = result;
  const together = { outcome: { phb, ...books, ...software }, rows, dmas: count };
  // The histograms are long, and Vitest takes its time to compare them.
  if (!isDeepStrictEqual(together, alone)) expect(together).toEqual(alone);
  return { intervals, again, rerun };
}

test(
  'any trace on any unit gives the same books in slices as in one thread',
  async () => {
    const seen = { slices: 0, rightAtOnce: 0, rightLater: 0, neverRight: 0 };
    await fc.assert(
      fc.asyncProperty(sliceCase, async (each) => {
        const { intervals, again, rerun } = await compare(each);
        seen.slices += each.slices - 1;
        seen.rightAtOnce += each.slices - 1 - rerun;
        if (rerun > 0 && again < intervals) seen.rightLater += 1;
        if (rerun > 0 && again === intervals) seen.neverRight += 1;
      }),
      { numRuns: CASES, seed: SEED, endOnFailure: true },
    );
    // Every way of handing over was taken, or nothing was tried.
    expect(seen.rightAtOnce).toBeGreaterThan(CASES / 10);
    expect(seen.rightLater).toBeGreaterThan(CASES / 10);
    expect(seen.neverRight).toBeGreaterThan(CASES / 10);
  },
  10 * CASES * 1000,
);

const PAGE = 65_536n;
/** A ring of so many pages, a write to each in turn. */
function ring(rows: number, pages: number, stepNs: number): SliceCase['dmas'] {
  return Array.from({ length: rows }, (_, row) => ({
    stepNs,
    isWrite: true,
    rid: 0x100,
    pe: 1,
    address: BigInt(row % pages) * PAGE,
    bytes: 64,
  }));
}

/** A PHB4 with a window of 256 pages, paced by the trace. */
function machineOf(over: Parameters<typeof configWith>[0]): SliceCase['machine'] {
  return {
    phb: 'phb4',
    firmware: 'post2021',
    ioda: 'ioda3',
    config: configWith(over),
    host: { kernel: '5.17', basePageShift: 16, ramBytes: 1n << 36n },
    windows: [{ pageShift: 16, bytes: 256n * PAGE, levels: 1 }],
    map: 'all',
    pacing: { kind: 'trace' },
    seed: 'slices',
  };
}

const SIZES = { stride: 1000, skimmedRows: 0, warmUpRows: 100, intervalRows: 20 };

test('a warm-up that goes once round the ring guesses right, a shorter one does not', async () => {
  const machine = machineOf({ memory: { cachedLines: 64 } });
  const once = { machine, dmas: ring(1200, 48, 100), slices: 3 };
  const right = await compare({ ...once, sizes: SIZES });
  expect(right).toMatchObject({ rerun: 0, again: 0 });
  const wrong = await compare({ ...once, sizes: { ...SIZES, warmUpRows: 10 } });
  expect(wrong.rerun).toBe(2);
  expect(wrong.again).toBeLessThan(wrong.intervals);
});

test('rows further back that are skimmed do for a short warm-up', async () => {
  const machine = machineOf({ memory: { cachedLines: 64 }, tceCache: { entries: 64, ways: 4 } });
  const sizes = { stride: 1000, skimmedRows: 300, warmUpRows: 12, intervalRows: 20 };
  const once = { machine, dmas: ring(1200, 100, 1000), slices: 3 };
  expect(await compare({ ...once, sizes })).toMatchObject({ rerun: 0 });
  expect((await compare({ ...once, sizes: { ...sizes, skimmedRows: 0 } })).rerun).toBe(2);
});

test('of rows far back a sample does, for lines of tables that nobody has read since', async () => {
  const machine = machineOf({ memory: { cachedLines: 64 }, tceCache: { entries: 1, ways: 1 } });
  // The first 400 rows go through 100 pages, on seven lines; from then on one page is used.
  const dmas = ring(1200, 100, 1000).map((dma, row) => (row < 400 ? dma : { ...dma, address: 0n }));
  const sizes = { stride: 4, skimmedRows: 50, warmUpRows: 50, intervalRows: 20 };
  expect(await compare({ machine, dmas, slices: 3, sizes })).toMatchObject({ rerun: 0 });
});

test('a unit that falls half a second behind is replayed by one slice to the end', async () => {
  // A miss takes 500000 cycles, with one tag one after the other: 1100 of them are 2^29. The guesses
  // are right, and the last slice falls behind all the same.
  const machine = machineOf({
    tags: { count: 1, merge: 'none' },
    tceCache: { entries: 4, ways: 4 },
    memory: { readNs: 1_000_000, cachedLines: 0 },
    credits: { postedHeaders: 0, postedData: 0, nonPostedHeaders: 0 },
  });
  const dmas = [...ring(3000, 48, 2_000_000), ...ring(1300, 48, 1)];
  const late = { machine, dmas, slices: 3, sizes: SIZES };
  const onTime = { ...late, dmas: ring(4300, 48, 2_000_000) };
  expect(await compare(onTime)).toMatchObject({ rerun: 0 });
  expect(await compare(late)).toMatchObject({ rerun: 2 });
  const { outcome } = await inOneThread(path('trace.arrow'), machine);
  expect(outcome.stalls).toBeGreaterThan(0);
});

test('a trace that names no PEs has the same ones in every slice', async () => {
  // Numbers follow the first rows: who began to count further back would give others.
  const ridOf = (row: number) => 0x103 - (row < 30 ? 0 : row % 3);
  const parts = Array.from({ length: 12 }, (_, part) => {
    const rows = Array.from({ length: 100 }, (_row, index) => 100 * part + index);
    return tableFromArrays({
      time_ns: BigUint64Array.from(rows, (row) => BigInt(row) * 1000n),
      op: Uint8Array.from(rows, () => Op.write),
      rid: Uint16Array.from(rows, ridOf),
      length: Uint32Array.from(rows, () => 64),
      address: BigUint64Array.from(rows, (row) => BigInt(row % 16) * PAGE),
    });
  });
  const file = path('nameless.arrow');
  writeFileSync(file, tableToIPC(parts[0].concat(...parts.slice(1)), 'stream'));
  const { rerun } = await compareOn(file, { machine: machineOf({}), slices: 3, sizes: SIZES });
  expect(rerun).toBe(0);
});
