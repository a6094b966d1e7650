/**
 * Pasts of a host, from one that has just booted to one that has run for months. They are models of what makes
 * memory fragment, not measurements: nobody has published /proc/buddyinfo of a fleet of POWER machines. All
 * presets are assumed.
 */
import { InputError } from '../../input-error.ts';
import { orderMaxOf } from '../buddy.ts';
import { PageMap } from '../page-map.ts';
import {
  type FragmentGenerator,
  type FragmentValues,
  fragmentValues,
  type Node,
} from './generator.ts';
import { BOOT_SHARE, boot, EXTENT, fillCache, freeExtents, pinPages } from './parts.ts';

const fresh: FragmentGenerator = {
  name: 'fresh',
  description:
    'booted a moment ago: memory of the boot at the bottom, some of it freed again page by page',
  parameters: [
    BOOT_SHARE,
    {
      name: 'holes',
      kind: 'share',
      preset: 0.02,
      meaning: 'share of the memory of the boot that was freed again, page by page',
    },
  ],
  fill(node, { boot: share, holes }, random) {
    boot(node, share);
    const booted = Math.floor(node.map.pages * share);
    for (let hole = Math.floor(booted * holes); hole > 0; hole -= 1) {
      const page = Math.floor(random() * booted);
      node.map.release(page, page + 1);
    }
  },
};

const pinned: FragmentGenerator = {
  name: 'pinned',
  description: 'single pages that never move, at random places; the rest is free',
  parameters: [
    BOOT_SHARE,
    {
      name: 'density',
      kind: 'share',
      preset: 0.001,
      meaning: 'share of pages that are pinned, each on its own',
    },
  ],
  fill(node, { boot: share, density }, random) {
    boot(node, share);
    pinPages(node.map, density, random);
  },
};

const churn: FragmentGenerator = {
  name: 'churn',
  description:
    'page cache that filled the memory, freed extent by extent at random and filled again',
  parameters: [
    BOOT_SHARE,
    {
      name: 'free',
      kind: 'share',
      preset: 0.1,
      meaning: 'share of memory that is free at the end',
    },
    EXTENT,
    {
      name: 'rounds',
      kind: 'count',
      preset: 1,
      meaning: 'times that the memory was full before it came to its end',
    },
  ],
  fill(node, { boot: share, free, extent, rounds }, random) {
    const { map, pageShift } = node;
    boot(node, share);
    const wanted = Math.floor(map.pages * free);
    for (let round = 0; round < rounds; round += 1) {
      fillCache(map, orderMaxOf(pageShift), 0);
      freeExtents(node, extent, wanted, random);
      node.progress?.(round + 1, rounds);
    }
  },
};

const aged: FragmentGenerator = {
  name: 'aged',
  description:
    'page cache that comes and goes, kernel memory in clusters, and in each step some more pages pinned for good',
  parameters: [
    BOOT_SHARE,
    {
      name: 'free',
      kind: 'share',
      preset: 0.1,
      meaning: 'share of memory that is free after each step',
    },
    {
      name: 'kernel',
      kind: 'share',
      preset: 0.05,
      meaning: 'share of clusters that hold kernel memory (slab, page tables), which never moves',
    },
    {
      name: 'cluster',
      kind: 'bytes',
      preset: 2 ** 21,
      meaning: 'size of a cluster: a pageblock, by which Linux keeps kinds of memory apart',
    },
    {
      name: 'steps',
      kind: 'count',
      preset: 10,
      meaning: 'steps of age',
    },
    {
      name: 'churn',
      kind: 'share',
      preset: 0.2,
      meaning: 'share of memory whose page cache is replaced in each step',
    },
    {
      name: 'pins',
      kind: 'count',
      preset: 2,
      meaning: 'pages in a GiB of memory that are pinned in each step, anywhere',
    },
    EXTENT,
  ],
  fill(node, values, random) {
    const { map, pageShift } = node;
    const { boot: share, free, kernel, cluster, steps, churn: replaced, pins, extent } = values;
    const orderMax = orderMaxOf(pageShift);
    const freePages = Math.floor(map.pages * free);
    const pagesInGib = 2 ** (30 - pageShift);
    boot(node, share);
    pinClusters(map, Math.max(1, cluster / 2 ** pageShift), kernel, random);
    fillCache(map, orderMax, freePages);
    for (let step = 0; step < steps; step += 1) {
      freeExtents(node, extent, Math.floor(map.pages * replaced), random);
      pinPages(map, pins / pagesInGib, random);
      fillCache(map, orderMax, freePages);
      node.progress?.(step + 1, steps);
    }
  },
};

/** Of the clusters with kernel memory, the share of pages in use: slabs are seldom full. */
const CLUSTER_FULLNESS = 0.9;

function pinClusters(map: PageMap, size: number, share: number, random: () => number): void {
  for (let from = 0; from < map.pages; from += size) {
    if (random() >= share) continue;
    const to = Math.min(from + size, map.pages);
    for (let page = from; page < to; page += 1) {
      if (random() < CLUSTER_FULLNESS) map.pin(page, page + 1);
    }
  }
}

/** All generators, for lists and help. */
export const FRAGMENT_GENERATORS: readonly FragmentGenerator[] = [fresh, pinned, churn, aged];

/**
 * A node of a host with such a past, page by page. Throws InputError for an unknown generator or parameter, a
 * bad value or a node that is no whole number of pages.
 * @example generateNode('aged', { pageShift: 16, bytes: 2 ** 36 }, { steps: 5 }, random)
 */
export function generateNode(
  name: string,
  node: { readonly bytes: number } & Omit<Node, 'map'>,
  given: FragmentValues,
  random: () => number,
): PageMap {
  const generator = FRAGMENT_GENERATORS.find((candidate) => candidate.name === name);
  if (generator === undefined) {
    const names = FRAGMENT_GENERATORS.map((candidate) => candidate.name).join(', ');
    throw new InputError(`unknown past '${name}'; known: ${names}`);
  }
  const map = new PageMap(node.bytes / 2 ** node.pageShift);
  generator.fill({ ...node, map }, fragmentValues(generator, given), random);
  return map;
}
