/**
 * Memory that a process registered for DMA before it maps any of it, after
 * arch/powerpc/mm/book3s64/iommu_api.c (5.17). A region is pinned once per process, however many
 * containers register it. Here its pages are contiguous in real memory and of one size, which real
 * ones need not be. Left out: pinning that fails half way, device memory, dirty flags.
 */
import { hex } from '../../bits.ts';
import { InputError } from '../../input-error.ts';
import { formatSize } from '../../size.ts';

/** What lies behind a region: real memory in pages of one size. */
export interface Backing {
  readonly realAddress: bigint;
  /** Log2 of the page: the kernel's own, or a huge page (hugetlb; transparent ones do not count). */
  readonly pageShift: number;
}

/** A registered region of a process's address space. */
export interface Region {
  readonly start: bigint;
  readonly bytes: bigint;
  readonly realAddress: bigint;
  /** Log2 of the largest IO page that may be mapped into it. */
  readonly pageShift: number;
  /** Containers that hold it. */
  users: number;
  /** TCEs that point into it. */
  mappedEntries: number;
}

export class PreregisteredMemory {
  private readonly regions: Region[] = [];

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

  /** The region that a real page belongs to. */
  byRealAddress(real: bigint): Region | undefined {
    return this.regions.find(
      (region) => region.realAddress <= real && real < region.realAddress + region.bytes,
    );
  }

  /** A region that shares any byte with the range. */
  overlapping(start: bigint, bytes: bigint): Region | undefined {
    return this.regions.find(
      (region) => start < region.start + region.bytes && region.start < start + bytes,
    );
  }

  /**
   * Adds a region with one user. Throws InputError for a backing that cannot be: one that lies
   * differently in its pages than the region does, or that another region has already.
   */
  add(start: bigint, bytes: bigint, backing: Backing): Region {
    this.checkBacking(start, bytes, backing);
    const region: Region = {
      start,
      bytes,
      realAddress: backing.realAddress,
      pageShift: Math.min(backing.pageShift, alignmentShift(start | bytes)),
      users: 1,
      mappedEntries: 0,
    };
    this.regions.push(region);
    return region;
  }

  remove(region: Region): void {
    this.regions.splice(this.regions.indexOf(region), 1);
  }

  private checkBacking(start: bigint, bytes: bigint, backing: Backing): void {
    const real = backing.realAddress;
    const page = 1n << BigInt(backing.pageShift);
    const where = `registered memory at ${hex(start)}`;
    if ((start - real) % page !== 0n) {
      throw new InputError(
        `${where}: expected a real address at the same offset in a page of ${formatSize(page)}, got ${hex(real)}`,
      );
    }
    const other = this.regions.find(
      (region) => real < region.realAddress + region.bytes && region.realAddress < real + bytes,
    );
    if (other === undefined) return;
    throw new InputError(
      `${where}: expected real memory of its own, got ${hex(real)} that backs ${hex(other.start)}`,
    );
  }
}

/** Count of trailing zero bits. */
function alignmentShift(value: bigint): number {
  let shift = 0;
  while (shift < 64 && ((value >> BigInt(shift)) & 1n) === 0n) shift += 1;
  return shift;
}
