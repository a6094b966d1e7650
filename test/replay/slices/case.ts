/**
 * Traces and machines for slices: random DMA on small units, with everything that a hand-over has to carry.
 * `inOneThread` replays a trace as it is, `inSlices` in slices that take turns in this thread.
 */
import fc from 'fast-check';
import { secondWindowStart } from '../../../models/address.ts';
import { phb3 } from '../../../models/phb/phb3.ts';
import { phb4 } from '../../../models/phb/phb4.ts';
import { phb5 } from '../../../models/phb/phb5.ts';
import { configOf } from '../../../models/phb/spec.ts';
import type { Machine } from '../../../sim/replay/machine.ts';
import { type HandOver, handOver, type SliceRunner } from '../../../sim/replay/slices/hand-over.ts';
import { Slice } from '../../../sim/replay/slices/slice.ts';
import { planSlices, type SliceSizes } from '../../../sim/replay/slices/slice-plan.ts';
import { replaySolo } from '../../../sim/replay/solo-replay.ts';
import { ArrowTrace } from '../../../traces/arrow/reader.ts';
import { countRows } from '../../../traces/arrow/row-count.ts';
import { ArrowWriter } from '../../../traces/arrow/writer.ts';
import { Op, type TraceBatch } from '../../../traces/format.ts';
import { openSource } from '../../../traces/open-file.ts';
import { OutputFile } from '../../../traces/output-file.ts';
import { drawnConfig, drawnPacing } from '../../oracle/draw-config.ts';

const MEMORY_BYTES = 2 ** 26;
const PAGE_BYTES = 65_536;
/** Who does not watch. */
const NOBODY = { isStopped: () => false, onRows: () => {} };
/** Pages of each of the two windows that every PE has. */
const WINDOW_PAGES = 256;

/** One DMA of a trace. */
export interface Dma {
  readonly stepNs: number;
  readonly isWrite: boolean;
  readonly rid: number;
  readonly pe: number;
  readonly address: bigint;
  readonly bytes: number;
}

/** The same, before it is known where the second window begins. */
interface DrawnDma extends Dma {
  readonly isInSecond: boolean;
}

export interface SliceCase {
  readonly machine: Machine;
  readonly dmas: readonly Dma[];
  readonly slices: number;
  readonly sizes: SliceSizes;
}

/** Where the DMAs of a stretch of a trace go. */
const page = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 5 }) },
  { weight: 4, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: WINDOW_PAGES - 1 }) },
);

/** PE 5 does not exist; a page behind the window is a fault, as is any without a map. */
const dma: fc.Arbitrary<DrawnDma> = fc
  .record({
    stepNs: fc.oneof(fc.constant(0), fc.nat({ max: 20 }), fc.nat({ max: 600 })),
    isWrite: fc.boolean(),
    isInSecond: fc.constantFrom(false, false, false, true),
    device: fc.oneof({ weight: 60, arbitrary: fc.nat({ max: 2 }) }, fc.constant(5)),
    page: fc.oneof({ weight: 80, arbitrary: page }, fc.constant(WINDOW_PAGES + 3)),
    offset: fc.nat({ max: 60 }),
    bytes: fc.oneof(fc.constant(64), fc.integer({ min: 1, max: 700 }), fc.constant(4096)),
  })
  .map(({ device, page: number, offset, ...rest }) => ({
    ...rest,
    rid: 0x100 + device,
    pe: device === 5 ? 5 : device + 1,
    address: BigInt(number * PAGE_BYTES + offset * 1024),
  }));

/** Faults are rare in most traces, or their PEs would be frozen from the beginning. */
const dmas = fc
  .record({
    list: fc.array(dma, { minLength: 60, maxLength: 400, size: 'max' }),
    hasFaults: fc.constantFrom(false, false, true),
    repeat: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ list, hasFaults, repeat }) => {
    const kept = hasFaults
      ? list
      : list.filter(({ pe, address }) => pe !== 5 && address < WINDOW_PAGES * PAGE_BYTES);
    return Array.from({ length: repeat }, () => kept).flat();
  });

const window = fc.constantFrom(1, 2, 3).map((levels) => ({
  pageShift: 16,
  bytes: BigInt(WINDOW_PAGES * PAGE_BYTES),
  levels,
}));

const machine: fc.Arbitrary<Machine> = fc
  .record({
    spec: fc.constantFrom(phb3, phb4, phb4, phb5),
    drawn: drawnConfig,
    pacing: drawnPacing,
    windows: fc.tuple(window, window),
    map: fc.constantFrom('all', 'all', 'all', 'none' as const),
  })
  .map(({ spec, drawn, pacing, windows, map }) => ({
    phb: spec.name,
    firmware: 'post2021',
    ioda: spec.ioda,
    config: { ...drawn, pageShifts: configOf(spec).pageShifts },
    host: { kernel: '5.17', basePageShift: 16, ramBytes: 1n << 36n },
    windows,
    map,
    pacing,
    seed: 'slices',
  }));

export const sliceCase: fc.Arbitrary<SliceCase> = fc
  .record({
    machine,
    dmas,
    slices: fc.integer({ min: 2, max: 4 }),
    sizes: fc.record({
      stride: fc.constantFrom(1, 4, 7),
      skimmedRows: fc.constantFrom(0, 20, 200),
      warmUpRows: fc.constantFrom(1, 4, 16, 60, 120),
      intervalRows: fc.constantFrom(1, 3, 10, 30),
    }),
  })
  .map((drawn) => {
    const second = secondWindowStart(drawn.machine.config.pe.tveSelect);
    const placed = drawn.dmas.map(({ isInSecond, address, ...rest }) => ({
      ...rest,
      address: isInSecond ? second + address : address,
    }));
    return { ...drawn, dmas: placed };
  });

/** Writes a trace in batches of a few rows. */
export function writeTrace(path: string, all: readonly Dma[], batchRows: number): void {
  const file = new OutputFile(path);
  const metadata = { clock: 'time', source: 'test', parameters: {} } as const;
  const writer = new ArrowWriter(file, metadata, 'file');
  let timeNs = 5_000_000_000n;
  for (let from = 0; from < all.length; from += batchRows) {
    const some = all.slice(from, from + batchRows);
    const times = some.map(({ stepNs }) => {
      timeNs += BigInt(stepNs);
      return timeNs;
    });
    writer.write(batchOf(some, times));
  }
  writer.finish();
  file.finish();
}

function batchOf(some: readonly Dma[], times: readonly bigint[]): TraceBatch {
  const words = (values: readonly bigint[]) => new Uint32Array(BigUint64Array.from(values).buffer);
  return {
    rows: some.length,
    timeNs: words(times),
    op: Uint8Array.from(some, ({ isWrite }) => (isWrite ? Op.write : Op.read)),
    phb: Uint8Array.from(some, () => 3),
    rid: Uint16Array.from(some, ({ rid }) => rid),
    pe: Uint16Array.from(some, ({ pe }) => pe),
    length: Uint32Array.from(some, ({ bytes }) => bytes),
    address: words(some.map(({ address }) => address)),
    value: words(some.map(() => 0n)),
  };
}

/** What one thread answers for the trace's one PHB. */
export async function inOneThread(path: string, machine: Machine) {
  const trace = new ArrowTrace(openSource(path));
  const { phbs, rows, dmas } = await replaySolo(trace, machine, NOBODY);
  const { nextUses: _nextUses, ...outcome } = phbs[0];
  return { outcome, rows, dmas };
}

/** The same in slices: all intervals of those that begin with a guess, and how many were replayed again. */
export async function inSlices(
  path: string,
  { machine, slices: wanted, sizes }: Omit<SliceCase, 'dmas'>,
): Promise<{ result: HandOver; intervals: number; again: number }> {
  const plans = planSlices(countRows(path)?.rows ?? 0, wanted, sizes);
  const slices: Slice[] = [];
  let again = 0;
  for (const plan of plans) {
    const task = { path, machine, plan, memoryBytes: MEMORY_BYTES };
    slices.push(await Slice.create(task, NOBODY));
  }
  const runners: SliceRunner[] = slices.map((slice) => ({
    report: async () => slice.report(),
    goOn: async (end) => {
      again += 1;
      return slice.goOn(end);
    },
    finish: async () => slice.finish(),
  }));
  const result = await handOver(runners, plans);
  for (const slice of slices) slice.close();
  const intervals = plans.slice(1).reduce((sum, { ends }) => sum + ends.length, 0);
  return { result, intervals, again };
}
