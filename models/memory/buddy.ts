/**
 * Linux's page allocator for one zone of one memory node, after mm/page_alloc.c (5.17): blocks of 2^order
 * pages from buddy lists, as long as the zone stays above its watermark. An atomic request takes what the
 * free lists hold; one that may wait can have pages moved or reclaimed first, where it is known what each
 * page is used for. Left out: migration types, the reserve for atomic requests of high order and the
 * per-processor lists.
 */
import { InputError } from '../input-error.ts';
import { BlockLists } from './block-lists.ts';
import { makeBlock } from './compaction.ts';
import type { Gfp } from './gfp.ts';
import type { PageMap } from './page-map.ts';
import { isAbove, keptPages, MARKS, type Mark, NO_WATERMARK, type Watermark } from './watermark.ts';
import { allocateFrom, type Zone } from './zonelist.ts';

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
  /** Set where a block was large enough and the watermark refused it: what has to stay free. */
  readonly watermarkBytes?: bigint;
}

/** Where tables get their blocks: naturally aligned, 2^order pages. */
export interface BlockAllocator {
  /** Real address of a block (for an atomic request if left out), or undefined: `lastFailure` says why. */
  allocate(order: number, gfp?: Gfp): bigint | undefined;
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

/** A node's memory page by page; allocations pin pages in the map. */
export interface MappedMemory {
  readonly pageShift: number;
  readonly base: bigint;
  readonly pages: PageMap;
}

/** What is not the usual kernel's. */
export interface BuddyOptions {
  /** Absent: nothing is kept back. */
  readonly watermark?: Watermark;
  /** Largest order, inclusive; absent: that of the page size, blocks of 16 MiB. */
  readonly orderMax?: number;
}

export class Buddy implements BlockAllocator, Zone {
  /** Largest order of a request, inclusive. */
  readonly orderMax: number;
  readonly pageShift: number;
  readonly watermark: Watermark;
  /** Real address of the first page. */
  readonly base: bigint;
  private readonly lists: BlockLists;
  private readonly pages: PageMap | undefined;
  private failed: AllocationFailure | undefined;
  private failures = 0;

  /** Throws InputError for a page shift other than 12 or 16, or a base that splits a block. */
  constructor(memory: WholeMemory | FragmentedMemory | MappedMemory, options: BuddyOptions = {}) {
    this.pageShift = memory.pageShift;
    this.base = memory.base;
    this.orderMax = options.orderMax ?? orderMaxOf(memory.pageShift);
    this.watermark = options.watermark ?? NO_WATERMARK;
    const blockShift = BigInt(memory.pageShift + this.orderMax);
    if ((memory.base >> blockShift) << blockShift !== memory.base) {
      throw new InputError(
        `memory base: expected a multiple of ${1n << blockShift}, got ${memory.base}`,
      );
    }
    this.lists = listsOf(memory, this.orderMax);
    this.pages = 'pages' in memory ? memory.pages : undefined;
  }

  /** Free blocks per order, as /proc/buddyinfo has them. */
  get freeBlocks(): number[] {
    return this.lists.counts;
  }

  /** Largest order with a free block; -1 when there is none. */
  get largestFreeOrder(): number {
    return this.lists.largestFreeOrder;
  }

  get freeBytes(): bigint {
    return BigInt(this.lists.freePages) << BigInt(this.pageShift);
  }

  /** First address behind the memory that blocks come from. */
  get end(): bigint {
    return this.base + (BigInt(this.lists.span) << BigInt(this.pageShift));
  }

  /** The latest request that found no block. */
  get lastFailure(): AllocationFailure | undefined {
    return this.failed;
  }

  /** Requests that found no block. */
  get failureCount(): number {
    return this.failures;
  }

  allocate(order: number, gfp: Gfp = 'atomic'): bigint | undefined {
    const address = allocateFrom([this], order, gfp);
    if (address !== undefined) return address;
    this.failures += 1;
    this.failed = this.describeFailure(order, gfp);
    return undefined;
  }

  /** Merges the block with its buddy as far up as it goes. The caller owns the block. */
  free(address: bigint, order: number): void {
    const block = Number((address - this.base) >> BigInt(order + this.pageShift));
    this.pages?.release(block * 2 ** order, (block + 1) * 2 ** order);
    this.lists.give(block, order);
  }

  take(order: number, mark: Mark): bigint | undefined {
    if (!isAbove(this.watermark, mark, this.lists.freePages, order)) return undefined;
    const block = this.lists.take(order);
    if (block === undefined) return undefined;
    this.pages?.pin(block * 2 ** order, (block + 1) * 2 ** order);
    return this.base + (BigInt(block) << BigInt(order + this.pageShift));
  }

  makeRoom(order: number): boolean {
    const { lists, pages, watermark } = this;
    return pages !== undefined && makeBlock({ lists, pages, watermark }, order);
  }

  /** What a request that just failed wanted, and what there is. */
  describeFailure(order: number, gfp: Gfp): AllocationFailure {
    const { largestFreeOrder, orderMax, freeBytes, watermark } = this;
    const isWatermark = order <= largestFreeOrder;
    const kept = BigInt(keptPages(watermark, MARKS[gfp][1])) << BigInt(this.pageShift);
    return {
      order,
      bytes: 1n << BigInt(order + this.pageShift),
      largestFreeOrder,
      orderMax,
      freeBytes,
      ...(isWatermark && { watermarkBytes: kept }),
    };
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

/** Page shift of the kernels whose largest order it is, inclusive; undefined if there is none. */
export function pageShiftOfOrders(orderMax: number): number | undefined {
  const found = Object.entries(ORDER_MAX).find(([, most]) => most === orderMax);
  return found && Number(found[0]);
}

function listsOf(
  memory: WholeMemory | FragmentedMemory | MappedMemory,
  orderMax: number,
): BlockLists {
  if ('pages' in memory) return BlockLists.ofMap(memory.pages, orderMax);
  if ('ramBytes' in memory) {
    return BlockLists.whole(Number(memory.ramBytes >> BigInt(memory.pageShift)), orderMax);
  }
  if (memory.freeBlocks.length !== orderMax + 1) {
    throw new InputError(
      `free blocks: expected counts of orders 0 to ${orderMax}, got ${memory.freeBlocks.length} counts`,
    );
  }
  return BlockLists.scattered(memory.freeBlocks);
}
