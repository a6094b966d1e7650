/**
 * Pages for free blocks of which only the numbers are known: as `scatteredRows` lays them out, each free block
 * below the largest order beside one in use. What of the latter can be moved is an assumption, a share of
 * the blocks of the largest order, evenly spread: Linux keeps movable pages together by pageblock.
 */
import { scatteredRows } from './block-lists.ts';
import { PageMap } from './page-map.ts';

/** The map of such blocks; in `movableShare` (0 to 1) of the largest ones memory in use can be moved. */
export function scatteredMap(freeBlocks: readonly number[], movableShare: number): PageMap {
  const largest = 2 ** (freeBlocks.length - 1);
  const { rows, pages } = scatteredRows(freeBlocks);
  const map = new PageMap(Math.max(1, Math.ceil(pages / largest)) * largest);
  for (let block = 0; block * largest < map.pages; block += 1) {
    const isMovable = Math.floor((block + 1) * movableShare) > Math.floor(block * movableShare);
    if (isMovable) map.use(block * largest, (block + 1) * largest);
    else map.pin(block * largest, (block + 1) * largest);
  }
  for (const { order, first, count, stride } of rows) {
    for (let at = 0; at < count; at += 1) {
      const block = first + at * stride;
      map.release(block * 2 ** order, (block + 1) * 2 ** order);
    }
  }
  return map;
}
