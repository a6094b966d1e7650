/**
 * Where the window of a slot lies on the bus. Where TVE select is GTE4GB, the second window begins at 4 GiB
 * and its table at 0: it owns TCEs for the 4 GiB that it never serves (Linux patch "powerpc/powernv/phb4:
 * Add 4GB IOMMU bypass mode", v2, 2020-03-23, kvm mailing list; not merged).
 */
import { secondWindowStart, type TveSelect } from '../../address.ts';
import { log2Exact } from '../../bits.ts';

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
