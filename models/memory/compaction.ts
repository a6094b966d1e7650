/**
 * What a request that may wait does to get a block, after mm/compaction.c, mm/vmscan.c and __alloc_pages_slowpath
 * (mm/page_alloc.c, 5.17): compaction moves movable pages out of a range, reclaim drops page cache. Up to order 3
 * (PAGE_ALLOC_COSTLY_ORDER) Linux goes on as long as reclaim makes progress; above, it compacts, reclaims once if
 * too little was free for that, compacts once more and gives up. Simplified: the range is the lowest one without a
 * pinned page, so that only want of free pages makes compaction fail where there is one; cache is dropped page by
 * page from the lowest on, where Linux drops 32 and more at a time of what was used longest ago; and one zone goes
 * through all of it before the next is asked. Left out: compaction put off after failures or for a fragmentation
 * index below extfrag_threshold, isolation by pageblock, swap, the out-of-memory killer.
 */
import type { BlockLists } from './block-lists.ts';
import type { PageMap } from './page-map.ts';
import { isAbove, keptPages, type Watermark } from './watermark.ts';

/** PAGE_ALLOC_COSTLY_ORDER: requests up to here are retried. */
const COSTLY_ORDER = 3;

/** Free pages that compaction wants beside the block itself (compact_gap: 2 << order). */
const GAP_ORDER = 1;

/** A zone whose pages are known one by one. */
export interface KnownZone {
  readonly lists: BlockLists;
  readonly pages: PageMap;
  readonly watermark: Watermark;
}

/** Makes a block of an order by compaction or reclaim; whether there is one that may be taken above min. */
export function makeBlock(zone: KnownZone, order: number): boolean {
  if (order > zone.lists.orderMax) return false;
  if (order > COSTLY_ORDER) makeCostlyBlock(zone, order);
  else makeSmallBlock(zone, order);
  return hasBlock(zone, order);
}

/** One compaction, which reclaim comes before if too little is free; should_continue_reclaim says how far. */
function makeCostlyBlock(zone: KnownZone, order: number): void {
  reclaimUntil(zone, () => hasBlock(zone, order) || isSuitable(zone, order));
  if (!hasBlock(zone, order) && isSuitable(zone, order)) compact(zone, order);
}

/** Whatever it takes, page cache of a whole range included. */
function makeSmallBlock(zone: KnownZone, order: number): void {
  const { lists, watermark } = zone;
  reclaimUntil(zone, () => isAbove(watermark, 'min', lists.freePages, order));
  if (lists.largestFreeOrder >= order) return;
  if (!(isSuitable(zone, order) && compact(zone, order))) dropRange(zone, order);
}

function hasBlock({ lists, watermark }: KnownZone, order: number): boolean {
  return lists.largestFreeOrder >= order && isAbove(watermark, 'min', lists.freePages, order);
}

/** __compaction_suitable: enough free pages to move things to, above the low mark (min up to order 3). */
function isSuitable({ lists, watermark }: KnownZone, order: number): boolean {
  const kept = keptPages(watermark, order > COSTLY_ORDER ? 'low' : 'min');
  return lists.freePages > kept + 2 ** (order + GAP_ORDER);
}

/** Empties the lowest range without a pinned page; what is moved goes to single free pages elsewhere. */
function compact({ lists, pages }: KnownZone, order: number): boolean {
  const block = movableRange(pages, order);
  if (block === undefined) return false;
  const from = block * 2 ** order;
  const to = from + 2 ** order;
  lists.withdraw(block, order);
  for (let page = pages.nextMovable(from); page < to; page = pages.nextMovable(page + 1)) {
    const target = lists.take(0) as number;
    pages.use(target, target + 1);
  }
  pages.release(from, to);
  lists.give(block, order);
  return true;
}

/** Drops the page cache of the lowest range without a pinned page. */
function dropRange(zone: KnownZone, order: number): void {
  const block = movableRange(zone.pages, order);
  if (block === undefined) return;
  const from = block * 2 ** order;
  const to = from + 2 ** order;
  for (let page = zone.pages.nextMovable(from); page < to; page = zone.pages.nextMovable(page)) {
    dropPage(zone, page);
  }
}

/** Drops page cache until enough is free, or no cache is left. */
function reclaimUntil(zone: KnownZone, isEnough: () => boolean): void {
  const { pages } = zone;
  let page = pages.nextMovable(0);
  while (page < pages.pages && !isEnough()) {
    dropPage(zone, page);
    page = pages.nextMovable(page);
  }
}

function dropPage({ lists, pages }: KnownZone, page: number): void {
  pages.release(page, page + 1);
  lists.give(page, 0);
}

/** Number of the lowest block of an order that holds no pinned page. */
function movableRange(pages: PageMap, order: number): number | undefined {
  const size = 2 ** order;
  const blocks = Math.floor(pages.pages / size);
  for (let block = 0; block < blocks; block += 1) {
    if (!pages.hasPinned(block * size, (block + 1) * size)) return block;
  }
  return undefined;
}
