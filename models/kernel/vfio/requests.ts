/** What the calls of a container take and give, beyond what CREATE takes (group/table-group.ts). */

/** Arguments of VFIO_IOMMU_MAP_DMA. */
export interface MapRequest {
  /** Userspace address. */
  readonly processAddress: bigint;
  /** Bus address. */
  readonly busAddress: bigint;
  readonly bytes: bigint;
  readonly read: boolean;
  readonly write: boolean;
}

/** What VFIO_IOMMU_SPAPR_TCE_GET_INFO tells. */
export interface ContainerInfo {
  readonly dma32Start: bigint;
  readonly dma32Bytes: bigint;
  /** VFIO_IOMMU_SPAPR_INFO_DDW: a v2 container whose group makes windows. */
  readonly makesWindows: boolean;
  /** Told where windows are made and the caller's structure has room for it. */
  readonly windows?: WindowsInfo;
}

/** What a process may ask of CREATE. */
export interface WindowsInfo {
  /** Bit n set: IO pages of 2^n bytes. */
  readonly pageSizes: bigint;
  readonly windowsMax: number;
  readonly levelsMax: number;
}

/** A MAP or UNMAP that reached past the table: the kernel wrote into memory that was not its own. */
export interface RangeOutputs {
  readonly beyondTable: number;
}
