/** What `tcesim buddy` says of a host's free memory, as plain data: the figures of its JSON. */
import { InputError } from '../../models/input-error.ts';
import type { BlockAllocator } from '../../models/memory/buddy.ts';
import {
  allocatorOf,
  type Buddyinfo,
  type BuddyinfoZone,
  isTableZone,
} from '../../models/memory/buddyinfo.ts';
import { fragmentationIndex, pagesOf, unusableIndex } from '../../models/memory/indices.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { tableWatermark } from '../host/table-watermark.ts';
import { heldTables } from './held-tables.ts';
import { type IoPage, ioPagesOf } from './io-pages.ts';

/** What the user tells besides the file. */
export interface HostFlags {
  /** Node of the PHB; absent: the first in the file. */
  readonly node?: number;
  /** Memory of the host, for its watermarks; absent: nothing is kept back. */
  readonly ramBytes?: bigint;
  /** vm.min_free_kbytes in bytes; absent: what Linux computes from the memory. */
  readonly minFreeBytes?: bigint;
  /** Whose IO pages to ask for; absent: those of all PHBs. */
  readonly phb?: PhbSpec;
}

export type BuddyAccount = ReturnType<typeof accountOf>;

/** The account of a file. Throws InputError for a node that is not in it, or if no zone is for tables. */
export function accountOf(info: Buddyinfo, flags: HostFlags) {
  checkSizes(info, flags);
  const watermark = tableWatermark(info, flags);
  const options = watermark ? { watermark } : {};
  const node = nodeOf(info, flags.node);
  const host = { ...options, ...(node !== undefined && { node }) };
  const allocator = allocatorOf(info, host);
  const home = allocator.zones[0].node;
  const zonesAtHome = info.zones.filter((zone) => zone.node === home);
  const pages = ioPagesOf(flags.phb);
  const tablesFrom = (blocks: BlockAllocator) => accountOfTables(blocks, info, pages);
  const hasOthers = allocator.zones.some((zone) => zone.node !== home);
  return {
    source: info.source,
    kernelPage: formatSize(2 ** info.basePageShift),
    orderMax: info.orderMax,
    /** Node of the PHB. */
    node: home,
    zones: info.zones.map((zone) => accountOfZone(zone, info.basePageShift)),
    /** Zones that share --ram for their watermarks. */
    tableZones: info.zones.filter(({ zone }) => isTableZone(zone)).length,
    /** The order in which zones are asked for a table's blocks. */
    askedZones: allocator.zones.map((zone) => ({ node: zone.node, zone: zone.zone })),
    watermark: watermark ?? null,
    /** From all zones, in the order in which they are asked. */
    tables: tablesFrom(allocator),
    /** From the PHB's node alone; null where the file has no other. */
    tablesOfNode: hasOthers
      ? tablesFrom(allocatorOf({ ...info, zones: zonesAtHome }, options))
      : null,
  };
}

/** Memory that is free, or has to be, is memory of the host. */
function checkSizes({ zones, basePageShift }: Buddyinfo, { ramBytes, minFreeBytes }: HostFlags) {
  if (ramBytes === undefined) return;
  const pages = zones.reduce((sum, { freeBlocks }) => sum + pagesOf(freeBlocks), 0);
  const freeBytes = BigInt(pages) << BigInt(basePageShift);
  if (freeBytes > ramBytes) {
    const [wanted, got] = [freeBytes, ramBytes].map(describeBytes);
    throw new InputError(`--ram: expected at least what is free, ${wanted}, got ${got}`);
  }
  if (minFreeBytes !== undefined && minFreeBytes >= ramBytes) {
    const [most, got] = [ramBytes, minFreeBytes].map(describeBytes);
    throw new InputError(`--min-free: expected less than --ram, ${most}, got ${got}`);
  }
}

/** A node that has a zone for tables. */
function nodeOf({ zones }: Buddyinfo, wanted: number | undefined): number | undefined {
  const usable = zones.filter(({ zone }) => isTableZone(zone));
  const known = [...new Set(usable.map(({ node }) => node))];
  if (wanted === undefined || known.includes(wanted) || known.length === 0) return wanted;
  const others = zones.filter(({ node }) => node === wanted).map(({ zone }) => zone);
  const why = others.length === 0 ? '' : `, which has zone ${others.join(', ')} only`;
  const what = others.length === 0 ? 'a node of the file' : 'a node with a zone for tables';
  throw new InputError(`--node: expected ${what}, ${known.join(', ')}, got '${wanted}'${why}`);
}

function accountOfTables(
  blocks: BlockAllocator,
  { basePageShift }: Buddyinfo,
  pages: readonly IoPage[],
) {
  const shifts = pages.map(({ pageShift }) => pageShift);
  return heldTables(blocks, basePageShift, shifts).map(
    ({ pageShift, levels, window, ...rest }) => ({
      page: formatSize(2 ** pageShift),
      /** Empty if every PHB that is asked for has such pages. */
      phbs: pages.find((each) => each.pageShift === pageShift)?.phbs ?? [],
      levels,
      largestWindow: window ? formatSize(window.bytes) : null,
      order: window?.geometry.order ?? null,
      blockBytes: window?.geometry.levelBytes ?? null,
      limit: rest.limit ?? null,
      /** Whether larger windows fail for the watermark, blocks being large enough. */
      isWatermark: rest.isWatermark,
    }),
  );
}

function accountOfZone({ node, zone, freeBlocks }: BuddyinfoZone, pageShift: number) {
  const pageBytes = 2 ** pageShift;
  return {
    node,
    zone,
    holdsTables: isTableZone(zone),
    freeBytes: pagesOf(freeBlocks) * pageBytes,
    /** -1 if nothing is free. */
    largestFreeOrder: freeBlocks.findLastIndex((count) => count > 0),
    orders: freeBlocks.map((count, order) => ({
      order,
      blockBytes: 2 ** order * pageBytes,
      freeBlocks: count,
      freeBytes: count * 2 ** order * pageBytes,
      unusableIndex: unusableIndex(freeBlocks, order) / 1000,
      fragmentationIndex: fragmentationIndex(freeBlocks, order) / 1000,
    })),
  };
}
