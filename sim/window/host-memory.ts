/**
 * The free memory that tables can come from, so that every attempt can begin with it untouched: what
 * /proc/buddyinfo of a real host counted, or a machine with all of its memory free. Where the size of the
 * machine is known, Linux's watermarks are kept.
 */
import { InputError } from '../../models/input-error.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { type BlockAllocator, Buddy } from '../../models/memory/buddy.ts';
import { allocatorOf, type Buddyinfo, isTableZone } from '../../models/memory/buddyinfo.ts';
import { pagesOf } from '../../models/memory/indices.ts';
import type { NodeZone } from '../../models/memory/nodes.ts';
import { type Watermark, watermarkOf } from '../../models/memory/watermark.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { NODE_BASE } from '../host/kernel-host.ts';
import { type HostSize, tableWatermark } from '../host/table-watermark.ts';
import { readBuddyinfoFile } from '../memory/buddyinfo-file.ts';

/** An allocator that says what it has. */
export type CountedAllocator = BlockAllocator & {
  readonly freeBlocks: readonly number[];
  readonly freeBytes: bigint;
  /** In the order in which they are asked; absent where there is one only. */
  readonly zones?: readonly NodeZone[];
};

/** A host's memory at the beginning of an attempt. */
export interface HostMemory {
  /** All of the machine's memory; windows may not be larger until Linux 4.18. undefined: not known. */
  readonly ramBytes: bigint | undefined;
  /** Where the free blocks were counted; undefined: all of the memory is free. */
  readonly buddyinfo: Buddyinfo | undefined;
  /** Marks of each zone; undefined: the machine's size is not known, and nothing is kept back. */
  readonly watermark: Watermark | undefined;
  /** A new allocator over the same free blocks. */
  fresh(): CountedAllocator;
}

/** The words of the command line. */
export interface HostMemoryFlags {
  readonly buddyinfo?: string;
  readonly node?: string;
  readonly ram?: string;
  readonly minFree?: string;
  /** Of the kernel that the file is of, where the number of its columns does not tell. */
  readonly pageSize?: string;
}

/** So that page numbers stay exact. */
const RAM_MAX = 1n << 50n;
/** Of a machine that nobody describes. */
const RAM_ASSUMED = 1n << 36n;
const PAGE_SIZES: Readonly<Record<string, number>> = { '4K': 12, '64K': 16 };

/** The memory of the flags. Throws InputError with the flag or the file's line. */
export function readHostMemory(
  flags: HostMemoryFlags & { readonly ram: string },
  kernel: Kernel,
): HostMemory & { readonly ramBytes: bigint };
export function readHostMemory(flags: HostMemoryFlags, kernel: Kernel): HostMemory;
export function readHostMemory(flags: HostMemoryFlags, kernel: Kernel): HostMemory {
  const { basePageShift } = kernel;
  const ramBytes = flags.ram === undefined ? undefined : ramOf(flags.ram);
  const minFreeBytes = minFreeOf(flags);
  if (flags.buddyinfo === undefined) {
    refuseWithoutFile(flags);
    return freeMemory(ramBytes ?? RAM_ASSUMED, basePageShift, minFreeBytes);
  }
  const buddyinfo = readBuddyinfoFile(flags.buddyinfo, pageShiftOf(flags.pageSize));
  const node = nodeOf(flags.node, buddyinfo);
  const size = {
    ...(ramBytes !== undefined && { ramBytes }),
    ...(minFreeBytes !== undefined && { minFreeBytes }),
    ...(node !== undefined && { node }),
  };
  return countedMemory(buddyinfo, size, kernel);
}

/** What stands in no /proc/buddyinfo. */
export interface CountedHost extends HostSize {
  /** Node of the PHB; absent: the first of the file. */
  readonly node?: number;
}

/** Memory as a host counted it. Throws InputError where its kernel has other pages. */
export function countedMemory(
  buddyinfo: Buddyinfo,
  { node, ...size }: CountedHost,
  { basePageShift }: Kernel,
): HostMemory {
  const watermark = tableWatermark(buddyinfo, size);
  const host = {
    basePageShift,
    ...(node !== undefined && { node }),
    ...(watermark !== undefined && { watermark }),
  };
  // Refuses another page size before anything is tried.
  allocatorOf(buddyinfo, host);
  const { ramBytes } = size;
  return { ramBytes, buddyinfo, watermark, fresh: () => allocatorOf(buddyinfo, host) };
}

/** Where windows may be no larger than memory, its size must be known. Throws InputError. */
export function refuseUnknownRam({ ramBytes }: HostMemory, kernel: Kernel): void {
  const { platform, name, era } = kernel;
  if (ramBytes !== undefined || platform === 'pseries' || era.tables.windowMayExceedMemory) return;
  throw new InputError(
    `--ram: expected with --buddyinfo and Linux ${name}, whose windows may be no larger than memory`,
  );
}

/** A machine with all of its memory free. */
export function freeMemory(
  ramBytes: bigint,
  pageShift: number,
  minFreeBytes?: bigint,
): HostMemory & { readonly ramBytes: bigint } {
  const whole = { pageShift, zoneBytes: ramBytes, hostBytes: ramBytes };
  const watermark =
    ramBytes >> BigInt(pageShift) === 0n
      ? undefined
      : watermarkOf({ ...whole, ...(minFreeBytes !== undefined && { minFreeBytes }) });
  const options = watermark === undefined ? {} : { watermark };
  const fresh = () => new Buddy({ pageShift, base: NODE_BASE, ramBytes }, options);
  return { ramBytes, buddyinfo: undefined, watermark, fresh };
}

/** Bytes that a file counts as free, in all zones. */
export function countedBytes({ zones, basePageShift }: Buddyinfo): bigint {
  const pages = zones.reduce((sum, { freeBlocks }) => sum + pagesOf(freeBlocks), 0);
  return BigInt(pages) << BigInt(basePageShift);
}

/** Whether it matters which node a block comes from. */
export function hasNodes({ buddyinfo }: HostMemory): boolean {
  const usable = buddyinfo?.zones.filter(({ zone }) => isTableZone(zone)) ?? [];
  return new Set(usable.map(({ node }) => node)).size > 1;
}

/** The node that a block lies in; undefined where nobody counts nodes. */
export function nodeOfBlock(
  zones: readonly NodeZone[] | undefined,
  address: bigint,
): number | undefined {
  const owner = zones?.find(({ memory }) => memory.base <= address && address < memory.end);
  return owner?.node;
}

/** What only tells of a file needs one. */
function refuseWithoutFile({ node, pageSize }: HostMemoryFlags): void {
  for (const [name, value] of Object.entries({ '--node': node, '--page-size': pageSize })) {
    if (value === undefined) continue;
    throw new InputError(`${name}: expected with --buddyinfo only, got '${value}'`);
  }
}

function ramOf(text: string): bigint {
  const bytes = parseSize(text, '--ram');
  if (bytes > 0n && bytes < RAM_MAX) return bytes;
  throw new InputError(
    `--ram: expected more than 0 and less than ${formatSize(RAM_MAX)}, got '${text}'`,
  );
}

function minFreeOf({ minFree, ram }: HostMemoryFlags): bigint | undefined {
  if (minFree === undefined) return undefined;
  if (ram !== undefined) return parseSize(minFree, '--min-free');
  throw new InputError(`--min-free: expected with --ram, which shares it out, got '${minFree}'`);
}

function pageShiftOf(text: string | undefined): number | undefined {
  const shift = PAGE_SIZES[text?.toUpperCase() ?? ''];
  if (shift !== undefined || text === undefined) return shift;
  throw new InputError(`--page-size: expected 4K or 64K, got '${text}'`);
}

function nodeOf(text: string | undefined, { zones }: Buddyinfo): number | undefined {
  if (text === undefined) return undefined;
  const usable = zones.filter(({ zone }) => isTableZone(zone));
  const known = [...new Set(usable.map(({ node }) => node))];
  if (/^\d{1,5}$/.test(text) && known.includes(Number(text))) return Number(text);
  throw new InputError(`--node: expected a node of the file, ${known.join(', ')}, got '${text}'`);
}
