/**
 * Linux's page allocator for one memory node, after mm/page_alloc.c (5.17): blocks of 2^order pages,
 * a request takes the smallest free block that is large enough, halves go to the lower lists, freed
 * buddies merge. It answers as an atomic request is answered: no reclaim, no compaction, only the
 * free lists. Linux takes the block freed last; here it is the lowest address, so that a run repeats.
 * Left out: watermarks, zones, migration types and the per-processor lists.
 */
import { InputError } from '../input-error.ts';
import { FreeList } from './free-list.ts';

/** Largest order by page shift, inclusive: 16 MiB blocks (Kconfig ARCH_FORCE_MAX_ORDER, powerpc). */
const ORDER_MAX: Readonly<Record<number, number>> = { 12: 12, 16: 8 };

/** What could not be had, and what there was at that moment. */
export interface AllocationFailure {
  readonly order: number;
  readonly bytes: bigint;
  /** -1 when nothing at all was free. */
  readonly largestFreeOrder: number;
  /** Largest order that the kernel has at all. */
  readonly orderMax: number;
  readonly freeBytes: bigint;
}

/** Where tables get their blocks: naturally aligned, 2^order pages. */
export interface BlockAllocator {
  /** Real address of a block, or undefined, and then `lastFailure` says why. */
  allocate(order: number): bigint | undefined;
  /** Gives a block back with the order it was taken with. */
  free(address: bigint, order: number): void;
  readonly lastFailure: AllocationFailure | undefined;
}

/** A node's memory, all of it free: `ramBytes` from `base` on. */
export interface WholeMemory {
  readonly pageShift: number;
  readonly base: bigint;
  readonly ramBytes: bigint;
}

/** A node's free memory as /proc/buddyinfo prints it: free blocks of order 0, 1, ... */
export interface FragmentedMemory {
  readonly pageShift: number;
  readonly base: bigint;
  readonly freeBlocks: readonly number[];
}

export class Buddy implements BlockAllocator {
  /** Largest order of a request, inclusive. */
  readonly orderMax: number;
  readonly pageShift: number;
  private readonly base: bigint;
  private readonly lists: readonly FreeList[];
  private failed: AllocationFailure | undefined;
  private failures = 0;

  /** Throws InputError for a page shift other than 12 or 16, or a base that splits a block. */
  constructor(memory: WholeMemory | FragmentedMemory) {
    this.pageShift = memory.pageShift;
    this.base = memory.base;
    this.orderMax = orderMaxOf(memory.pageShift);
    const blockShift = BigInt(memory.pageShift + this.orderMax);
    if ((memory.base >> blockShift) << blockShift !== memory.base) {
      throw new InputError(
        `memory base: expected a multiple of ${1n << blockShift}, got ${memory.base}`,
      );
    }
    this.lists =
      'freeBlocks' in memory
        ? scatteredLists(memory.freeBlocks, this.orderMax)
        : wholeLists(memory.ramBytes >> BigInt(memory.pageShift), this.orderMax);
  }

  /** Free blocks per order, as /proc/buddyinfo has them. */
  get freeBlocks(): number[] {
    return this.lists.map((list) => list.count);
  }

  /** Largest order with a free block; -1 when there is none. */
  get largestFreeOrder(): number {
    return this.lists.findLastIndex((list) => list.count > 0);
  }

  get freeBytes(): bigint {
    const pages = this.lists.reduce((sum, list, order) => sum + list.count * 2 ** order, 0);
    return BigInt(pages) << BigInt(this.pageShift);
  }

  /** The latest request that found no block. */
  get lastFailure(): AllocationFailure | undefined {
    return this.failed;
  }

  /** Requests that found no block. */
  get failureCount(): number {
    return this.failures;
  }

  allocate(order: number): bigint | undefined {
    for (let from = order; from <= this.orderMax; from += 1) {
      const block = this.lists[from].takeLowest();
      if (block !== undefined) return this.addressOf(this.split(block, from, order), order);
    }
    this.failures += 1;
    this.failed = {
      order,
      bytes: 1n << BigInt(order + this.pageShift),
      largestFreeOrder: this.largestFreeOrder,
      orderMax: this.orderMax,
      freeBytes: this.freeBytes,
    };
    return undefined;
  }

  /** Merges the block with its buddy as far up as it goes. The caller owns the block. */
  free(address: bigint, order: number): void {
    let block = Number((address - this.base) >> BigInt(order + this.pageShift));
    let at = order;
    while (at < this.orderMax && this.lists[at].remove(buddyOf(block))) {
      block = Math.floor(block / 2);
      at += 1;
    }
    this.lists[at].add(block);
  }

  /** The lowest block of `order` inside a larger one; every upper half goes to its list. */
  private split(block: number, from: number, order: number): number {
    let lowest = block;
    for (let at = from - 1; at >= order; at -= 1) {
      lowest *= 2;
      this.lists[at].add(lowest + 1);
    }
    return lowest;
  }

  private addressOf(block: number, order: number): bigint {
    return this.base + (BigInt(block) << BigInt(order + this.pageShift));
  }
}

/** Largest order of a kernel's page shift, 12 or 16, inclusive. Throws InputError for any other. */
export function orderMaxOf(pageShift: number): number {
  const orderMax = ORDER_MAX[pageShift];
  if (orderMax === undefined) {
    throw new InputError(`page size of the kernel: expected 4K or 64K, got shift ${pageShift}`);
  }
  return orderMax;
}

/** Block numbers may pass 2^31, where `^ 1` would cut them. */
function buddyOf(block: number): number {
  return block % 2 === 0 ? block + 1 : block - 1;
}

/** All pages free: whole blocks of the largest order, then what is left over in ever smaller ones. */
function wholeLists(pages: bigint, orderMax: number): FreeList[] {
  const lists: FreeList[] = [];
  for (let order = 0; order < orderMax; order += 1) {
    const isLeftOver = (pages >> BigInt(order)) & 1n;
    const block = Number((pages >> BigInt(order + 1)) << 1n);
    lists.push(new FreeList(block, Number(isLeftOver), 1));
  }
  lists.push(new FreeList(0, Number(pages >> BigInt(orderMax)), 1));
  return lists;
}

/**
 * Largest blocks first, from the node's base on. Below the largest order every free block is followed
 * by one in use, its buddy, so that the counts stay what they were: nothing merges.
 */
function scatteredLists(freeBlocks: readonly number[], orderMax: number): FreeList[] {
  if (freeBlocks.length !== orderMax + 1) {
    throw new InputError(
      `free blocks: expected counts of orders 0 to ${orderMax}, got ${freeBlocks.length} counts`,
    );
  }
  const lists: FreeList[] = [];
  let page = 0;
  for (let order = orderMax; order >= 0; order -= 1) {
    const stride = order === orderMax ? 1 : 2;
    const pages = 2 ** order;
    lists.unshift(new FreeList(page / pages, freeBlocks[order], stride));
    page += freeBlocks[order] * stride * pages;
  }
  return lists;
}
