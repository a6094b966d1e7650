/**
 * Tables in simulated memory for cases that time the unit alone: a tree of 1 to 5 levels in which every page is
 * mapped. Nodes have 4 KiB; a table of one level has 64 KiB, for 512 pages would all stay in the TCE cache.
 * Above the two lowest levels there is one entry each.
 */
import type { PhysicalMemory } from '../models/memory/physical.ts';
import { encodeTranslated } from '../models/tve.ts';

export const PAGE_SHIFT = 16;
const ROOT = 0x1_0000_0000n;
const NODE_SHIFT = 12;
const SINGLE_LEVEL_SHIFT = 16;
const TCE_BYTES = 8;
const TCE_SHIFT = 3;
const READ_WRITE = 3n;

export interface FullTables {
  /** The TVE that points to them. */
  readonly tve: bigint;
  /** Pages that they map, from bus address 0 on. */
  readonly pages: number;
}

/** Writes tables of so many levels. */
export function writeFullTables(memory: PhysicalMemory, levels: number): FullTables {
  const tableShift = levels === 1 ? SINGLE_LEVEL_SHIFT : NODE_SHIFT;
  const entries = 2 ** (tableShift - TCE_SHIFT);
  const node = (number: number) => ROOT + (BigInt(number) << BigInt(tableShift));
  const point = (at: bigint, entry: number, to: bigint) =>
    memory.write(at + BigInt(entry * TCE_BYTES), to | READ_WRITE);
  const upper = levels - 1;
  for (let level = 0; level + 1 < upper; level += 1) point(node(level), 0, node(level + 1));
  const leaves = levels === 1 ? 1 : entries;
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    if (upper > 0) point(node(upper - 1), leaf, node(upper + leaf));
    for (let entry = 0; entry < entries; entry += 1) {
      point(node(upper + leaf), entry, BigInt(leaf * entries + entry) << BigInt(PAGE_SHIFT));
    }
  }
  const tve = encodeTranslated({ root: ROOT, levels, tableShift, pageShift: PAGE_SHIFT });
  return { tve, pages: leaves * entries };
}
