/**
 * One DMA window of a container: its slot, its place on the bus, its table and what the process pays for
 * it. Where TVE select is GTE4GB, the second window begins at 4 GiB and its table at 0: it owns TCEs for
 * the 4 GiB that it never serves (Linux patch "powerpc/powernv/phb4: Add 4GB IOMMU bypass mode", v2,
 * 2020-03-23, kvm mailing list; not merged).
 */
import { secondWindowStart, type TveSelect } from '../../address.ts';
import { log2Exact } from '../../bits.ts';
import type { DmaWindowTable } from '../../firmware/opal.ts';
import type { FlatView } from '../../table/flat-view.ts';
import type { TceTable } from '../../table/tce-table.ts';

/** Bus addresses below this are DMA. */
const BUS_ADDRESS_LIMIT = 1n << 60n;

/** Where the window of a slot lies on the bus. */
export interface WindowPlace {
  readonly start: bigint;
  /** First bus address that is another window's for certain. */
  readonly limit: bigint;
  /** Bus address of the table's first entry, at or in front of the window's start. */
  readonly tableStart: bigint;
}

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

/** The place of a slot's window; the slot alone decides it. */
export function placeOf(slot: number, select: TveSelect): WindowPlace {
  const second = secondWindowStart(select);
  if (slot === 0) return { start: 0n, limit: second, tableStart: 0n };
  const tableStart = select === 'bit59' ? second : 0n;
  return { start: second, limit: BUS_ADDRESS_LIMIT, tableStart };
}

/** Bytes that the table of such a window must reach: a power of two, if the window is one. */
export function tableBytesOf(place: WindowPlace, windowBytes: bigint): bigint {
  const offset = place.start - place.tableStart;
  if (offset === 0n || Number.isNaN(log2Exact(windowBytes))) return windowBytes;
  return windowBytes > offset ? 2n * windowBytes : 2n * offset;
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
