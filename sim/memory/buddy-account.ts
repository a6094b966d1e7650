/** What `tcesim buddy` says of a host's free memory, as plain data: the figures of its JSON. */
import {
  allocatorOf,
  type Buddyinfo,
  type BuddyinfoHost,
  type BuddyinfoZone,
  isTableZone,
} from '../../models/memory/buddyinfo.ts';
import { fragmentationIndex, pagesOf, unusableIndex } from '../../models/memory/indices.ts';
import { type Watermark, watermarkOf } from '../../models/memory/watermark.ts';
import { formatSize } from '../../models/size.ts';
import { heldTables } from './held-tables.ts';

/** What the user tells besides the file. */
export interface HostFlags {
  /** Node of the PHB; absent: the first in the file. */
  readonly node?: number;
  /** Memory of the host, for its watermarks; absent: nothing is kept back. */
  readonly ramBytes?: bigint;
  /** vm.min_free_kbytes in bytes; absent: what Linux computes from the memory. */
  readonly minFreeBytes?: bigint;
}

export type BuddyAccount = ReturnType<typeof accountOf>;

/** The account of a file. Throws InputError for a node that is not in it, or if no zone is for tables. */
export function accountOf(info: Buddyinfo, flags: HostFlags) {
  const watermark = watermarkOfZones(info, flags);
  const host: BuddyinfoHost = {
    ...(flags.node !== undefined && { node: flags.node }),
    ...(watermark && { watermark }),
  };
  const allocator = allocatorOf(info, host);
  const tables = heldTables(allocator, info.basePageShift);
  return {
    source: info.source,
    kernelPage: formatSize(2 ** info.basePageShift),
    orderMax: info.orderMax,
    zones: info.zones.map((zone) => accountOfZone(zone, info.basePageShift)),
    /** The order in which zones are asked for a table's blocks. */
    askedZones: allocator.zones.map(({ node, zone }) => ({ node, zone })),
    watermark: watermark ?? null,
    tables: tables.map(({ pageShift, levels, window, limit }) => ({
      page: formatSize(2 ** pageShift),
      levels,
      largestWindow: window ? formatSize(window.bytes) : null,
      order: window?.geometry.order ?? null,
      blockBytes: window?.geometry.levelBytes ?? null,
      limit: limit ?? null,
    })),
  };
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

/** The marks of each zone for tables; the file does not say how large zones are: taken as equal. */
function watermarkOfZones(info: Buddyinfo, flags: HostFlags): Watermark | undefined {
  const { ramBytes, minFreeBytes } = flags;
  if (ramBytes === undefined) return undefined;
  const zones = info.zones.filter(({ zone }) => isTableZone(zone)).length;
  return watermarkOf({
    pageShift: info.basePageShift,
    zoneBytes: ramBytes / BigInt(Math.max(zones, 1)),
    hostBytes: ramBytes,
    ...(minFreeBytes !== undefined && { minFreeBytes }),
  });
}
