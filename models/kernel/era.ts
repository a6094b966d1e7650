/**
 * Kernel versions as data: what the sPAPR TCE driver of VFIO (drivers/vfio/vfio_iommu_spapr_tce.c) and
 * powernv's tables answer differently from one version to the next. Code asks for the fact, never for
 * the version.
 */
import type { ErrnoName } from './errno.ts';

export interface Era {
  /** The name on the command line. */
  readonly name: string;
  /** Return code of MAP and UNMAP for a bus address that splits an IO page. */
  readonly misalignedAddressCode: number;
  /** MAP when a table level finds no block. */
  readonly levelFailure: ErrnoName;
  /** A CREATE that fails in table allocation keeps the process charged for the whole table. */
  readonly failedCreateStaysCharged: boolean;
  /** UNREGISTER of memory that is still mapped succeeds and leaves it pinned; otherwise -EBUSY. */
  readonly unregisterLeavesMappedPinned: boolean;
}

/** Linux 5.x on powernv, read at 5.17 and 6.1. */
export const ERA_5: Era = {
  name: '5.x',
  // `ret = ioba & mask || ...` in C is 1, and the ioctl returns it.
  misalignedAddressCode: 1,
  levelFailure: 'ENOMEM',
  failedCreateStaysCharged: true,
  unregisterLeavesMappedPinned: true,
};
