/** What a PHB needs before its first item comes: its memory, and what stands in it. */
import { allocateMemory, PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import type { Dump } from '../tables/dump.ts';
import type { StartState } from './host.ts';
import type { PhbMemory } from './phb-replay.ts';
import type { OnceOptions } from './terms.ts';

/** A PHB's memory with so many bytes of addresses, tables of the user's dump in it if there is one. */
export function preparePhb(
  phb: number,
  memoryBytes: number,
  { requests, nextUses, tables }: Pick<OnceOptions, 'requests' | 'nextUses' | 'tables'>,
): PhbMemory {
  const memory = allocateMemory(memoryBytes);
  const log = requests?.addPart(phb);
  const uses = nextUses?.get(phb);
  return {
    phb,
    memory,
    ...(tables && { start: putTables(tables, phb, memory) }),
    ...(log && { log }),
    ...(uses && { nextUses: uses }),
  };
}

/** Puts a PHB's tables where they were, and says what stands in its TVT. */
function putTables(tables: Dump, phb: number, shared: SharedMemory): StartState {
  const memory = new PhysicalMemory(shared);
  for (const [address, word] of tables.wordsOf(phb)) memory.write(address, word);
  return { tves: tables.tvesOf(phb), end: tables.end };
}
