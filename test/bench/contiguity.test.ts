/** The contiguity study, small: what it answers is what the allocator and the tables do. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  askHosts,
  HOST_KINDS,
  obtainableBlocks,
  type StudyPlan,
  windowOutcomes,
} from '../../bench/contiguity-study.ts';
import { kindsInWords, studyTables } from '../../bench/contiguity-tables.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { isRefused, tableGeometry } from '../../models/table/geometry.ts';
import { isLevelFailure, TceTable } from '../../models/table/tce-table.ts';

const plan: StudyPlan = { seed: 's', hosts: 6, waitingEvery: 3, nodeBytes: 2 ** 30 };
const answersOf = (shift: number) => HOST_KINDS.map((kind) => askHosts(kind, shift, plan));
const answers = answersOf(16);

describe('the study', () => {
  test('is the same every time', () => {
    expect(answersOf(16)).toEqual(answers);
  });

  test('finds each kind of host more fragmented than the one before', () => {
    const indices = answers.map(({ unusable }) => unusable[7]);
    expect(indices).toEqual([...indices].sort((one, other) => one - other));
    expect(indices[0]).toBeLessThan(indices[3]);
    for (const { refusedAtomic } of answers) {
      expect(refusedAtomic).toEqual([...refusedAtomic].sort((one, other) => one - other));
    }
  });

  test('counts as refused the hosts that have no two blocks by the closed form', () => {
    for (const { obtainable, refusedAtomic } of answers) {
      const short = obtainable.map((blocks) => blocks.filter((count) => count < 2).length);
      expect(short).toEqual(refusedAtomic);
    }
  });

  test('leaves out what the numbers forbid, fails what no kernel can hold, and never a root of one page', () => {
    const outcomes = windowOutcomes(16, [31, 40], answers);
    const found = outcomes.map(({ windowShift, levels, order }) => [windowShift, levels, order]);
    // 3 levels reach 55 bits and are refused by their numbers; 1 TiB in one level is order 11.
    expect(found).toEqual([
      [31, 1, 2],
      [31, 2, 0],
      [40, 1, 11],
      [40, 2, 0],
    ]);
    expect(outcomes[2].createFailed).toEqual([6, 6, 6, 6]);
    expect(outcomes[3].createFailed).toEqual([0, 0, 0, 0]);
    // Two roots and 2 * 2048 leaves.
    expect(outcomes[3].fullBlocks).toBe(4098);
  });

  test('prints a row for each window and level count', () => {
    const text = studyTables(plan, [answers]);
    expect(text).toContain('| 2G | 1 | 2 | 0 | 0 |');
    expect(text).toMatch(/^\| 64T \| 2 \| 2 \| .* \| 16\.0 GiB \| 6 \| 6 \| 6 \| 6 \|$/m);
  });
});

const cases = fc.record({
  freeBlocks: fc.array(fc.nat({ max: 6 }), { minLength: 13, maxLength: 13 }),
  minPages: fc.nat({ max: 3000 }),
  levels: fc.integer({ min: 1, max: 3 }),
  windowShift: fc.integer({ min: 22, max: 30 }),
});

test('a window can be mapped in full exactly when the closed form says so', () => {
  let full = 0;
  let short = 0;
  fc.assert(
    fc.property(cases, ({ freeBlocks, minPages, levels, windowShift }) => {
      const blocks = freeBlocks.map((count, order) => (order > 5 ? count >> 3 : count));
      const watermark = { minPages, lowPages: minPages + (minPages >> 2), reservePages: 0 };
      const request = { pageShift: 12, levels, windowBytes: 1n << BigInt(windowShift) };
      const geometry = tableGeometry({ ...request, basePageShift: 12 });
      if (isRefused(geometry)) throw new Error(geometry.reason);
      const wanted = 2 * geometry.nodesPerLevel.reduce((sum, nodes) => sum + nodes, 0);
      const isEnough = obtainableBlocks(blocks, watermark, geometry.order) >= wanted;
      const allocator = new Buddy({ pageShift: 12, base: 0n, freeBlocks: blocks }, { watermark });
      const table = TceTable.create(geometry, {
        memory: new PhysicalMemory(allocateMemory(2 ** 25)),
        allocator,
        gfp: 'atomic',
        growth: 'onDemand',
        mirror: 'tree',
      });
      expect(isEnough).toBe(!isLevelFailure(table) && mapsInFull(table));
      if (isEnough) full += 1;
      else short += 1;
    }),
    { numRuns: 300, seed: 1 },
  );
  // Both ways were tried often enough to mean something.
  expect(Math.min(full, short)).toBeGreaterThan(40);
});

/** Sets the first entry of every leaf. */
function mapsInFull(table: TceTable): boolean {
  const { entriesPerLevel, tceCount } = table.geometry;
  for (let index = 0; index < tceCount; index += entriesPerLevel) {
    if (table.set(index, 3n) !== undefined) return false;
  }
  return true;
}

test('docs/contiguity.md shows the hosts that the study has', () => {
  const page = fileURLToPath(new URL('../../docs/contiguity.md', import.meta.url));
  expect(readFileSync(page, 'utf8')).toContain(kindsInWords());
});
