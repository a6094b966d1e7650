/**
 * The unit against closed forms: what a pencil says of an unloaded request, of Little's law, of a link and of
 * a cache. Prints each with its deviation.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';
import { randomOf } from '../../traces/random.ts';
import { type Overrides, type RequestOptions, Rig, rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;
const REQUESTS = 40_000;
/** Leaf tables of the rig hold so many pages. */
const PAGES = 8192;
const FRONT_END = 1 + 2 + 4;

const printed: Record<string, { expected: number; measured: number; deviation: string }> = {};

function compare(name: string, expected: number, measured: number, tolerance: number): void {
  const deviation = measured / expected - 1;
  const percent = `${(100 * deviation).toFixed(3)} %`;
  printed[name] = { expected: rounded(expected), measured: rounded(measured), deviation: percent };
  expect(Math.abs(deviation), name).toBeLessThanOrEqual(tolerance);
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

afterAll(() => console.table(printed));

function closed(outstanding: number): Pacing {
  return { kind: 'closed', outstanding, everyPs: 0, each: 'phb' };
}

/** Replays requests to random pages, or to page 0 only; returns cycles and outcomes. */
function replay(
  overrides: Overrides,
  pacing: Pacing,
  options: RequestOptions & { pages?: number; requests?: number; levels?: number },
) {
  const { pages = 1, requests = REQUESTS, levels = 1, ...request } = options;
  const { rig } = rigWithWindow(levels, pages, overrides, pacing);
  const random = randomOf('closed forms');
  const list = Array.from({ length: requests }, (): [number, RequestOptions] => [
    Math.floor(random() * pages) * PAGE,
    request,
  ]);
  const before = rig.counts();
  rig.sendAll(list);
  const after = rig.counts();
  return {
    cycles: rig.unit.counts().cycles,
    outcome: (name: string) => after[name] - before[name],
    requests,
  };
}

/** A link on which 64 bytes of payload, 24 and 20 of overhead take whole cycles: 64 Gb/s at 1 GHz. */
const ROUND_LINK: Overrides = { link: { gbps: 64 } };

describe('an unloaded read', () => {
  it('that hits takes link, front end, data and link', () => {
    const { rig } = rigWithWindow(1, 1, ROUND_LINK);
    rig.send(0, { step: 5000 });
    const { latency } = rig.send(0, { step: 5000 });
    // 24 bytes up, 64 + 20 bytes down, 8 bytes a cycle.
    compare(
      'unloaded hit, cycles',
      Math.ceil(24 / 8) + FRONT_END + 1000 + 84 / 8 + 0.5,
      latency,
      0,
    );
  });

  it.each([
    1, 2, 3, 4, 5,
  ])('that misses adds a read and a response a level: %i levels', (levels) => {
    const cold = 200 + 8;
    const rig = new Rig(ROUND_LINK);
    rig.assign(0x100, 5);
    rig.window(5, levels, 1, 12, 12);
    // An address of no known class warms the RTE cache and nothing else.
    rig.send(2n << 60n, { write: true });
    const { latency } = rig.send(0, { step: 5000 });
    const expected = 3 + FRONT_END + levels * cold + 1000 + 11;
    compare(`unloaded miss of ${levels} levels, cycles`, expected, latency, 0);
  });
});

describe('throughput', () => {
  it('of misses is tags / walk', () => {
    for (const count of [1, 4, 16]) {
      const overrides = { tags: { count }, tceCache: { entries: 4, ways: 4 }, dma: { readNs: 0 } };
      const run = replay(overrides, closed(256), { pages: PAGES });
      const warm = 100 + 8;
      const cold = (PAGES / 16) * (200 - 100);
      const expected = (run.outcome('miss') * warm + cold) / count;
      compare(`${count} tags: cycles of all misses`, expected, run.cycles, 0.01);
    }
  });

  it('of misses is walkers / walk when walkers are fewer than tags', () => {
    for (const count of [1, 5]) {
      const overrides = {
        walkers: { count },
        tceCache: { entries: 4, ways: 4 },
        memory: { readNs: 231, cachedReadNs: 231 },
        dma: { readNs: 0 },
      };
      const run = replay(overrides, closed(256), { pages: PAGES });
      const expected = (run.outcome('miss') * (231 + 8)) / count;
      compare(`${count} walkers: cycles of all misses`, expected, run.cycles, 0.01);
    }
  });

  it('of outstanding hits is outstanding / latency', () => {
    for (const outstanding of [1, 7, 64]) {
      const run = replay({}, closed(outstanding), {});
      const expected = (REQUESTS * (FRONT_END + 1000)) / outstanding;
      compare(`${outstanding} outstanding: cycles of all hits`, expected, run.cycles, 0.01);
    }
  });

  it('of reads is lines of 128 bytes in flight / time of a line', () => {
    const overrides = { dma: { readNs: 400, readEngines: 100 } };
    const run = replay(overrides, closed(256), { bytes: 512 });
    const gbps = (REQUESTS * 512 * 8) / run.cycles;
    compare('100 read engines of 400 ns, Gb/s', (100 * 128 * 8) / 400, gbps, 0.01);
  });

  it('of writes is the rate of the link, headers included, to the last digit', () => {
    for (const [name, link, expected] of [
      ['200 Gb/s', { gbps: 200 }, 200],
      ['61.68 Gb/s', { gbps: 61.68 }, 61.68],
      ['Gen3 x8', { generation: 3, width: 8 }, (8 * 8 * 128) / 130],
      ['Gen4 x16', { generation: 4, width: 16 }, (16 * 16 * 128) / 130],
      ['Gen5 x8', { generation: 5, width: 8 }, (32 * 8 * 128) / 130],
    ] as const) {
      const overrides = { unit: { clockMHz: 2000 }, link: { payloadBytes: 256, ...link } };
      // Of 200 Gb/s a 1542-byte packet takes 61.68 ns: the clock's edges must not round that.
      const run = replay(overrides, closed(512), { bytes: 1542, write: true });
      const wireBytes = REQUESTS * (1542 + 7 * 24);
      compare(`link of ${name}`, expected, (wireBytes * 8 * 2) / run.cycles, 0.0005);
    }
  });

  it('of reads is the rate of the link back', () => {
    const overrides = { link: { gbps: 200, payloadBytes: 256 }, dma: { readNs: 300 } };
    const run = replay(overrides, closed(512), { bytes: 4096 });
    const wireBytes = REQUESTS * (4096 + 16 * 20);
    compare('link of 200 Gb/s, read data', 200, (wireBytes * 8) / run.cycles, 0.0005);
  });
});

describe('a cache of E entries under uniform random pages', () => {
  it.each([
    { entries: 1024, ways: 4, pages: 4096 },
    { entries: 512, ways: 8, pages: 640 },
    { entries: 64, ways: 64, pages: 1000 },
  ])('hits E / P of the time: $entries of $pages', ({ entries, ways, pages }) => {
    const overrides: Overrides = { tceCache: { entries, ways }, memory: { cachedLines: 0 } };
    const timed: Pacing = { kind: 'interval', ps: 5_000_000 };
    const requests = ways === 64 ? 500_000 : 2_000_000;
    const run = replay(overrides, timed, { pages, requests, write: true });
    // The first `entries` misses fill the cache.
    const measured = run.outcome('hit') / (requests - entries);
    compare(`hits of ${entries} entries, ${pages} pages`, entries / pages, measured, 0.005);
  });
});
