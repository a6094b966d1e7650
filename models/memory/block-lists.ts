/**
 * The free lists of a buddy allocator by block number (page / 2^order): a request takes the smallest block
 * that is large enough, halves go to the lower lists, freed buddies merge. Linux takes the block freed last;
 * here it is the lowest one, so that a run repeats.
 */
import { FreeList } from './free-list.ts';
import type { PageMap } from './page-map.ts';

/** Free blocks of one order, every `stride`-th block from block number `first` on. */
export interface BlockRow {
  readonly order: number;
  readonly first: number;
  readonly count: number;
  readonly stride: number;
}

export class BlockLists {
  private pages: number;

  private constructor(
    private readonly lists: readonly FreeList[],
    /** Pages from the first to the last that the lists may ever hold. */
    readonly span: number,
  ) {
    this.pages = lists.reduce((sum, list, order) => sum + list.count * 2 ** order, 0);
  }

  /** All pages free: whole blocks of the largest order, then what is left over in ever smaller ones. */
  static whole(pages: number, orderMax: number): BlockLists {
    const lists: FreeList[] = [];
    for (let order = 0; order < orderMax; order += 1) {
      const blocks = Math.floor(pages / 2 ** order);
      lists.push(new FreeList(2 * Math.floor(blocks / 2), blocks - 2 * Math.floor(blocks / 2), 1));
    }
    lists.push(new FreeList(0, Math.floor(pages / 2 ** orderMax), 1));
    return new BlockLists(lists, pages);
  }

  /** So many blocks of order 0, 1, ..., where `scatteredRows` puts them. */
  static scattered(freeBlocks: readonly number[]): BlockLists {
    const { rows, pages } = scatteredRows(freeBlocks);
    const lists = rows.map(({ first, count, stride }) => new FreeList(first, count, stride));
    return new BlockLists(lists.reverse(), pages);
  }

  /** The blocks that the free pages of a map form. */
  static ofMap(map: PageMap, orderMax: number): BlockLists {
    const lists = Array.from({ length: orderMax + 1 }, () => new FreeList(0, 0, 1));
    map.forEachFreeBlock(orderMax, (page, order) => lists[order].add(page / 2 ** order));
    return new BlockLists(lists, map.pages);
  }

  get orderMax(): number {
    return this.lists.length - 1;
  }

  /** Free blocks per order. */
  get counts(): number[] {
    return this.lists.map((list) => list.count);
  }

  get freePages(): number {
    return this.pages;
  }

  /** Largest order with a free block; -1 when there is none. */
  get largestFreeOrder(): number {
    return this.lists.findLastIndex((list) => list.count > 0);
  }

  /** Takes a block of an order, split from a larger one if it must be; undefined if none is large enough. */
  take(order: number): number | undefined {
    for (let from = order; from < this.lists.length; from += 1) {
      const block = this.lists[from].takeLowest();
      if (block === undefined) continue;
      this.pages -= 2 ** order;
      return this.split(block, from, order);
    }
    return undefined;
  }

  /** Gives a block back and merges it with its buddy as far up as it goes. */
  give(block: number, order: number): void {
    this.pages += 2 ** order;
    let at = order;
    let merged = block;
    while (at < this.orderMax && this.lists[at].remove(buddyOf(merged))) {
      merged = Math.floor(merged / 2);
      at += 1;
    }
    this.lists[at].add(merged);
  }

  /** Takes out every free block that lies inside block `block` of an order; lists made from a map only. */
  withdraw(block: number, order: number): void {
    let page = block * 2 ** order;
    const end = page + 2 ** order;
    while (page < end) page += this.withdrawAt(page, order);
  }

  /** Takes out the free block that begins at a page, one that is smaller than 2^order; pages to step over. */
  private withdrawAt(page: number, order: number): number {
    for (let at = order - 1; at >= 0; at -= 1) {
      const pages = 2 ** at;
      if (page - pages * Math.floor(page / pages) === 0 && this.lists[at].remove(page / pages)) {
        this.pages -= pages;
        return pages;
      }
    }
    return 1;
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
}

/**
 * Places for so many free blocks of order 0, 1, ...: largest first, from the first page on. Below the largest
 * order every free block is followed by one in use, its buddy, so that the counts stay what they were: nothing
 * merges. And the pages that all of it takes.
 */
export function scatteredRows(freeBlocks: readonly number[]): { rows: BlockRow[]; pages: number } {
  const orderMax = freeBlocks.length - 1;
  const rows: BlockRow[] = [];
  let page = 0;
  for (let order = orderMax; order >= 0; order -= 1) {
    const stride = order === orderMax ? 1 : 2;
    const count = freeBlocks[order];
    rows.push({ order, first: page / 2 ** order, count, stride });
    page += count * stride * 2 ** order;
  }
  return { rows, pages: page };
}

/** Block numbers may pass 2^31, where `^ 1` would cut them. */
function buddyOf(block: number): number {
  return block % 2 === 0 ? block + 1 : block - 1;
}
