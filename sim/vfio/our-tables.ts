/** The tables of a group as they stand in the simulated machine's memory, read as the PHB would. */
import { joinHalves, lowerHalf, upperHalf } from '../../models/bits.ts';
import { bigEndian, type PhysicalMemory } from '../../models/memory/physical.ts';
import { RUN_BYTES } from '../../models/table/entry-cells.ts';
import { nextTable, tcePermission } from '../../models/tce.ts';
import { decodeTve, type TranslatedTve } from '../../models/tve.ts';
import type { Leaf, TablePage } from '../tables/table-row.ts';

/** The blocks of a tree by address, and its leaves in bus order. */
export interface Tree {
  readonly pages: readonly TablePage[];
  readonly leaves: readonly Leaf[];
}

/** A leaf's TCE as it is to be told, from the bus address counted from the TVE's first. */
export type LeafWords = (busAddress: bigint, tce: bigint) => bigint;

/** The tree behind a TVE; nothing for a TVE that translates nothing. */
export function readTree(memory: PhysicalMemory, value: bigint, words: LeafWords): Tree {
  const tve = decodeTve(value);
  if (tve.kind !== 'translated') return { pages: [], leaves: [] };
  const pages: TablePage[] = [];
  const leaves: Leaf[] = [];
  const visit = (address: bigint, level: number, base: bigint): void => {
    const bytes = 2 ** tve.tableShift;
    const entries = presentEntries(memory, address, bytes);
    pages.push({ address, level, bytes, entries });
    for (const [index, tce] of entries) {
      const busAddress = base + (BigInt(index) << shiftOf(tve, level));
      if (level === 0) {
        const told = words(busAddress, tce);
        entries.set(index, told);
        leaves.push({ busAddress, tce: told });
      } else if (tcePermission(tce) !== 0) visit(nextTable(tce), level - 1, busAddress);
    }
  };
  visit(tve.root, tve.levels - 1, 0n);
  pages.sort((one, two) => (one.address < two.address ? -1 : 1));
  return { pages, leaves };
}

/** Bus address bits below the index of a level. */
function shiftOf(tve: TranslatedTve, level: number): bigint {
  return BigInt(tve.pageShift + level * tve.indexBits);
}

function presentEntries(memory: PhysicalMemory, address: bigint, bytes: number) {
  const entries = new Map<number, bigint>();
  const { cells } = memory;
  for (let offset = 0; offset < bytes; offset += RUN_BYTES) {
    const from = address + BigInt(offset);
    const first = memory.find(upperHalf(from), lowerHalf(from));
    for (let at = first; at < first + RUN_BYTES / 4; at += 2) {
      if ((cells[at] | cells[at + 1]) === 0) continue;
      const tce = joinHalves(bigEndian(cells[at]), bigEndian(cells[at + 1]));
      entries.set((offset + (at - first) * 4) / 8, tce);
    }
  }
  return entries;
}
