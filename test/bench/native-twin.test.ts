/**
 * The native twin (bench/native/twin.c) against the product: on random machines and traces, as far as the
 * twin covers them, both count the same to the last bucket. It stands for the same work only as long as
 * they do. Without gcc there is no twin and nothing to compare.
 *
 * TWIN_CASES asks for more cases, TWIN_SEED for certain ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../bench/digest.ts';
import { DecodedTrace } from '../../bench/native/decoded-trace.ts';
import { buildTwin, runTwin } from '../../bench/native-twin.ts';
import type { Machine } from '../../sim/replay/machine.ts';
import { resolveScenario } from '../../sim/scenario/scenario.ts';
import { parseSetting } from '../../sim/scenario/settings.ts';
import type { TceUnitSetup } from '../../sim/unit/unit-parts.ts';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { Op } from '../../traces/format.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';

/** A unit from a module of its own is faster over millions of requests; here making it costs half a second. */
vi.mock('../../sim/replay/fresh-unit.ts', async () => {
  const { createTceUnit } = await import('../../sim/unit/tce-unit.ts');
  return { createFreshUnit: async (setup: TceUnitSetup) => createTceUnit(setup) };
});

const CASES = Number(process.env.TWIN_CASES ?? '200');
const SEED = process.env.TWIN_SEED === undefined ? undefined : Number(process.env.TWIN_SEED);
const FOLDER = mkdtempSync(join(tmpdir(), 'tcesim-twin-'));
const TWIN = buildTwin();

afterAll(() => rmSync(FOLDER, { recursive: true }));

if (TWIN === undefined) process.stderr.write('native twin: skipped, there is no gcc here\n');

/** A window, the levels of its table, and the kernel's pages that allow them. */
const WINDOWS = [
  ['64K', '64K:1G:levels=1'],
  ['64K', '4K:256M:levels=1'],
  ['64K', '64K:16G:levels=2'],
  ['64K', '4K:64G:levels=3'],
  ['64K', '2M:1T:levels=2'],
  ['4K', '4K:64M:levels=1'],
  ['4K', '4K:4G:levels=3'],
  ['4K', '4K:64G:levels=4'],
  ['4K', '64K:64G:levels=4'],
] as const;
const SECOND_WINDOW = 1n << 59n;
/** All windows reach so far. */
const REACH = 64 * 2 ** 20;
const MSI_32 = 0xffff_0000n;
const MSI_64 = 1n << 60n;

interface TwinRow {
  readonly phb: number;
  readonly device: number;
  readonly isMoved: boolean;
  readonly write: boolean;
  readonly length: number;
  readonly place: 'hot' | 'window' | 'second' | 'msi32' | 'msi64';
  readonly offset: number;
  readonly ns: number;
}

const row: fc.Arbitrary<TwinRow> = fc.record({
  phb: fc.constantFrom(0, 0, 0, 3),
  device: fc.integer({ min: 0, max: 5 }),
  isMoved: fc.integer({ min: 0, max: 99 }).map((share) => share === 0),
  write: fc.boolean(),
  length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20_000 })),
  place: fc.constantFrom('hot', 'hot', 'hot', 'window', 'window', 'second', 'msi32', 'msi64'),
  offset: fc.integer({ min: 0, max: REACH - 20_001 }),
  ns: fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 10, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.constantFrom(200_000_000, 600_000_000, 5_000_000_000) },
  ),
});

const pick = <Value extends string | number>(key: string, ...values: Value[]) =>
  fc.constantFrom(...values).map((value) => `${key}=${value}`);

/** Parameters of the unit around those of the preset. */
const settings = fc.tuple(
  pick('link.payloadBytes', 128, 256, 512),
  pick('link.readRequestBytes', 128, 512, 4096),
  pick('link.generation', 0, 1, 4, 5),
  pick('link.requestOverheadBytes', 0, 24),
  pick('credits.postedHeaders', 0, 1, 3, 128),
  pick('credits.postedData', 0, 32, 40, 2048),
  pick('credits.nonPostedHeaders', 0, 1, 5, 128),
  pick('rteCache.entries', 1, 2, 128),
  pick('rteCache.hitCycles', 0, 2),
  pick('tvt.readCycles', 0, 2),
  fc
    .constantFrom([1, 1], [8, 8], [16, 2], [64, 4], [1024, 4])
    .map(([entries, ways]) => [`tceCache.entries=${entries}`, `tceCache.ways=${ways}`]),
  pick('tceCache.hash', 'xor', 'plain'),
  pick('tceCache.replacement', 'lru', 'fifo'),
  pick('tceCache.lookupCycles', 0, 4),
  pick('tceCache.responseCycles', 0, 4),
  pick('tags.count', 1, 2, 7, 64),
  pick('tags.merge', 'none', 'entry', 'line'),
  pick('walkers.count', 0, 1, 3),
  pick('memory.readNs', 0, 200, 1000),
  pick('memory.cachedReadNs', 0, 120),
  pick('memory.cachedLines', 0, 4, 65_536),
  pick('memory.remoteShare', 0, 30, 100),
  pick('dma.readNs', 0, 300),
  pick('dma.writeNs', 0, 100),
  pick('dma.readEngines', 0, 1, 5, 64),
);

const twinCase = fc.record({
  window: fc.constantFrom(...WINDOWS),
  isSecond: fc.boolean(),
  settings,
  isPreset: fc.integer({ min: 0, max: 9 }).map((share) => share === 0),
  pace: fc.constantFrom(
    'trace',
    'interval:3',
    'interval:17.3',
    'closed:1',
    'closed:32',
    'closed:5,every:12.5',
    'closed:3,each:device',
  ),
  rows: fc.array(row, { minLength: 1, maxLength: 400, size: 'max' }),
});
type TwinCase = typeof twinCase extends fc.Arbitrary<infer Value> ? Value : never;

function machineOf({
  window: [pages, window],
  isSecond,
  settings: drawn,
  isPreset,
  pace,
}: TwinCase): Machine {
  const set = [`host.pages=${pages}`, 'host.ram=8G', ...(isPreset ? [] : drawn.flat())];
  return resolveScenario(
    {
      windows: isSecond ? [window, '64K:1G:levels=1'] : [window],
      map: 'touched',
      pace,
      settings: set.map(parseSetting),
    },
    'time',
  ).machine;
}

/** Writes the rows as a trace file. */
function writeTrace({ rows, isSecond }: TwinCase): string {
  const path = join(FOLDER, 'trace.arrow');
  const file = new OutputFile(path);
  const writer = new ArrowWriter(file, { clock: 'time', source: 'test', parameters: {} }, 'file');
  const buffer = new RowBuffer();
  let timeNs = 1_000_000_007n;
  const moved = new Set<number>();
  for (const { phb, device, isMoved, write, length, place, offset, ns } of rows) {
    timeNs += BigInt(ns);
    if (isMoved) moved.add(device);
    const pe = moved.has(device) ? 9 : 1 + (device >> 1);
    const address = addressOf(isSecond || place !== 'second' ? place : 'window', offset);
    const bytes = place.startsWith('msi') ? 4 : length;
    const op = write ? Op.write : Op.read;
    buffer.add({ op, timeNs, phb, rid: 0x100 + device, pe, length: bytes, address });
  }
  for (let batch = buffer.takeRest(); batch; batch = buffer.takeRest()) writer.write(batch);
  writer.finish();
  file.finish();
  return path;
}

function addressOf(place: TwinRow['place'], offset: number): bigint {
  switch (place) {
    case 'hot':
      return BigInt(offset % 200_000);
    case 'window':
      return BigInt(offset);
    case 'second':
      return SECOND_WINDOW + BigInt(offset);
    case 'msi32':
      return MSI_32 + BigInt(offset % 0xfff0);
    case 'msi64':
      return MSI_64 + BigInt(offset);
  }
}

/** A read waits for its data while interrupts alone go on for longer than the unit remembers. */
const READ_BEHIND_INTERRUPTS: TwinCase = {
  window: WINDOWS[0],
  isSecond: false,
  settings: [] as unknown as TwinCase['settings'],
  isPreset: true,
  pace: 'trace',
  rows: (['hot', 'msi64', 'msi64', 'msi32'] as const).map((place, at) => {
    const size = { length: 1, offset: 0, ns: at === 0 ? 0 : 200_000_000 };
    return { phb: 0, device: 0, isMoved: false, write: false, place, ...size };
  }),
};

describe.skipIf(TWIN === undefined)('native twin', () => {
  const twin = TWIN as string;

  it(`counts the same as the product in ${CASES} random cases`, { timeout: 600_000 }, async () => {
    const property = fc.asyncProperty(twinCase, async (drawn) => {
      const machine = machineOf(drawn);
      const trace = writeTrace(drawn);
      const decoded = await DecodedTrace.open(trace, machine);
      decoded.pass();
      const native = runTwin(twin, trace, machine, { passes: 1 });
      expect(native.digest).toBe(digestOf(decoded.outcomes()));
      expect(runTwin(twin, trace, machine, { passes: 'fused' }).digest).toBe(native.digest);
    });
    const seed = SEED === undefined ? {} : { seed: SEED };
    await fc.assert(property, { numRuns: CASES, examples: [[READ_BEHIND_INTERRUPTS]], ...seed });
  });
});

describe('digest', () => {
  const drawn: TwinCase = {
    window: WINDOWS[0],
    isSecond: false,
    settings: [] as unknown as TwinCase['settings'],
    isPreset: true,
    pace: 'trace',
    rows: [0, 70_000, 70_100].map((offset) => {
      return {
        phb: 0,
        device: 0,
        isMoved: false,
        write: true,
        length: 64,
        place: 'hot',
        offset,
        ns: 9,
      };
    }),
  };

  it('moves with every count of the outcome', async () => {
    const decoded = await DecodedTrace.open(writeTrace(drawn), machineOf(drawn));
    decoded.pass();
    const outcomes = decoded.outcomes();
    const [phb] = outcomes;
    const before = digestOf(outcomes);
    const { cells, latencies, parts, partsMax } = phb.accounts;
    const booked = [cells, ...latencies, ...parts, partsMax].filter((counts) => counts.length > 0);
    expect(booked.length).toBeGreaterThan(4);
    for (const counts of booked) {
      for (const at of [0, counts.length - 1]) {
        counts[at] += 1;
        expect(digestOf(outcomes)).not.toBe(before);
        counts[at] -= 1;
      }
    }
    expect(digestOf(outcomes)).toBe(before);
    for (const key of ['cycles', 'stalls', 'rteMisses', 'cachedReads', 'uncachedReads'] as const) {
      expect(digestOf([{ ...phb, [key]: phb[key] + 1 }])).not.toBe(before);
    }
  });
});
