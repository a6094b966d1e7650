/** What a PHB needs before its first item comes: its memory, and what is put into it. */
import { allocateMemory, PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import type { Dump } from '../tables/dump.ts';
import type { StartState } from './host.ts';
import type { PhbMemory } from './phb-replay.ts';
import type { OnceOptions } from './terms.ts';

/** A PHB's memory with so many bytes of addresses, tables of the user's dump in it if there is one. */
export function preparePhb(
  phb: number,
  memoryBytes: number,
  options: Pick<OnceOptions, 'touched' | 'timeline' | 'nextUses' | 'tables'>,
): PhbMemory {
  const memory = allocateMemory(memoryBytes);
  const { tables, timeline } = options;
  const touched = options.touched.get(phb);
  const nextUses = options.nextUses?.get(phb);
  return {
    phb,
    memory,
    ...(tables && { start: putTables(tables, phb, memory) }),
    ...(touched && { touched }),
    ...(timeline && { timeline }),
    ...(nextUses && { nextUses }),
  };
}

/** Puts a PHB's tables where they were, and says what stands in its TVT. */
function putTables(tables: Dump, phb: number, shared: SharedMemory): StartState {
  const memory = new PhysicalMemory(shared);
  for (const [address, word] of tables.wordsOf(phb)) memory.write(address, word);
  return { tves: tables.tvesOf(phb), end: tables.end };
}
