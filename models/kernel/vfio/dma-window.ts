/** One DMA window of a container: its slot, its place on the bus, its table and what the process pays for it. */
import type { DmaWindowTable } from '../../firmware/opal.ts';
import type { FlatView } from '../../table/flat-view.ts';
import type { TceTable } from '../../table/tce-table.ts';
import type { WindowPlace } from '../group/window-place.ts';

/** A window that exists. */
export interface DmaWindow {
  readonly slot: number;
  readonly place: WindowPlace;
  /** What CREATE asked for; the table's geometry says what it spans. */
  readonly requestedBytes: bigint;
  readonly table: TceTable;
  /** Userspace addresses of the TCEs, where the driver keeps them as an array. */
  readonly view: FlatView | undefined;
  /** What the process is given back with the window: what it was charged, but for Linux 4.2 to 4.18. */
  readonly lockedBytes: bigint;
}

/** Bytes that a window spans, rounded up as its table is. */
export function effectiveBytes({ place, table }: Pick<DmaWindow, 'place' | 'table'>): bigint {
  return table.geometry.effectiveWindowBytes - (place.start - place.tableStart);
}

/** Whether a bus address lies in a window. */
export function contains(window: DmaWindow, address: bigint): boolean {
  const { start, limit } = window.place;
  return address >= start && address < limit && address - start < effectiveBytes(window);
}

/** Number of the table entry for a bus address in a window. */
export function entryOf({ place, table }: DmaWindow, address: bigint): number {
  return Number((address - place.tableStart) >> BigInt(table.geometry.pageShift));
}

/** A window's table in the words of the firmware. */
export function firmwareTable(table: TceTable): DmaWindowTable {
  const { levels, levelBytes, pageShift } = table.geometry;
  return { root: table.root, levels, levelBytes, pageShift };
}
