/**
 * The entries of a TCE table as cells of memory: big-endian words of 8 bytes, two cells each. Whoever counts
 * what entries point to is told of those that are overwritten or cleared.
 */
import { bigEndian } from '../memory/physical.ts';
import { TCE_PCI_READ_WRITE } from '../tce.ts';

/** Entries of an aligned 4 KiB lie side by side in `PhysicalMemory.cells`. */
export const RUN_BYTES = 4096;
const ENTRY_BYTES = 8;
const HALF = 2 ** 32;

/** Told of each mapped entry that is overwritten or cleared, with the real page it named. */
export interface EntryObserver {
  dropped(realPage: number): void;
}

/** Entries from a real address on that lie side by side. */
export function entriesUpToBoundary(address: number): number {
  return (RUN_BYTES - (address & (RUN_BYTES - 1))) / ENTRY_BYTES;
}

/** Zeroes entries. Writes only where something stands: a frame that nobody wrote must stay unborn. */
export function clearCells(
  cells: Int32Array,
  from: number,
  entries: number,
  dropped: EntryObserver | undefined,
): void {
  for (let at = from; at < from + 2 * entries; at += 2) {
    if ((cells[at] | cells[at + 1]) === 0) continue;
    if (dropped !== undefined) reportDropped(cells, at, dropped);
    cells[at] = 0;
    cells[at + 1] = 0;
  }
}

/** Tells of the mapped entry in a cell, if there is one, that it goes. */
export function reportDropped(cells: Int32Array, at: number, observer: EntryObserver): void {
  const lower = bigEndian(cells[at + 1]);
  if ((lower & TCE_PCI_READ_WRITE) === 0) return;
  observer.dropped((bigEndian(cells[at]) >>> 0) * HALF + ((lower & ~0xfff) >>> 0));
}
