/**
 * The memory in which a hypervisor keeps its partitions' TCE tables: blocks of any power of two bytes,
 * each on a multiple of its size. What PowerVM does here is not published; it sets tables aside when a
 * partition is made, so that they never fail for want of contiguous memory. Freed blocks are used again
 * by requests of the same size only.
 */
import type { AllocationFailure, BlockAllocator } from '../memory/buddy.ts';

/** Where tables begin when nobody says otherwise: above the memory of any machine modelled here. */
const BASE = 1n << 45n;
/** Blocks are counted in pages of 4 KiB. */
export const TABLE_PAGE_SHIFT = 12;
/** A table of 2^31 TCEs: the largest block that QEMU names, and more than any window modelled here. */
const ORDER_MAX = 34 - TABLE_PAGE_SHIFT;

export class TableMemory implements BlockAllocator {
  private readonly end: bigint;
  private next: bigint;
  private readonly freed = new Map<number, bigint[]>();
  private failed: AllocationFailure | undefined;
  private live = 0n;

  /** `bytes` from `base` on; without a size it never runs out. */
  constructor(base = BASE, bytes = 1n << 45n) {
    this.next = base;
    this.end = base + bytes;
  }

  get lastFailure(): AllocationFailure | undefined {
    return this.failed;
  }

  /** Bytes of the tables that exist. */
  get usedBytes(): bigint {
    return this.live;
  }

  allocate(order: number): bigint | undefined {
    const bytes = 1n << BigInt(order + TABLE_PAGE_SHIFT);
    const again = this.freed.get(order)?.pop();
    const address = again ?? ((this.next + bytes - 1n) / bytes) * bytes;
    if (order > ORDER_MAX || (again === undefined && address + bytes > this.end)) {
      this.failed = {
        order,
        bytes,
        largestFreeOrder: -1,
        orderMax: ORDER_MAX,
        freeBytes: this.end - this.next,
      };
      return undefined;
    }
    if (again === undefined) this.next = address + bytes;
    this.live += bytes;
    return address;
  }

  free(address: bigint, order: number): void {
    const blocks = this.freed.get(order) ?? [];
    blocks.push(address);
    this.freed.set(order, blocks);
    this.live -= 1n << BigInt(order + TABLE_PAGE_SHIFT);
  }
}
