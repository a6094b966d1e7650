/**
 * Kernel versions as data: what the sPAPR TCE driver of VFIO (drivers/vfio/vfio_iommu_spapr_tce.c) and
 * powernv's tables (arch/powerpc/platforms/powernv/pci-ioda-tce.c) answer differently from one version
 * to the next. Code asks for the fact, never for the version. Borders lie between the trees that were
 * read (4.2 to 4.9, 4.19.220, 5.17 and 6.1, 6.12): where in between a behaviour changed is inferred.
 */
import type { Gfp } from '../memory/gfp.ts';
import { GEOMETRY_4_2, GEOMETRY_4_19, type GeometryRules } from '../table/geometry.ts';
import type { ErrnoName } from './errno.ts';

export type EraName = '4.2' | '4.19' | '5.17' | '6.12';

/** What VFIO's driver answers. */
export interface VfioFacts {
  /** Whether a process other than the container's owner is turned away: -EPERM before anything else. */
  readonly checksOwner: boolean;
  /** The default window is made when a group is attached, or promised until something needs it. */
  readonly defaultWindow: 'attach' | 'pending';
  /** Whether a v1 container takes a group that can make windows. */
  readonly v1TakesWindowGroups: boolean;
  /** Return code of MAP and UNMAP for a bus address that splits an IO page. */
  readonly misalignedAddressCode: number;
  /** Whether UNMAP compares the end of the range with the window. */
  readonly unmapChecksEnd: boolean;
  /** MAP when a table level finds no block. */
  readonly levelFailure: ErrnoName;
  /** A CREATE that fails in table allocation keeps the process charged for the whole table. */
  readonly failedCreateStaysCharged: boolean;
  /** UNREGISTER of memory that is still mapped succeeds and leaves it pinned; otherwise -EBUSY. */
  readonly unregisterLeavesMappedPinned: boolean;
  /** Whether REMOVE clears the TCEs while the PHB can still read them, or after it lost the table. */
  readonly removeClears: 'beforeUnset' | 'afterUnset';
  /** REGISTER of memory that ends early: the count of pages pinned last, or always -EFAULT. */
  readonly shortPinReturnsCount: boolean;
}

/** How powernv makes tables. */
export interface TableFacts {
  /** All levels at creation, or the root, and the rest with the first entry that needs it. */
  readonly growth: 'whole' | 'onDemand';
  readonly gfp: Gfp;
  /** Where the userspace address of each entry stands: one vmalloc array, or a tree like the table. */
  readonly mirror: 'flat' | 'tree';
  readonly geometry: GeometryRules;
  /** Whether a window may be larger than the machine's memory. */
  readonly windowMayExceedMemory: boolean;
  /** Log2 of the IO page sizes; absent: as the firmware's device tree has them. */
  readonly pageShifts?: readonly number[];
}

export interface Era {
  readonly name: EraName;
  readonly vfio: VfioFacts;
  readonly tables: TableFacts;
}

const VFIO_4_2: VfioFacts = {
  checksOwner: false,
  defaultWindow: 'attach',
  v1TakesWindowGroups: true,
  misalignedAddressCode: -22,
  unmapChecksEnd: true,
  levelFailure: 'ENOMEM',
  failedCreateStaysCharged: false,
  unregisterLeavesMappedPinned: false,
  removeClears: 'afterUnset',
  shortPinReturnsCount: false,
};

const VFIO_4_19: VfioFacts = {
  ...VFIO_4_2,
  checksOwner: true,
  defaultWindow: 'pending',
  v1TakesWindowGroups: false,
  // `ret = ioba & mask || ...` in C is 1, and the ioctl returns it.
  misalignedAddressCode: 1,
  unmapChecksEnd: false,
  // H_HARDWARE, -1, is handed on as it is.
  levelFailure: 'EPERM',
  failedCreateStaysCharged: true,
};

const VFIO_5_17: VfioFacts = {
  ...VFIO_4_19,
  levelFailure: 'ENOMEM',
  unregisterLeavesMappedPinned: true,
  shortPinReturnsCount: true,
};

const TABLES_4_19: TableFacts = {
  growth: 'onDemand',
  gfp: 'atomic',
  mirror: 'tree',
  geometry: GEOMETRY_4_19,
  windowMayExceedMemory: true,
};

/** Linux 4.2 to 4.18. */
export const ERA_4_2: Era = {
  name: '4.2',
  vfio: VFIO_4_2,
  tables: {
    growth: 'whole',
    gfp: 'kernel',
    mirror: 'flat',
    geometry: GEOMETRY_4_2,
    windowMayExceedMemory: false,
    pageShifts: [12, 16, 24],
  },
};

/** Linux 4.19. */
export const ERA_4_19: Era = { name: '4.19', vfio: VFIO_4_19, tables: TABLES_4_19 };

/** Linux 5.0 to 6.10. */
export const ERA_5_17: Era = { name: '5.17', vfio: VFIO_5_17, tables: TABLES_4_19 };

/** Linux 6.11 and later. */
export const ERA_6_12: Era = {
  name: '6.12',
  vfio: { ...VFIO_5_17, removeClears: 'beforeUnset' },
  tables: TABLES_4_19,
};
