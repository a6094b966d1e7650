/**
 * Which TCE tables a host can still hold: for each IO page size and level count the largest window whose CREATE
 * finds its blocks, found by asking the allocator for them. Linux 4.19 and later take two blocks of the table's
 * order at once, the root of the hardware's tree and that of its mirror, in a request that may not wait.
 */
import type { BlockAllocator } from '../../models/memory/buddy.ts';
import {
  isRefused,
  TABLE_LEVELS_MAX,
  type TableGeometry,
  tableGeometry,
} from '../../models/table/geometry.ts';

/** Log2 of the windows asked for: 2 GiB, the default, to 64 TiB. */
export const WINDOW_SHIFT_MIN = 31;
export const WINDOW_SHIFT_MAX = 46;

/** The best that one page size and level count can have. */
export interface HeldTable {
  readonly pageShift: number;
  readonly levels: number;
  /** The largest window; undefined if there is none. */
  readonly window: { readonly bytes: bigint; readonly geometry: TableGeometry } | undefined;
  /** Why there is no larger one: the kernel refuses the numbers, no block is free, or none was asked for. */
  readonly limit: 'EINVAL' | 'ENOMEM' | undefined;
  /** Whether, with ENOMEM, a block is large enough and it is the watermark that keeps it. */
  readonly isWatermark: boolean;
}

/** IO pages of these sizes with each level count, in that order. The allocator ends as it was. */
export function heldTables(
  allocator: BlockAllocator,
  basePageShift: number,
  pageShifts: readonly number[],
): HeldTable[] {
  return pageShifts.flatMap((pageShift) =>
    Array.from({ length: TABLE_LEVELS_MAX }, (_, at) =>
      largestWindow(allocator, { pageShift, levels: at + 1, basePageShift }),
    ),
  );
}

/** Whether both roots of a table find their blocks; they are given back. */
function holdsRoots(allocator: BlockAllocator, order: number): boolean {
  const hardware = allocator.allocate(order, 'atomic');
  if (hardware === undefined) return false;
  const mirror = allocator.allocate(order, 'atomic');
  allocator.free(hardware, order);
  if (mirror !== undefined) allocator.free(mirror, order);
  return mirror !== undefined;
}

function largestWindow(
  allocator: BlockAllocator,
  shape: { readonly pageShift: number; readonly levels: number; readonly basePageShift: number },
): HeldTable {
  const { pageShift, levels } = shape;
  let limit: HeldTable['limit'];
  let isWatermark = false;
  for (let shift = WINDOW_SHIFT_MAX; shift >= WINDOW_SHIFT_MIN; shift -= 1) {
    const bytes = 1n << BigInt(shift);
    const geometry = tableGeometry({ ...shape, windowBytes: bytes });
    if (isRefused(geometry)) limit = 'EINVAL';
    else if (holdsRoots(allocator, geometry.order)) {
      return { pageShift, levels, window: { bytes, geometry }, limit, isWatermark };
    } else {
      limit = 'ENOMEM';
      isWatermark = allocator.lastFailure?.watermarkBytes !== undefined;
    }
  }
  return { pageShift, levels, window: undefined, limit, isWatermark };
}
