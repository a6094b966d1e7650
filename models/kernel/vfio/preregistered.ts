/**
 * Memory that a process registered for DMA before it maps any of it, after
 * arch/powerpc/mm/book3s64/iommu_api.c (5.17). A region is pinned once per process, however many
 * containers register it. Left out: device memory, dirty flags, a region that is going away while
 * another thread maps it (MAP then stops and reports success).
 */
import { type MemoryRange, rangeAt } from '../address-space.ts';

/** A registered region of a process's address space. */
export interface Region {
  readonly start: bigint;
  readonly bytes: bigint;
  /** The memory behind it, by ascending address, without a hole. */
  readonly ranges: readonly MemoryRange[];
  /** Log2 of the largest IO page that may be mapped into it. */
  readonly pageShift: number;
  /** Containers that hold it. */
  users: number;
  /** TCEs that point into it. */
  mappedEntries: number;
}

export class PreregisteredMemory {
  private readonly regions: Region[] = [];

  /** All regions, in the order of their registration. */
  get all(): readonly Region[] {
    return this.regions;
  }

  /** The region of exactly this range. */
  find(start: bigint, bytes: bigint): Region | undefined {
    return this.regions.find((region) => region.start === start && region.bytes === bytes);
  }

  /** The first region that contains the whole range. */
  lookup(start: bigint, bytes: bigint): Region | undefined {
    return this.regions.find(
      (region) => region.start <= start && start + bytes <= region.start + region.bytes,
    );
  }

  /** The region that a real page belongs to, and the run of real memory around it that is its. */
  byRealAddress(real: bigint): { region: Region; from: bigint; to: bigint } | undefined {
    for (const region of this.regions) {
      const run = region.ranges
        .map((range) => realRun(region, range))
        .find(({ from, to }) => from <= real && real < to);
      if (run !== undefined) return { region, ...run };
    }
    return undefined;
  }

  /** A region that shares any byte with the range. */
  overlapping(start: bigint, bytes: bigint): Region | undefined {
    return this.regions.find(
      (region) => start < region.start + region.bytes && region.start < start + bytes,
    );
  }

  /** Adds a region with one user. */
  add(start: bigint, bytes: bigint, ranges: readonly MemoryRange[], basePageShift: number): Region {
    const region: Region = {
      start,
      bytes,
      ranges,
      pageShift: regionPageShift(alignmentShift(start | bytes), ranges, basePageShift),
      users: 1,
      mappedEntries: 0,
    };
    this.regions.push(region);
    return region;
  }

  remove(region: Region): void {
    this.regions.splice(this.regions.indexOf(region), 1);
  }
}

/** The memory behind an address of a region. */
export function memoryAt(region: Region, address: bigint): MemoryRange | undefined {
  return rangeAt(region.ranges, address);
}

/** The real memory of a range that belongs to a region. */
function realRun(region: Region, range: MemoryRange): { from: bigint; to: bigint } {
  const { start, bytes, realAddress } = range;
  const from = region.start > start ? region.start : start;
  const regionEnd = region.start + region.bytes;
  const to = regionEnd < start + bytes ? regionEnd : start + bytes;
  return { from: realAddress + from - start, to: realAddress + to - start };
}

/**
 * What mm_iommu_do_alloc finds page by page: ordinary pages lower the shift to the kernel's, but once a
 * huge page was seen its size stays, so that a region of huge pages that ends in ordinary ones keeps it.
 */
function regionPageShift(
  alignment: number,
  ranges: readonly MemoryRange[],
  basePageShift: number,
): number {
  let shift = alignment;
  let seen = basePageShift;
  for (const range of ranges) {
    if (shift > basePageShift && range.pageShift > basePageShift) seen = range.pageShift;
    shift = Math.min(shift, seen);
  }
  return shift;
}

/** Count of trailing zero bits. */
function alignmentShift(value: bigint): number {
  let shift = 0;
  while (shift < 64 && ((value >> BigInt(shift)) & 1n) === 0n) shift += 1;
  return shift;
}
