/**
 * What kernels of a partition do differently about DMA windows, as data (arch/powerpc/platforms/pseries/
 * iommu.c). The first versions are inferred from the trees that were read (5.8, 5.17, one of 2025) and
 * from the dates of the patches.
 */

export interface GuestDdwFacts {
  /** First version that behaves so. */
  readonly name: string;
  /** The page: the largest of 16M, 64K, 4K, or the largest of all that firmware names. */
  readonly pageChoice: 'upTo16M' | 'largest';
  /** Where there is room for one window only, the default window gives way. */
  readonly replacesDefaultWindow: boolean;
  /** A window that cannot map all memory is used page by page instead of not at all. */
  readonly hasDynamicWindows: boolean;
  /** Memory mapped once, persistent memory page by page, both in one window. */
  readonly hasHybridWindows: boolean;
  /** Devices that ask for less than 64 bits, but more than 32, get a window, too. */
  readonly hasLimitedAddressing: boolean;
  /** Slot of a dynamic window's table when the default window is gone. */
  readonly slotWithoutDefault: 0 | 1;
  /**
   * Bus addresses of 32-bit MMIO are kept free in a dynamic window; earlier kernels took the addresses
   * for numbers of TCEs.
   */
  readonly mmioReservedAs: 'addresses' | 'entryNumbers';
  /** TCEs that the kernel clears with one H_STUFF_TCE; absent: all of them. */
  readonly stuffMax?: number;
  /** Windows that memory added later is mapped in. */
  readonly hotplugMaps: 'everyWindow' | 'directWindows';
}

/** 5.8 and earlier. */
export const GUEST_5_8: GuestDdwFacts = {
  name: '5.8',
  pageChoice: 'upTo16M',
  replacesDefaultWindow: false,
  hasDynamicWindows: false,
  hasHybridWindows: false,
  hasLimitedAddressing: false,
  slotWithoutDefault: 1,
  mmioReservedAs: 'entryNumbers',
  hotplugMaps: 'everyWindow',
};

/** 5.17, in the main since 5.15. */
export const GUEST_5_17: GuestDdwFacts = {
  ...GUEST_5_8,
  name: '5.17',
  pageChoice: 'largest',
  replacesDefaultWindow: true,
  hasDynamicWindows: true,
};

/** 6.11: hybrid windows (patch of 2024-05-14), windows for VFIO. */
export const GUEST_6_11: GuestDdwFacts = {
  ...GUEST_5_17,
  name: '6.11',
  hasHybridWindows: true,
  stuffMax: 512,
  hotplugMaps: 'directWindows',
};

/** 6.15: limited addressing (patch of 2025-01-08). */
export const GUEST_6_15: GuestDdwFacts = {
  ...GUEST_6_11,
  name: '6.15',
  hasLimitedAddressing: true,
  slotWithoutDefault: 0,
  mmioReservedAs: 'addresses',
};
