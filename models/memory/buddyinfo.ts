/**
 * /proc/buddyinfo: free blocks per order of each zone of each node, as Linux prints them (mm/vmstat.c
 * frag_show_print: "Node %d, zone %8s " and "%6lu " for each order). For other rooms:
 *
 *   readBuddyinfo(text: string, where: string, basePageShift?: number): Buddyinfo
 *   allocatorOf(info: Buddyinfo, host?: { node?, basePageShift?, watermark?, distance?, movableShare? }): Nodes
 *
 * `Nodes` is a BlockAllocator with `freeBlocks`, `freeBytes` and `zones`. Files: sim/memory/buddyinfo-file.ts.
 * The number of orders tells the page size: 9 are a POWER kernel's with 64K pages, 13 one's with 4K. Other
 * counts exist (Kconfig allows smaller largest orders; x86 has 11) and need the page size to be given.
 */
import { InputError } from '../input-error.ts';
import { formatSize } from '../size.ts';
import { Buddy, pageShiftOfOrders } from './buddy.ts';
import { type NodeDistance, Nodes, type NodeZone } from './nodes.ts';
import { scatteredMap } from './scattered-map.ts';
import type { Watermark } from './watermark.ts';

/** The zones of Linux, lowest first, and whether table memory may come from them. */
const ZONES = {
  DMA: true,
  DMA32: true,
  Normal: true,
  // Tables are asked for without __GFP_HIGHMEM and __GFP_MOVABLE; Device is no memory for the kernel's use.
  HighMem: false,
  Movable: false,
  Device: false,
} as const;

export type ZoneName = keyof typeof ZONES;

/** One line of the file. */
export interface BuddyinfoZone {
  readonly node: number;
  readonly zone: ZoneName;
  /** Free blocks of order 0, 1, ... */
  readonly freeBlocks: readonly number[];
}

export interface Buddyinfo {
  /** Where it was read, for messages. */
  readonly source: string;
  /** Log2 of the kernel's page. */
  readonly basePageShift: number;
  /** Largest order, inclusive. */
  readonly orderMax: number;
  /** In the order of the file. */
  readonly zones: readonly BuddyinfoZone[];
}

/** What the file does not tell. */
export interface BuddyinfoHost {
  /** Node of the PHB; absent: the first in the file. */
  readonly node?: number;
  /** Page size that the file must be of. */
  readonly basePageShift?: number;
  /** Marks of every zone; absent: nothing is kept back. */
  readonly watermark?: Watermark;
  readonly distance?: NodeDistance;
  /**
   * Assumed: the share of memory in use, counted in blocks of the largest order, that compaction can move for
   * requests that may wait. Absent or 0: only the free lists count. The file says of memory in use only that
   * the buddy of each free block is not free as a whole; so much in use is modelled, and no more.
   */
  readonly movableShare?: number;
}

const LINE = /^Node\s+(\d{1,5}),\s+zone\s+(\S+)(.*)$/;
const SHOWN_MAX = 40;
/** So that sums of pages stay exact. */
const COUNT_MAX = 2 ** 32;
const X86_ORDERS = 11;
/** A TCE table of the largest window has no order above this. */
const ORDERS_MAX = 20;

/** Whether table memory may come from a zone: not from Movable, Device or HighMem. */
export function isTableZone(zone: ZoneName): boolean {
  return ZONES[zone];
}

/**
 * Reads the text of /proc/buddyinfo. Throws InputError with `where`, the line, what was wanted and what was
 * got. `basePageShift` is for kernels whose number of orders does not tell the page size.
 */
export function readBuddyinfo(text: string, where: string, basePageShift?: number): Buddyinfo {
  const zones: BuddyinfoZone[] = [];
  const lineOf = new Map<string, number>();
  let orders: { count: number; line: number } | undefined;
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '') return;
    const place = `${where}:${at + 1}`;
    const zone = readLine(line.trim(), place);
    const count = zone.freeBlocks.length;
    orders ??= { count: checkedOrders(count, place, basePageShift), line: at + 1 };
    if (count !== orders.count) {
      throw new InputError(
        `${place}: expected ${orders.count} counts as in line ${orders.line}, got ${count}`,
      );
    }
    const name = `node ${zone.node}, zone ${zone.zone}`;
    const before = lineOf.get(name);
    if (before !== undefined) {
      throw new InputError(`${place}: ${name}: expected once, got it in line ${before} already`);
    }
    lineOf.set(name, at + 1);
    zones.push(zone);
  });
  if (orders === undefined) {
    throw new InputError(`${where}: expected lines 'Node 0, zone Normal COUNTS', got none`);
  }
  return {
    source: where,
    basePageShift: basePageShift ?? (pageShiftOfOrders(orders.count - 1) as number),
    orderMax: orders.count - 1,
    zones,
  };
}

/** The lines that Linux would print. */
export function formatBuddyinfo(zones: readonly BuddyinfoZone[]): string {
  const lines = zones.map(({ node, zone, freeBlocks }) => {
    const counts = freeBlocks.map((count) => `${String(count).padStart(6)} `);
    return `Node ${node}, zone ${zone.padStart(8)} ${counts.join('')}\n`;
  });
  return lines.join('');
}

/**
 * The allocator of a host with such free memory: blocks are placed as `Buddy` places counts, one zone behind
 * the other. Throws InputError for another page size than wanted, an unknown node, or if no zone is for tables.
 */
export function allocatorOf(info: Buddyinfo, host: BuddyinfoHost = {}): Nodes {
  const { source, basePageShift: pageShift, orderMax } = info;
  const { basePageShift = pageShift, watermark, movableShare = 0 } = host;
  if (pageShift !== basePageShift) {
    const [wanted, got] = [basePageShift, pageShift].map((shift) => formatSize(2 ** shift));
    throw new InputError(
      `${source}: expected a kernel with pages of ${wanted}, got ${orderMax + 1} orders, as with ${got}: --kernel 6.12-${got.toLowerCase()} has such pages`,
    );
  }
  const usable = info.zones.filter(({ zone }) => isTableZone(zone));
  if (usable.length === 0) {
    throw new InputError(
      `${source}: expected a zone for tables (DMA, DMA32 or Normal), got only ${info.zones[0].zone}`,
    );
  }
  refuseOtherZones(info, host.node);
  const blockShift = BigInt(pageShift + orderMax);
  // Page 0 is never free: exception vectors.
  let base = 1n << blockShift;
  const zones = inAddressOrder(usable).map(({ node, zone, freeBlocks }): NodeZone => {
    const place = { pageShift, base };
    const memory = new Buddy(
      movableShare > 0
        ? { ...place, pages: scatteredMap(freeBlocks, movableShare) }
        : { ...place, freeBlocks },
      { orderMax, ...(watermark && { watermark }) },
    );
    base = ((memory.end >> blockShift) + 1n) << blockShift;
    return { node, zone, memory };
  });
  return new Nodes(zones, host.node ?? usable[0].node, host.distance);
}

/** A node may have Movable memory only, as that of a GPU has: no driver gets tables there, and no PHB is near. */
function refuseOtherZones({ source, zones }: Buddyinfo, node: number | undefined): void {
  const ofNode = zones.filter((zone) => zone.node === node).map(({ zone }) => zone);
  if (ofNode.length === 0 || ofNode.some(isTableZone)) return;
  throw new InputError(
    `${source}: node ${node}: expected a zone for tables (DMA, DMA32 or Normal), got only ${ofNode.join(', ')}`,
  );
}

function readLine(line: string, place: string): BuddyinfoZone {
  const found = LINE.exec(line);
  if (found === null) {
    throw new InputError(`${place}: expected 'Node 0, zone Normal COUNTS', got '${shorten(line)}'`);
  }
  const [, node, zone, rest] = found;
  if (!Object.hasOwn(ZONES, zone)) {
    const known = Object.keys(ZONES).join(', ');
    throw new InputError(`${place}: expected a zone (${known}), got '${shorten(zone)}'`);
  }
  const words = rest.split(/\s+/).filter((word) => word !== '');
  const freeBlocks = words.map((word, order) => {
    const count = /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (count < COUNT_MAX) return count;
    throw new InputError(
      `${place}: order ${order}: expected a count of free blocks below 2^32, got '${shorten(word)}'`,
    );
  });
  return { node: Number(node), zone: zone as ZoneName, freeBlocks };
}

/** The number of orders, if it can be; the page size must follow from it or be given. */
function checkedOrders(count: number, place: string, pageShift: number | undefined): number {
  const isKnown = pageShift === undefined ? pageShiftOfOrders(count - 1) !== undefined : count > 0;
  if (isKnown && count <= ORDERS_MAX) return count;
  if (pageShift !== undefined) {
    throw new InputError(`${place}: expected 1 to ${ORDERS_MAX} counts, got ${count}`);
  }
  const hint =
    count === X86_ORDERS
      ? ', as x86 has with 4K pages: --page-size 4K takes it'
      : '; other kernels need their page size (--page-size)';
  throw new InputError(
    `${place}: expected 9 counts (64K pages) or 13 (4K pages), got ${count}${hint}`,
  );
}

/** As memory lies on a POWER machine: node after node, and the zones of each from the lowest up. */
function inAddressOrder(zones: readonly BuddyinfoZone[]): BuddyinfoZone[] {
  const names = Object.keys(ZONES);
  const rank = ({ zone }: BuddyinfoZone) => names.indexOf(zone);
  return [...zones].sort((one, other) => one.node - other.node || rank(one) - rank(other));
}

function shorten(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}
