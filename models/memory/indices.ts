/**
 * How fragmented free memory is, as Linux prints it in debugfs (extfrag/unusable_index, extfrag_index), after
 * mm/vmstat.c (5.17), in thousandths and rounded as there. Counts are free blocks of order 0, 1, ...
 */

/** What `fragmentationIndex` answers where a request would succeed: -1.000. */
const WOULD_SUCCEED = -1000;

/** Share of free memory that a request of an order cannot use: 0 none, 1000 all, also when nothing is free. */
export function unusableIndex(freeBlocks: readonly number[], order: number): number {
  const free = pagesOf(freeBlocks);
  if (free === 0) return 1000;
  const usable = suitableBlocks(freeBlocks, order) * 2 ** order;
  return Math.floor(((free - usable) * 1000) / free);
}

/**
 * Why a request of an order would fail: towards 0 for lack of memory, towards 1000 for fragmentation; -1000 if
 * it would not fail, 0 if nothing is free. Below 0, down to -500, where half of the block is free in one piece.
 */
export function fragmentationIndex(freeBlocks: readonly number[], order: number): number {
  const blocks = freeBlocks.reduce((sum, count) => sum + count, 0);
  if (blocks === 0) return 0;
  if (suitableBlocks(freeBlocks, order) > 0) return WOULD_SUCCEED;
  const wanted = 1000 + Math.floor((pagesOf(freeBlocks) * 1000) / 2 ** order);
  return 1000 - Math.floor(wanted / blocks);
}

/** Blocks of an order that could be had, larger ones split. */
export function suitableBlocks(freeBlocks: readonly number[], order: number): number {
  return freeBlocks.reduce(
    (sum, count, at) => (at < order ? sum : sum + count * 2 ** (at - order)),
    0,
  );
}

/** Free pages in all blocks. */
export function pagesOf(freeBlocks: readonly number[]): number {
  return suitableBlocks(freeBlocks, 0);
}

/** An index as a decimal with three digits: 979 is `0.979`, -1000 is `-1.000`. */
export function formatIndex(thousandths: number): string {
  return (thousandths / 1000).toFixed(3);
}
