/**
 * The calls of a VFIO container with sPAPR TCE tables as one table: number, structure, and the checks
 * that it makes before its own work, in the kernel's order (tce_iommu_ioctl,
 * drivers/vfio/vfio_iommu_spapr_tce.c, 5.17; include/uapi/linux/vfio.h). Two checks come before all of
 * these: the caller is the container's owner (-EPERM), and the container knows the call (-ENOTTY). What
 * a call does once it is admitted stands in container.ts.
 */
import type { ErrnoName } from '../errno.ts';
import type { Process } from '../process.ts';

/** VFIO_SPAPR_TCE_IOMMU and VFIO_SPAPR_TCE_v2_IOMMU. */
export type ContainerType = 'v1' | 'v2';

/** A condition of the container or of the caller's structure. */
export type Check =
  /** A container without an owner is the caller's from now on. */
  | 'takesOwner'
  | 'hasOwner'
  /** v1: after ENABLE; v2: after the first REGISTER. */
  | 'enabled'
  | 'group'
  /** The structure can be read as far as the call needs it. */
  | 'readable'
  /** The caller's structure is as long as the call needs. */
  | 'argsz'
  /** No flag is set that the call does not know. */
  | 'flags';

export type CallName =
  | 'GET_INFO'
  | 'MAP'
  | 'UNMAP'
  | 'ENABLE'
  | 'DISABLE'
  | 'REGISTER'
  | 'UNREGISTER'
  | 'CREATE'
  | 'REMOVE'
  | 'EEH';

/** What holds of a call before its own work begins. */
export interface CallRule {
  /** VFIO_BASE + n. */
  readonly number: number;
  /** Containers that know the call; others answer -ENOTTY. */
  readonly containers: readonly ContainerType[];
  readonly checks: readonly Check[];
  /** Bytes that the call reads; `argsz` must not be less. */
  readonly bytesMin: number;
  /** Flags that the call knows. */
  readonly flags: number;
}

/** Errors of the checks. */
export const CHECK_ERRNO: Readonly<Record<Check, ErrnoName>> = {
  takesOwner: 'EPERM',
  hasOwner: 'EPERM',
  enabled: 'EPERM',
  group: 'ENXIO',
  readable: 'EFAULT',
  argsz: 'EINVAL',
  flags: 'EINVAL',
};

const BOTH: readonly ContainerType[] = ['v1', 'v2'];

/** VFIO_DMA_MAP_FLAG_READ and _WRITE. */
export const MAP_READ = 1;
export const MAP_WRITE = 2;

export const CALLS: Readonly<Record<CallName, CallRule>> = {
  GET_INFO: {
    number: 12,
    containers: BOTH,
    checks: ['group', 'readable', 'argsz'],
    bytesMin: 16,
    flags: 0,
  },
  MAP: {
    number: 13,
    containers: BOTH,
    checks: ['enabled', 'readable', 'argsz', 'flags'],
    bytesMin: 32,
    flags: MAP_READ | MAP_WRITE,
  },
  UNMAP: {
    number: 14,
    containers: BOTH,
    checks: ['enabled', 'readable', 'argsz', 'flags'],
    bytesMin: 24,
    flags: 0,
  },
  ENABLE: { number: 15, containers: ['v1'], checks: [], bytesMin: 0, flags: 0 },
  DISABLE: { number: 16, containers: ['v1'], checks: [], bytesMin: 0, flags: 0 },
  REGISTER: {
    number: 17,
    containers: ['v2'],
    checks: ['takesOwner', 'readable', 'argsz', 'flags'],
    bytesMin: 24,
    flags: 0,
  },
  UNREGISTER: {
    number: 18,
    containers: ['v2'],
    checks: ['hasOwner', 'readable', 'argsz', 'flags'],
    bytesMin: 24,
    flags: 0,
  },
  CREATE: {
    number: 19,
    containers: ['v2'],
    checks: ['takesOwner', 'group', 'readable', 'argsz', 'flags'],
    bytesMin: 40,
    flags: 0,
  },
  REMOVE: {
    number: 20,
    containers: ['v2'],
    checks: ['takesOwner', 'group', 'readable', 'argsz', 'flags'],
    bytesMin: 16,
    flags: 0,
  },
  EEH: {
    number: 21,
    containers: BOTH,
    checks: [],
    bytesMin: 12,
    flags: 0,
  },
};

/** How a call arrives: who makes it, and what its structure says of itself. */
export interface Frame {
  /** The calling process; left out, the one that opened the container. */
  readonly caller?: Process;
  /** Left out: as many bytes as the call needs. */
  readonly argsz?: number;
  /** Flags besides those that the call's arguments stand for. */
  readonly flags?: number;
  /** Bytes of the structure that the caller's memory holds; left out: all of them. */
  readonly readableBytes?: number;
}

/** GET_INFO with what it tells of windows. */
const INFO_WITH_WINDOWS_BYTES = 32;

/** Whether the caller's structure of GET_INFO goes beyond the default window. */
export function hasRoomForWindows({ argsz = INFO_WITH_WINDOWS_BYTES }: Frame): boolean {
  return argsz >= INFO_WITH_WINDOWS_BYTES;
}

/** A call with nothing to complain of. */
export const PROPER_CALL: Frame = {};
