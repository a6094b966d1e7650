/** A window filled before any device runs is what MAP of one run of pages after the other makes of it. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12 } from '../../models/kernel/era.ts';
import { reportContainer } from '../../models/kernel/vfio/container-report.ts';
import { FRAME_BYTES } from '../../models/memory/physical.ts';
import { create, type HostOptions, map, outcome, TestHost, withMemory } from './vfio-host.ts';

const GiB = 1n << 30n;
const TiB = 1n << 40n;

/** The whole of the registered memory, from bus address 0 on. */
const RANGE = { processAddress: GiB, busAddress: 0n, bytes: GiB, read: true, write: true };

function hostWith(options: HostOptions, pageShift: number, levels: number): TestHost {
  const host = withMemory(new TestHost(options).attachWithoutDefault());
  create(host, 4n * GiB, pageShift, levels);
  return host;
}

/** All that can be seen of a host: its tables, its free memory, and what its containers report. */
function sightOf({ container, memory, buddy, regions }: TestHost) {
  return {
    words: createHash('sha256')
      .update(memory.cells.subarray(0, (memory.touchedBytes + FRAME_BYTES) / 4))
      .digest('hex'),
    free: buddy.freeBlocks,
    failures: buddy.failureCount,
    mapped: regions.all.map(({ mappedEntries }) => mappedEntries),
    report: reportContainer(container),
  };
}

const drawnHost = fc.record({
  era: fc.constantFrom(ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12),
  basePageShift: fc.constantFrom(12, 16),
  pageShift: fc.constantFrom(12, 16, 21),
  levels: fc.integer({ min: 1, max: 4 }),
  /** Free blocks of a page, or a TiB. */
  free: fc.option(fc.integer({ min: 2, max: 20 }), { freq: 3 }),
});

/** Runs as shares of the range, in any order, that may overlap. */
const drawnRuns = fc.array(
  fc.record({ at: fc.nat({ max: 999 }), pages: fc.integer({ min: 1, max: 3000 }) }),
  { maxLength: 30 },
);

describe('a window that is filled', () => {
  test('looks as after one MAP a run, where blocks run out in the middle, too', () => {
    const answers = new Map<string, number>();
    fc.assert(
      fc.property(drawnHost, drawnRuns, ({ pageShift, levels, free, ...options }, program) => {
        const orders = options.basePageShift === 12 ? 13 : 9;
        const freeBlocks = [free ?? 0, ...new Array<number>(orders - 1).fill(0)];
        const all = { ...options, ...(free !== null && { freeBlocks }) };
        const filled = hostWith(all, pageShift, levels);
        const mapped = hostWith(all, pageShift, levels);
        const fill = filled.container.fill(RANGE);
        if (fill === undefined) return;
        const pagesInAll = 2 ** (30 - pageShift);
        for (const { at, pages } of program) {
          const page = Math.floor((at / 1000) * pagesInAll);
          const count = Math.min(pages, pagesInAll - page);
          const offset = BigInt(page) << BigInt(pageShift);
          const one = fill.map(page, count);
          const bytes = BigInt(count) << BigInt(pageShift);
          const other = map(mapped, offset, bytes, { processAddress: GiB + offset });
          expect(outcome(one)).toBe(outcome(other));
          if (outcome(one) !== 'ok') expect(one).toEqual(other);
          answers.set(outcome(one), (answers.get(outcome(one)) ?? 0) + 1);
        }
        expect(sightOf(filled)).toEqual(sightOf(mapped));
      }),
      { numRuns: 150, seed: 5 },
    );
    // What the kernels call a level without a block.
    expect([...answers.keys()].sort()).toEqual(['ENOMEM', 'EPERM', 'ok']);
  });

  test('kills nothing', () => {
    const host = hostWith({}, 16, 2);
    const before = host.phb.kills.length;
    host.container.fill(RANGE)?.map(0, 16_384);
    expect(host.phb.kills).toHaveLength(before);
  });
});

describe('a window cannot be filled', () => {
  test.each([
    ['where there is none', { busAddress: 8n * TiB }],
    ['up to an address behind it', { busAddress: 3n * GiB + 65_536n }],
    ['from the middle of a page', { busAddress: 4096n }],
    ['with memory that is not registered', { processAddress: 0n }],
    ['with memory that is registered in part', { processAddress: 2n * GiB - 65_536n }],
    ['with pages that may not be written', { write: false }],
  ])('%s', (_what, part) => {
    const host = hostWith({}, 16, 2);
    expect(host.container.fill(RANGE)?.pages).toBe(16_384);
    expect(host.container.fill({ ...RANGE, ...part })).toBeUndefined();
  });

  test('by a v1 container, which pins page by page', () => {
    const host = new TestHost({ type: 'v1' });
    host.container.attach(host.group);
    host.addMemory(GiB, GiB);
    host.container.enable();
    expect(host.container.fill(RANGE)).toBeUndefined();
  });
});
