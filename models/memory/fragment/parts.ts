/** What happens to memory in the life of a host, as steps that generators are made of. */
import type { PageMap } from '../page-map.ts';
import type { FragmentParameter, Node } from './generator.ts';

/** Memory that is taken at boot and never comes back. */
export const BOOT_SHARE: FragmentParameter = {
  name: 'boot',
  kind: 'share',
  preset: 0.03,
  meaning: 'share of memory that the kernel takes at boot, in one piece from the bottom',
};

/** What the kernel reads and frees together: read_ahead_kb. */
export const EXTENT: FragmentParameter = {
  name: 'extent',
  kind: 'bytes',
  preset: 131_072,
  meaning: 'page cache that is freed together; 128K is how far Linux reads ahead',
};

/** Pins the lowest `share` of a node, in whole pages. */
export function boot({ map }: Node, share: number): void {
  map.pin(0, Math.floor(map.pages * share));
}

/** Pins each page of a node on its own, with probability `density`. */
export function pinPages(map: PageMap, density: number, random: () => number): void {
  if (density === 0) return;
  const scale = 1 / Math.log(1 - density);
  for (let page = gap(random, scale); page < map.pages; page += 1 + gap(random, scale)) {
    map.pin(page, page + 1);
  }
}

/** Pages up to the next one that is drawn: geometric, so that the work is in proportion to what is drawn. */
function gap(random: () => number, scale: number): number {
  return Math.floor(Math.log(1 - random()) * scale);
}

/** Frees page cache, extents drawn evenly over the node, until so many pages came free or none are likely. */
export function freeExtents(
  { map, pageShift }: Node,
  extentBytes: number,
  pages: number,
  random: () => number,
): void {
  const size = Math.max(1, extentBytes / 2 ** pageShift);
  const extents = Math.ceil(map.pages / size);
  // Every extent was drawn some twenty times by then: what is left is pinned.
  const drawsMax = 20 * extents;
  let freed = 0;
  for (let draw = 0; draw < drawsMax && freed < pages; draw += 1) {
    const from = Math.floor(random() * extents) * size;
    freed += map.drop(from, Math.min(from + size, map.pages));
  }
}

/**
 * Page cache takes pages one by one until `freePages` are left: the smallest free blocks first and the lowest of
 * a size first, which is what the buddy allocator does with single pages.
 */
export function fillCache(map: PageMap, orderMax: number, freePages: number): void {
  let wanted = map.freePages - freePages;
  if (wanted <= 0) return;
  const counts = map.freeBlocks(orderMax);
  let last = 0;
  while (last <= orderMax && counts[last] * 2 ** last <= wanted) {
    wanted -= counts[last] * 2 ** last;
    last += 1;
  }
  map.forEachFreeBlock(orderMax, (page, order) => {
    if (order > last) return;
    const pages = order < last ? 1 << order : Math.min(1 << order, wanted);
    if (order === last) wanted -= pages;
    map.use(page, page + pages);
  });
}
