/**
 * Where MAP finds the real memory behind a userspace address: in a registered region (v2 containers,
 * tce_iommu_prereg_ua_to_hpa), or by pinning the page there and then (v1, tce_iommu_use_page); both in
 * drivers/vfio/vfio_iommu_spapr_tce.c.
 */
import { hex } from '../../bits.ts';
import { formatSize } from '../../size.ts';
import type { AddressSpace, MemoryRange } from '../address-space.ts';
import { type Refusal, refuse } from '../call-result.ts';
import { memoryAt, type PreregisteredMemory, type Region } from './preregistered.ts';

/** Real memory for one IO page and those behind it. */
export interface PageRun {
  readonly realAddress: bigint;
  /** Bytes from there on, at least one IO page. */
  readonly bytes: bigint;
  /** The region to count mapped entries in; pinned pages belong to none. */
  readonly region?: Region;
}

/** Real memory behind userspace addresses. */
export interface PageSource {
  /** Whether the place for the page's userspace address is made before the page is looked up. */
  readonly growsMirrorFirst: boolean;
  pagesAt(address: bigint, pageShift: number): PageRun | Refusal;
}

/** Pages of registered regions. */
export class RegisteredPages implements PageSource {
  readonly growsMirrorFirst = true;

  constructor(private readonly regions: PreregisteredMemory) {}

  pagesAt(address: bigint, pageShift: number): PageRun | Refusal {
    const pageBytes = 1n << BigInt(pageShift);
    const region = this.regions.lookup(address, pageBytes);
    if (region === undefined) {
      return refuse('EINVAL', `${pageName(address, pageShift)} is not wholly in registered memory`);
    }
    if (pageShift > region.pageShift) {
      return refuse('EINVAL', tooLarge(address, pageShift, region.pageShift));
    }
    const range = memoryAt(region, address) as MemoryRange;
    // A region of huge pages that ends in ordinary ones passes the check above.
    if (pageShift > range.pageShift) {
      return refuse('EPERM', tooLarge(address, pageShift, range.pageShift));
    }
    const regionEnd = region.start + region.bytes;
    return { ...runOf(range, address, regionEnd), region };
  }
}

/** Pages of the process as they are. */
export class PinnedPages implements PageSource {
  readonly growsMirrorFirst = false;

  constructor(private readonly memory: AddressSpace) {}

  pagesAt(address: bigint, pageShift: number): PageRun | Refusal {
    const range = this.memory.rangeAt(address);
    if (range === undefined) {
      return refuse('EFAULT', `${pageName(address, pageShift)} is no memory of the process`);
    }
    if (pageShift <= range.pageShift) return runOf(range, address, range.start + range.bytes);
    return refuse('EPERM', tooLarge(address, pageShift, range.pageShift));
  }
}

function runOf(range: MemoryRange, address: bigint, end: bigint): PageRun {
  const rangeEnd = range.start + range.bytes;
  return {
    realAddress: range.realAddress + address - range.start,
    bytes: (rangeEnd < end ? rangeEnd : end) - address,
  };
}

function pageName(address: bigint, pageShift: number): string {
  return `the IO page of ${formatSize(2 ** pageShift)} at userspace address ${hex(address)}`;
}

function tooLarge(address: bigint, pageShift: number, behindShift: number): string {
  const behind = `larger than the pages of ${formatSize(2 ** behindShift)} behind it`;
  return `${pageName(address, pageShift)} is ${behind}`;
}
