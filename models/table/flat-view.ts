/**
 * The userspace address of each TCE as one vmalloc array: the mirror of VFIO's windows in Linux 4.2 to
 * 4.18 (tce_iommu_userspace_view_alloc, drivers/vfio/vfio_iommu_spapr_tce.c). Its pages need not be
 * neighbours; only the memory they take is modelled. Left out: the size of the vmalloc area.
 */
import type { AllocationFailure, BlockAllocator } from '../memory/buddy.ts';
import type { LevelFailure } from './level-tree.ts';

const ENTRY_BYTES = 8n;

export class FlatView {
  /** Whole pages of the kernel. */
  readonly bytes: bigint;
  private readonly allocator: BlockAllocator;
  private readonly pages: readonly bigint[];

  private constructor(bytes: bigint, allocator: BlockAllocator, pages: readonly bigint[]) {
    this.bytes = bytes;
    this.allocator = allocator;
    this.pages = pages;
  }

  /** Bytes of the view of so many TCEs. */
  static bytesFor(tceCount: number, basePageShift: number): bigint {
    const shift = BigInt(basePageShift);
    const pages = (BigInt(tceCount) * ENTRY_BYTES + (1n << shift) - 1n) >> shift;
    return pages << shift;
  }

  /** The view; or the page that could not be had, and nothing is kept. */
  static create(
    tceCount: number,
    basePageShift: number,
    allocator: BlockAllocator,
  ): FlatView | LevelFailure {
    const bytes = FlatView.bytesFor(tceCount, basePageShift);
    const pages: bigint[] = [];
    for (let taken = 0n; taken < bytes; taken += 1n << BigInt(basePageShift)) {
      const page = allocator.allocate(0, 'kernel');
      if (page === undefined) {
        for (const each of pages) allocator.free(each, 0);
        return { ...(allocator.lastFailure as AllocationFailure), tree: 'mirror', level: 0 };
      }
      pages.push(page);
    }
    return new FlatView(bytes, allocator, pages);
  }

  /** Gives all pages back. */
  free(): void {
    for (const page of this.pages) this.allocator.free(page, 0);
  }
}
