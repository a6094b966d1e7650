/**
 * Who gets which bus addresses of a host's DMA window: struct iommu_table with its pools, after
 * iommu_range_alloc, iommu_init_table and iommu_take_ownership of arch/powerpc/kernel/iommu.c. The lower
 * three quarters are small pools, one of four by a hash of the processor, the top quarter is for
 * requests of more than 15 entries. Entry numbers count from the table's first, addresses from 0.
 * Left out: the spinlocks, for the sake of which the pools exist, and injected failures.
 */
import { InputError } from '../../input-error.ts';
import { type Refusal, refuse } from '../call-result.ts';
import { EntryMap } from './entry-map.ts';

/** IOMMU_NR_POOLS: the pools of a window of a GiB and more. */
const SMALL_POOLS = 4;
const POOLED_BYTES_MIN = 2 ** 30;
/** A request of more entries goes to the large pool. */
const SMALL_REQUEST_MAX = 15;
/** it_blocksize: a small request leaves the rest of such a block to nobody, until the pool wraps. */
const BLOCK_ENTRIES = 16;
/** GOLDEN_RATIO_32, include/linux/hash.h. */
const GOLDEN_RATIO_32 = 0x61c88647;
const POOL_HASH_BITS = 2;

/** Entries `start..end` (end exclusive). */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** A table's bus addresses, in entries of 2^pageShift bytes. */
export interface IovaSpace {
  readonly pageShift: number;
  /** it_size. */
  readonly entries: number;
  /** it_offset: bus address of the first entry, in entries. */
  readonly offset: number;
  /** Bus addresses that are never handed out, in entries: the 32-bit MMIO space. */
  readonly reserved?: EntryRange;
  /** Whether small requests may come down to the large pool in the end. */
  readonly largePoolIsLastResort: boolean;
}

/** Where the previous element of a scatter list ended; 0 for none. Moves with every allocation. */
export interface ScatterHandle {
  next: number;
}

/** A run of entries that a driver asks for. */
export interface IovaRequest {
  readonly pages: number;
  readonly processor: number;
  /** The last bus address that the device can send, in entries. */
  readonly mask: number;
  /** Log2 of the alignment in entries. */
  readonly alignOrder: number;
  /** Entries of a segment that the device cannot cross; a power of two. */
  readonly boundary: number;
  readonly handle?: ScatterHandle;
}

/** A pool: its entries, and where its next search begins. */
export interface IovaPool extends EntryRange {
  readonly hint: number;
}

interface Pool extends EntryRange {
  hint: number;
}

/** What one pass searches. */
interface Pass {
  readonly pool: Pool;
  readonly from: number;
  readonly limit: number;
}

export class IovaPools {
  readonly space: IovaSpace;
  private readonly map: EntryMap;
  private readonly small: readonly Pool[];
  private readonly large: Pool;

  /** Throws InputError for a table with too few entries to have pools. */
  constructor(space: IovaSpace) {
    const { entries, pageShift } = space;
    const poolCount = entries * 2 ** pageShift >= POOLED_BYTES_MIN ? SMALL_POOLS : 1;
    const poolEntries = Math.floor(Math.floor((entries * 3) / 4) / poolCount);
    if (poolEntries === 0) {
      throw new InputError(`IOVA pools: expected at least 2 entries, got ${entries}`);
    }
    this.space = space;
    this.map = new EntryMap(entries);
    this.small = Array.from({ length: poolCount }, (_, index) =>
      newPool(index * poolEntries, (index + 1) * poolEntries),
    );
    this.large = newPool(poolCount * poolEntries, entries);
    this.reserve();
  }

  /** The small pools in order, then the large one. */
  get pools(): readonly IovaPool[] {
    return [...this.small, this.large];
  }

  /** Entries handed out, and those reserved. */
  get takenEntries(): number {
    return this.map.taken;
  }

  /** Whether an entry is handed out or reserved. */
  isTaken(entry: number): boolean {
    return this.map.has(entry);
  }

  /**
   * iommu_range_alloc: the first entry of a run, or undefined. The pool from its hint, the pool from its
   * start, then every small pool, the first one last, and on newer kernels the large one. Throws RangeError for
   * a number of pages, or a boundary, that cannot be.
   */
  allocate(request: IovaRequest): number | undefined {
    const { pages } = request;
    assertCount('pages', pages);
    assertCount('boundary', request.boundary);
    if (pages === 0) return undefined;
    const count = this.small.length;
    let turn = poolHash(request.processor) & (count - 1);
    let pool = pages > SMALL_REQUEST_MAX ? this.large : this.small[turn];
    for (let pass = 0; ; pass += 1) {
      const search = this.passOver(pool, pass, request);
      const entry = this.searchIn(search, request);
      // A mask may have turned the search to the first pool: it is that pool's hint that moves.
      pool = search.pool;
      if (entry !== undefined) return this.handOut(entry, pool, request);
      if (pass > count) {
        if (pass > count + 1 || !this.space.largePoolIsLastResort) return undefined;
        pool = this.large;
      } else if (pass > 0) {
        turn = (turn + 1) & (count - 1);
        pool = this.small[turn];
      }
      pool.hint = pool.start;
    }
  }

  /**
   * Gives entries back; false and no change if they are not all of this table (iommu_free_check). Throws
   * RangeError for a number of pages that cannot be.
   */
  free(entry: number, pages: number): boolean {
    assertCount('pages', pages);
    if (entry < 0 || entry + pages > this.space.entries) return false;
    this.map.release(entry, pages);
    return true;
  }

  /** Whether anything but the reserved entries is handed out (iommu_table_in_use). */
  get isInUse(): boolean {
    const { start, end } = this.reserved();
    const first = this.space.offset === 0 ? 1 : 0;
    const { entries } = this.space;
    if (start === end) return this.map.nextTaken(first, entries) < entries;
    return this.map.nextTaken(first, start) < start || this.map.nextTaken(end, entries) < entries;
  }

  /** iommu_take_ownership: the whole table for VFIO, unless a driver still has something mapped. */
  takeOwnership(): Refusal | undefined {
    if (this.isInUse) return refuse('EBUSY', 'iommu_tce: it_map is not empty');
    this.map.take(0, this.space.entries);
    return undefined;
  }

  /** iommu_release_ownership: everything free again, but for the reserved entries. */
  releaseOwnership(): void {
    this.map.release(0, this.space.entries);
    this.reserve();
  }

  /** Where a pass searches: from the list's last end, the hint, or the start, and below the mask. */
  private passOver(pool: Pool, pass: number, { mask, handle }: IovaRequest): Pass {
    const next = pass === 0 && handle !== undefined ? handle.next : 0;
    const isInPool = next !== 0 && next >= pool.start && next < pool.end;
    const wanted = isInPool ? next : pool.hint;
    const from = wanted < pool.end ? wanted : pool.start;
    if (pool.end + this.space.offset <= mask) return { pool, from, limit: pool.end };
    const limit = mask - this.space.offset + 1;
    if (pass === 0 && (from & mask) < limit) return { pool, from: from & mask, limit };
    const first = this.small[0];
    return { pool: first, from: first.start, limit };
  }

  /** iommu_area_alloc: the last entry below the limit is never handed out. */
  private searchIn({ from, limit }: Pass, request: IovaRequest): number | undefined {
    const { pages, boundary } = request;
    // Newer kernels would search for ever; no run of so many entries can avoid the boundary.
    if (pages > boundary) return undefined;
    const alignment = 2 ** request.alignOrder;
    const { offset } = this.space;
    let start = from;
    for (;;) {
      const entry = this.map.findFree({ from: start, end: limit - 1, count: pages, alignment });
      if (entry === undefined) return undefined;
      const inSegment = (offset + entry) % boundary;
      if (inSegment + pages <= boundary) return entry;
      start = entry + boundary - inSegment;
    }
  }

  private handOut(entry: number, pool: Pool, { pages, handle }: IovaRequest): number {
    this.map.take(entry, pages);
    const end = entry + pages;
    const isSmall = pages <= SMALL_REQUEST_MAX;
    pool.hint = isSmall ? Math.ceil(end / BLOCK_ENTRIES) * BLOCK_ENTRIES : end;
    if (handle !== undefined) handle.next = end;
    return entry;
  }

  /** The reserved bus addresses as entries of this table, cut to it. */
  private reserved(): EntryRange {
    const { offset, entries, reserved = { start: 0, end: 0 } } = this.space;
    const start = Math.max(reserved.start - offset, 0);
    const end = Math.min(reserved.end - offset, entries);
    return start < end ? { start, end } : { start: 0, end: 0 };
  }

  /** Bus address 0 is kept from drivers that take it for none. */
  private reserve(): void {
    if (this.space.offset === 0) this.map.take(0, 1);
    const { start, end } = this.reserved();
    this.map.take(start, end - start);
  }
}

/** Which small pool a processor turns to first, before the pools are counted: hash_32(processor, 2). */
export function poolHash(processor: number): number {
  return Math.imul(processor, GOLDEN_RATIO_32) >>> (32 - POOL_HASH_BITS);
}

function assertCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new RangeError(`IOVA pools: ${what}: expected a whole number, got ${count}`);
}

function newPool(start: number, end: number): Pool {
  return { start, end, hint: start };
}
