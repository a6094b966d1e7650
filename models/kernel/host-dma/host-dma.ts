/**
 * DMA as a driver of the host asks for it: map and unmap a page, a scatter list, a coherent buffer; after
 * arch/powerpc/kernel/{iommu,dma-iommu}.c. Bus addresses come from the pools of the PE's table, TCEs go
 * into the table, and every run of them that changes is killed in the PHB. A table level that finds no
 * block is no failure that a driver sees: the kernel writes through a null pointer.
 */
import { log2Exact } from '../../bits.ts';
import { InputError } from '../../input-error.ts';
import type { BlockAllocator } from '../../memory/buddy.ts';
import { orderOf } from '../../memory/order.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import type { Era } from '../era.ts';
import { describeFailure } from '../failed-allocations.ts';
import { hostDmaFacts } from './host-facts.ts';
import type { DmaDirection, HostTable } from './host-table.ts';
import type { ScatterHandle } from './iova-pools.ts';
import { type DmaSegment, SegmentList } from './scatter-list.ts';

/** IOMAP_MAX_ORDER: coherent buffers of so many pages and more are refused. */
const COHERENT_ORDER_LIMIT = 13;
/** Kernel addresses of memory begin here, on every powerpc kernel of 64 bits. */
const LINEAR_MAP_START = 0xc000_0000_0000_0000n;

/** The addressing limits of a device, as its driver set them. */
export interface DmaDevice {
  /** Highest bus address of mapped pages and lists (dma_mask). */
  readonly mask: bigint;
  /** Highest bus address of coherent buffers. */
  readonly coherentMask: bigint;
  /** Low address bits that one segment may not carry over: a power of two less one. */
  readonly segmentBoundary: bigint;
  readonly segmentBytesMax: bigint;
}

/** What the PCI core gives every device until its driver says otherwise. */
export const PCI_DEVICE: DmaDevice = {
  mask: 0xffff_ffffn,
  coherentMask: 0xffff_ffffn,
  segmentBoundary: 0xffff_ffffn,
  segmentBytesMax: 65_536n,
};

/** The kernel that a driver calls. */
export interface DmaKernel {
  readonly era: Era;
  /** Log2 of the kernel's page: 12 or 16. */
  readonly basePageShift: number;
  /** Where the memory of coherent buffers comes from. */
  readonly allocator: BlockAllocator;
  /** The kernel's `iommu=novmerge`. */
  readonly isMergingOff: boolean;
}

/** Memory that a device is to use. */
export interface DmaBuffer {
  readonly realAddress: bigint;
  readonly bytes: bigint;
}

/** How a driver asks: the processor it runs on chooses the pool. */
export interface DmaUse {
  readonly direction: DmaDirection;
  readonly processor: number;
}

/** A mapping that did not come about, and nothing of it is left but after an oops. */
export interface DmaFailure {
  readonly outcome: 'exhausted' | 'oversized' | 'noMemory' | 'oops';
  readonly reason: string;
  /** The line of the kernel's log; the kernel is silent where it is absent. */
  readonly log?: string;
  /** The table level that found no block. */
  readonly allocation?: LevelFailure;
}

export type MapPageResult =
  | { readonly outcome: 'mapped'; readonly busAddress: bigint }
  | DmaFailure;
/** A failed list returns `code`: 0 until 5.14, then -EIO. */
export type MapListResult =
  | { readonly outcome: 'mapped'; readonly segments: readonly DmaSegment[] }
  | (DmaFailure & { readonly code: number });
export type CoherentResult =
  | { readonly outcome: 'mapped'; readonly busAddress: bigint; readonly realAddress: bigint }
  | DmaFailure;

/** Entries that a buffer takes, and how they must lie. */
interface IovaNeed {
  readonly pages: number;
  readonly alignOrder: number;
  readonly mask: number;
  readonly processor: number;
  readonly handle?: ScatterHandle;
}

export class HostDma {
  private readonly host: HostTable;
  private readonly kernel: DmaKernel;
  private readonly device: DmaDevice;
  private readonly mask: number;
  private readonly coherentMask: number;
  private readonly boundary: number;
  private exhaustions = 0;

  /** Throws InputError for a mask below the window and for a boundary that is no power of two less one. */
  constructor(host: HostTable, kernel: DmaKernel, device: DmaDevice) {
    this.host = host;
    this.kernel = kernel;
    this.device = device;
    this.mask = this.maskOf('DMA mask', device.mask);
    this.coherentMask = this.maskOf('coherent DMA mask', device.coherentMask);
    if (Number.isNaN(log2Exact(device.segmentBoundary + 1n))) {
      const got = device.segmentBoundary.toString(16);
      throw new InputError(`segment boundary: expected a power of two less one, got 0x${got}`);
    }
    this.boundary = Number(device.segmentBoundary >> BigInt(host.pageShift)) + 1;
  }

  /** Requests that the pools could not serve. */
  get exhaustedRequests(): number {
    return this.exhaustions;
  }

  /** dma_map_page. */
  mapPage(buffer: DmaBuffer, { direction, processor }: DmaUse): MapPageResult {
    const pages = this.pagesOf(buffer.realAddress, buffer.bytes);
    const alignOrder = this.alignOrderOf(buffer);
    const entry = this.allocate({ pages, alignOrder, mask: this.mask, processor });
    if (entry === undefined) return this.exhausted(buffer, pages);
    const failure = this.host.set(entry, pages, this.pageOf(buffer.realAddress), direction);
    if (failure !== undefined) return oops(failure);
    return { outcome: 'mapped', busAddress: this.busAddressOf(entry, buffer) };
  }

  /** dma_unmap_page; false for addresses that are not of this table. */
  unmapPage(busAddress: bigint, bytes: bigint): boolean {
    return this.host.release(busAddress, this.pagesOf(busAddress, bytes));
  }

  /** dma_map_sg: all elements or none. Each element costs its own kill. */
  mapList(elements: readonly DmaBuffer[], { direction, processor }: DmaUse): MapListResult {
    const { segmentBytesMax } = this.device;
    const list = new SegmentList({ segmentBytesMax, isMergingOff: this.kernel.isMergingOff });
    const handle: ScatterHandle = { next: 0 };
    for (const element of elements) {
      if (element.bytes === 0n) {
        list.addEmpty();
        continue;
      }
      const pages = this.pagesOf(element.realAddress, element.bytes);
      const alignOrder = this.alignOrderOf(element);
      const entry = this.allocate({ pages, alignOrder, mask: this.mask, processor, handle });
      if (entry === undefined) {
        for (const segment of list.segments) this.releaseSegment(segment);
        return { ...this.exhausted(element, pages), code: this.listFailureCode };
      }
      const failure = this.host.set(entry, pages, this.pageOf(element.realAddress), direction);
      if (failure !== undefined) return { ...oops(failure), code: this.listFailureCode };
      list.add(this.busAddressOf(entry, element), element.bytes);
    }
    return { outcome: 'mapped', segments: list.segments };
  }

  /** dma_unmap_sg: a kill for each segment; ends at the first that has no bytes. */
  unmapList(segments: readonly DmaSegment[]): void {
    for (const segment of segments) {
      if (segment.bytes === 0n) return;
      this.releaseSegment(segment);
    }
  }

  /** dma_alloc_coherent: whole pages, aligned on the bus to the power of two that holds them. */
  allocCoherent(bytes: bigint, processor: number): CoherentResult {
    const size = roundUp(bytes, this.kernel.basePageShift);
    const order = orderOf(size, this.kernel.basePageShift);
    if (order >= COHERENT_ORDER_LIMIT) {
      const log = `iommu_alloc_consistent size too large: 0x${size.toString(16)}`;
      return { outcome: 'oversized', reason: `a buffer of order ${order}`, log };
    }
    const realAddress = this.kernel.allocator.allocate(order, 'kernel');
    if (realAddress === undefined) {
      return { outcome: 'noMemory', reason: `no block of order ${order} for the buffer` };
    }
    const pages = this.pagesOf(0n, size);
    const alignOrder = orderOf(size, this.host.pageShift);
    const entry = this.allocate({ pages, alignOrder, mask: this.coherentMask, processor });
    if (entry === undefined) {
      this.kernel.allocator.free(realAddress, order);
      return { outcome: 'exhausted', reason: describeLack(pages) };
    }
    const failure = this.host.set(entry, pages, this.pageOf(realAddress), 'bidirectional');
    if (failure !== undefined) return oops(failure);
    const busAddress = this.busAddressOf(entry, { realAddress, bytes });
    return { outcome: 'mapped', busAddress, realAddress };
  }

  /** dma_free_coherent, with the size that the buffer was asked for with. */
  freeCoherent(buffer: DmaBuffer & { readonly busAddress: bigint }): boolean {
    const size = roundUp(buffer.bytes, this.kernel.basePageShift);
    const isReleased = this.host.release(buffer.busAddress, this.pagesOf(0n, size));
    this.kernel.allocator.free(buffer.realAddress, orderOf(size, this.kernel.basePageShift));
    return isReleased;
  }

  private get listFailureCode(): number {
    return hostDmaFacts(this.kernel.era).scatterFailureCode;
  }

  private allocate(need: IovaNeed): number | undefined {
    const entry = this.host.pools.allocate({ ...need, boundary: this.boundary });
    if (entry === undefined) this.exhaustions += 1;
    return entry;
  }

  private releaseSegment({ busAddress, bytes }: DmaSegment): void {
    if (bytes !== 0n) this.host.release(busAddress, this.pagesOf(busAddress, bytes));
  }

  /** IO pages that a range touches (iommu_num_pages). */
  private pagesOf(address: bigint, bytes: bigint): number {
    const inPage = address - this.pageOf(address);
    return Number(roundUp(inPage + bytes, this.host.pageShift) >> BigInt(this.host.pageShift));
  }

  /** The start of the IO page that holds an address. */
  private pageOf(address: bigint): bigint {
    const shift = BigInt(this.host.pageShift);
    return (address >> shift) << shift;
  }

  private busAddressOf(entry: number, { realAddress }: DmaBuffer): bigint {
    return this.host.busAddressOf(entry) + (realAddress - this.pageOf(realAddress));
  }

  /** Whole pages of the kernel stay whole on the bus when IO pages are smaller. */
  private alignOrderOf({ realAddress, bytes }: DmaBuffer): number {
    const { basePageShift } = this.kernel;
    const pageBytes = 1n << BigInt(basePageShift);
    const isWhole = bytes >= pageBytes && realAddress % pageBytes === 0n;
    return isWhole ? Math.max(basePageShift - this.host.pageShift, 0) : 0;
  }

  /** The log names the table by its address; here it is the place of the root. */
  private exhausted({ realAddress }: DmaBuffer, pages: number): DmaFailure {
    const table = (LINEAR_MAP_START + this.host.table.root).toString(16);
    const address = (LINEAR_MAP_START + realAddress).toString(16);
    const log = `iommu_alloc failed, tbl ${table} vaddr ${address} npages ${pages}`;
    return { outcome: 'exhausted', reason: describeLack(pages), log };
  }

  private maskOf(what: string, mask: bigint): number {
    const entries = Number(mask >> BigInt(this.host.pageShift));
    if (entries >= this.host.pools.space.offset) return entries;
    const start = this.host.busAddressOf(0).toString(16);
    throw new InputError(
      `${what}: expected to reach the window at 0x${start}, got 0x${mask.toString(16)}`,
    );
  }
}

function oops(failure: LevelFailure): DmaFailure {
  const reason = `the kernel writes through a null pointer: ${describeFailure(failure)}`;
  const log = `Failed to allocate a TCE memory, level shift=${log2Exact(failure.bytes)}`;
  return { outcome: 'oops', reason, log, allocation: failure };
}

function describeLack(pages: number): string {
  return `no run of ${pages} free entries within the device's reach`;
}

function roundUp(bytes: bigint, shift: number): bigint {
  const unit = 1n << BigInt(shift);
  return ((bytes + unit - 1n) >> BigInt(shift)) << BigInt(shift);
}
