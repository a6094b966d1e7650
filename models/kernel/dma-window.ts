/** One DMA window of a container: its slot, its table and what the process pays for it. */
import { SECOND_WINDOW_BASE } from '../address.ts';
import type { DmaWindowTable } from '../firmware/opal.ts';
import type { TceTable } from '../table/tce-table.ts';

/** Bus address of each slot's window: bit 59 selects the PE's second TVE. */
const SLOT_STARTS = [0n, SECOND_WINDOW_BASE] as const;

/** A window that exists. */
export interface DmaWindow {
  readonly slot: number;
  /** What CREATE asked for; the table's geometry says what it spans. */
  readonly requestedBytes: bigint;
  readonly table: TceTable;
  /** Charged to the process, given back with the window. */
  readonly lockedBytes: bigint;
}

/** First bus address of a window; the slot alone decides it. */
export function startOf(slot: number): bigint {
  return SLOT_STARTS[slot];
}

/** Whether a bus address lies in a window, rounded up as its table is. */
export function contains(window: DmaWindow, address: bigint): boolean {
  const offset = address - startOf(window.slot);
  return offset >= 0n && offset < window.table.geometry.effectiveWindowBytes;
}

/** Number of the table entry for a bus address in a window. */
export function entryOf(window: DmaWindow, address: bigint): number {
  return Number((address - startOf(window.slot)) >> BigInt(window.table.geometry.pageShift));
}

/** A window's table in the words of the firmware. */
export function firmwareTable(table: TceTable): DmaWindowTable {
  const { levels, levelBytes, pageShift } = table.geometry;
  return { root: table.root, levels, levelBytes, pageShift };
}
