/**
 * Pages for free blocks of which only the numbers are known: as `BlockLists.scattered` lays them out, each free
 * block below the largest order beside one in use. What of the latter can be moved is an assumption, a share of
 * the blocks of the largest order, evenly spread: Linux keeps movable pages together by pageblock.
 */
import { PageMap } from './page-map.ts';

/** The map of such blocks; in `movableShare` (0 to 1) of the largest ones memory in use can be moved. */
export function scatteredMap(freeBlocks: readonly number[], movableShare: number): PageMap {
  const orderMax = freeBlocks.length - 1;
  const largest = 2 ** orderMax;
  const span = freeBlocks.reduce(
    (sum, count, order) => sum + count * 2 ** order * (order === orderMax ? 1 : 2),
    0,
  );
  const map = new PageMap(Math.max(1, Math.ceil(span / largest)) * largest);
  for (let block = 0; block * largest < map.pages; block += 1) {
    const isMovable = Math.floor((block + 1) * movableShare) > Math.floor(block * movableShare);
    if (isMovable) map.use(block * largest, (block + 1) * largest);
    else map.pin(block * largest, (block + 1) * largest);
  }
  let page = 0;
  for (let order = orderMax; order >= 0; order -= 1) {
    const pages = 2 ** order;
    const stride = order === orderMax ? pages : 2 * pages;
    for (let block = 0; block < freeBlocks[order]; block += 1) {
      map.release(page, page + pages);
      page += stride;
    }
  }
  return map;
}
