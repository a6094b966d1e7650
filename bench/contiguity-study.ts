/**
 * How often a TCE table finds its blocks: seeded hosts from fresh to badly fragmented, and for each the two roots
 * that CREATE takes at once (Linux 4.19 and later), the one block that a table of one level took before, and all
 * the blocks that a window takes once every page of it is mapped. All tables of a window are blocks of one order,
 * so that a host is asked once for each order.
 */
import { Buddy, orderMaxOf } from '../models/memory/buddy.ts';
import type { FragmentValues } from '../models/memory/fragment/generator.ts';
import { generateNode } from '../models/memory/fragment/hosts.ts';
import type { Gfp } from '../models/memory/gfp.ts';
import { pagesOf, suitableBlocks, unusableIndex } from '../models/memory/indices.ts';
import { keptPages, type Watermark, watermarkOf } from '../models/memory/watermark.ts';
import { isRefused, TABLE_LEVELS_MAX, tableGeometry } from '../models/table/geometry.ts';
import { randomOf } from '../traces/random.ts';

/** A parameter that differs from host to host: drawn evenly between the two. */
type Range = readonly [number, number];

/** A kind of host: the generator of models/memory/fragment/hosts.ts and its parameters. */
export interface HostKind {
  readonly name: string;
  readonly past: string;
  readonly values: Readonly<Record<string, number | Range>>;
}

/** Cache that is freed a 64K page at a time, on a 4K kernel four pages. */
const SINGLE = { extent: 2 ** 14 };

/** From fresh to badly fragmented. */
export const HOST_KINDS: readonly HostKind[] = [
  { name: 'fresh', past: 'fresh', values: {} },
  {
    name: 'light',
    past: 'aged',
    values: { free: [0.15, 0.5], steps: [1, 4], pins: [1, 4], kernel: 0.05 },
  },
  {
    name: 'heavy',
    past: 'aged',
    values: {
      free: [0.03, 0.1],
      steps: [5, 12],
      churn: 0.05,
      pins: [8, 32],
      kernel: 0.1,
      ...SINGLE,
    },
  },
  {
    name: 'bad',
    past: 'aged',
    values: {
      free: [0.01, 0.04],
      steps: [10, 25],
      churn: 0.05,
      pins: [24, 80],
      kernel: 0.15,
      ...SINGLE,
    },
  },
];

/** What is studied, and how thoroughly. */
export interface StudyPlan {
  readonly seed: string;
  /** Hosts of each kind and kernel. */
  readonly hosts: number;
  /** Every n-th host is also asked by a request that may wait, which takes a hundred times longer. */
  readonly waitingEvery: number;
  /** Memory of the PHB's node. */
  readonly nodeBytes: number;
}

/** What hosts of one kind under one kernel answered. */
export interface Answers {
  readonly kind: string;
  readonly basePageShift: number;
  readonly hosts: number;
  /** Hosts that were also asked by requests that may wait. */
  readonly waitingHosts: number;
  /** Mean share of memory that is free, and mean unusable index by order, in thousandths. */
  readonly freeShare: number;
  readonly unusable: readonly number[];
  /**
   * By order: hosts that refuse two blocks to atomic requests, and hosts that refuse one to a request that may
   * wait. Kernels that wait have the mirror of a table in one vmalloc array, so that a level is one block.
   */
  readonly refusedAtomic: readonly number[];
  readonly refusedWaiting: readonly number[];
  /** By order and host: blocks that atomic requests can get one after the other. */
  readonly obtainable: readonly (readonly number[])[];
}

/** A window and what becomes of it on each kind of host. */
export interface WindowOutcome {
  readonly windowShift: number;
  readonly levels: number;
  readonly order: number;
  /** Blocks of both trees with every leaf. */
  readonly fullBlocks: number;
  /** By kind: hosts where CREATE fails, and where the window cannot be mapped in full. */
  readonly createFailed: readonly number[];
  readonly mapFailed: readonly number[];
}

/** Asks all hosts of one kind; `progress` is told of each. */
export function askHosts(
  kind: HostKind,
  basePageShift: number,
  plan: StudyPlan,
  progress: () => void = () => {},
): Answers {
  const orderMax = orderMaxOf(basePageShift);
  const orders = Array.from({ length: orderMax + 1 }, (_, order) => order);
  const bytes = BigInt(plan.nodeBytes);
  const watermark = watermarkOf({ pageShift: basePageShift, zoneBytes: bytes, hostBytes: bytes });
  const unusable = orders.map(() => 0);
  const refusedAtomic = orders.map(() => 0);
  const refusedWaiting = orders.map(() => 0);
  const obtainable: number[][] = orders.map(() => []);
  let freePages = 0;
  for (let host = 0; host < plan.hosts; host += 1) {
    const random = randomOf(`${plan.seed}/${basePageShift}/${kind.name}/${host}`);
    const node = { pageShift: basePageShift, bytes: plan.nodeBytes };
    const map = generateNode(kind.past, node, draw(kind, random), random);
    const freeBlocks = map.freeBlocks(orderMax);
    freePages += pagesOf(freeBlocks);
    for (const order of orders) {
      unusable[order] += unusableIndex(freeBlocks, order);
      obtainable[order].push(obtainableBlocks(freeBlocks, watermark, order));
      const buddy = new Buddy({ pageShift: basePageShift, base: 0n, freeBlocks }, { watermark });
      if (!gives(buddy, 2, order, 'atomic')) refusedAtomic[order] += 1;
      if (host % plan.waitingEvery !== 0) continue;
      const known = { pageShift: basePageShift, base: 0n, pages: map.copy() };
      const patient = new Buddy(known, { watermark });
      if (!gives(patient, 1, order, 'kernel')) refusedWaiting[order] += 1;
    }
    progress();
  }
  const pages = plan.nodeBytes / 2 ** basePageShift;
  return {
    kind: kind.name,
    basePageShift,
    hosts: plan.hosts,
    waitingHosts: Math.ceil(plan.hosts / plan.waitingEvery),
    freeShare: freePages / plan.hosts / pages,
    unusable: unusable.map((sum) => Math.round(sum / plan.hosts)),
    refusedAtomic,
    refusedWaiting,
    obtainable,
  };
}

/**
 * Blocks of an order that atomic requests get before one is refused: as many as the free blocks hold, and as the
 * watermark leaves. Taken n times, free pages F must satisfy F - (n - 1) * 2^k - (2^k - 1) > kept.
 */
export function obtainableBlocks(
  freeBlocks: readonly number[],
  watermark: Watermark,
  order: number,
): number {
  const above = pagesOf(freeBlocks) - keptPages(watermark, 'atomic');
  const byWatermark = Math.max(0, Math.floor(above / 2 ** order));
  return Math.min(suitableBlocks(freeBlocks, order), byWatermark);
}

/** Every window and level count that the kernel does not refuse by its numbers, for one IO page size. */
export function windowOutcomes(
  pageShift: number,
  windowShifts: readonly number[],
  answers: readonly Answers[],
): WindowOutcome[] {
  const [{ basePageShift }] = answers;
  const outcomes: WindowOutcome[] = [];
  for (const windowShift of windowShifts) {
    const windowBytes = 1n << BigInt(windowShift);
    for (let levels = 1; levels <= TABLE_LEVELS_MAX; levels += 1) {
      const geometry = tableGeometry({ pageShift, levels, windowBytes, basePageShift });
      if (isRefused(geometry)) continue;
      const { order } = geometry;
      const fullBlocks = 2 * geometry.nodesPerLevel.reduce((sum, nodes) => sum + nodes, 0);
      const hostsBelow = (blocks: number) =>
        answers.map(({ obtainable, hosts }) =>
          order in obtainable ? obtainable[order].filter((got) => got < blocks).length : hosts,
        );
      const createFailed = answers.map(({ refusedAtomic, hosts }) => refusedAtomic[order] ?? hosts);
      const mapFailed = hostsBelow(fullBlocks);
      outcomes.push({ windowShift, levels, order, fullBlocks, createFailed, mapFailed });
    }
  }
  return outcomes;
}

/** One host's parameters; counts are whole. */
function draw({ values }: HostKind, random: () => number): FragmentValues {
  const drawn = Object.entries(values).map(([name, value]) => {
    if (typeof value === 'number') return [name, value];
    const [low, high] = value;
    const isCount = Number.isInteger(low) && Number.isInteger(high);
    const got = low + random() * (high - low + (isCount ? 1 : 0));
    return [name, isCount ? Math.floor(got) : got];
  });
  return Object.fromEntries(drawn);
}

/** Whether so many blocks can be had one after the other. */
function gives(buddy: Buddy, blocks: number, order: number, gfp: Gfp): boolean {
  for (let block = 0; block < blocks; block += 1) {
    if (buddy.allocate(order, gfp) === undefined) return false;
  }
  return true;
}
