/**
 * What each page of a node is used for, two bits a page: free; in use and movable (page cache: Linux can
 * move it, or drop it, for it is clean); or pinned (kernel data, page tables, pages under DMA: never moves).
 * A node of 64 GiB in pages of 64K takes 256 KiB. Left out: dirty cache and anonymous memory, which move but
 * cannot be dropped without writing them out.
 */
import { InputError } from '../input-error.ts';
import { BitSet, bitCount } from './bit-set.ts';

/** Page numbers must stay small integers. */
const PAGES_MAX = 2 ** 30;
const WORD_BITS = 32;
const ALL = -1;

export class PageMap {
  readonly pages: number;
  private readonly used: BitSet;
  private readonly pinned: BitSet;

  /** A node of free pages. Throws InputError for a number that cannot be. */
  constructor(pages: number) {
    if (!Number.isInteger(pages) || pages < 1 || pages > PAGES_MAX) {
      throw new InputError(`memory of a node: expected 1 to ${PAGES_MAX} pages, got ${pages}`);
    }
    this.pages = pages;
    this.used = new BitSet(pages);
    this.pinned = new BitSet(pages);
  }

  /** A map of its own with the same pages. */
  copy(): PageMap {
    const copy = new PageMap(this.pages);
    copy.used.words.set(this.used.words);
    copy.pinned.words.set(this.pinned.words);
    return copy;
  }

  /** Free pages. */
  get freePages(): number {
    return this.pages - this.used.count;
  }

  isFree(page: number): boolean {
    return !this.used.has(page);
  }

  isPinned(page: number): boolean {
    return this.pinned.has(page);
  }

  /** Pages `from..to` (exclusive) become movable memory in use; pinned ones stay pinned. */
  use(from: number, to: number): void {
    this.used.set(from, to);
  }

  /** Pages `from..to` become pinned. */
  pin(from: number, to: number): void {
    this.used.set(from, to);
    this.pinned.set(from, to);
  }

  /** Pages `from..to` become free, pinned or not. */
  release(from: number, to: number): void {
    this.used.clear(from, to);
    this.pinned.clear(from, to);
  }

  /**
   * Movable pages among `from..to` become free; answers how many. Generators call it millions of times: written
   * without a closure it is twice as fast (Node 20).
   */
  drop(from: number, to: number): number {
    const used = this.used.words;
    const pinned = this.pinned.words;
    let dropped = 0;
    let page = from;
    while (page < to) {
      const bit = page & 31;
      const count = Math.min(WORD_BITS - bit, to - page);
      const word = page >>> 5;
      const mask = (ALL >>> (WORD_BITS - count)) << bit;
      const movable = used[word] & ~pinned[word] & mask;
      if (movable !== 0) {
        dropped += bitCount(movable);
        used[word] &= ~movable;
      }
      page += count;
    }
    return dropped;
  }

  /** Whether any of the pages `from..to` is pinned. */
  hasPinned(from: number, to: number): boolean {
    return this.pinned.nextSet(from, to) < to;
  }

  /** The lowest movable page from `from` on, or `pages` if there is none. */
  nextMovable(from: number): number {
    for (let page = this.nextUsed(from); page < this.pages; page = this.nextUsed(page + 1)) {
      if (!this.isPinned(page)) return page;
    }
    return this.pages;
  }

  /**
   * Calls for each block of an allocator whose free pages these are, lowest first, with its first page. The
   * pages of the block, and all before it, may change in the call.
   */
  forEachFreeBlock(orderMax: number, visit: (page: number, order: number) => void): void {
    let start = this.nextFree(0);
    while (start < this.pages) {
      const end = this.nextUsed(start);
      while (start < end) {
        const aligned = start === 0 ? orderMax : 31 - Math.clz32(start & -start);
        const order = Math.min(aligned, 31 - Math.clz32(end - start), orderMax);
        visit(start, order);
        start += 1 << order;
      }
      start = this.nextFree(end);
    }
  }

  /** Free blocks per order, as /proc/buddyinfo has them. */
  freeBlocks(orderMax: number): number[] {
    const counts = new Array<number>(orderMax + 1).fill(0);
    this.forEachFreeBlock(orderMax, (_, order) => {
      counts[order] += 1;
    });
    return counts;
  }

  private nextFree(from: number): number {
    return this.used.nextClear(from, this.pages);
  }

  private nextUsed(from: number): number {
    return this.used.nextSet(from, this.pages);
  }
}
