/**
 * How the elements of a scatter list become segments of bus addresses: neighbours on the bus are merged
 * up to what the device can take in one (ppc_iommu_map_sg, arch/powerpc/kernel/iommu.c; `iommu=novmerge`
 * turns it off). An empty element ends a segment. An empty first element stays a segment of no bytes,
 * and unmapping ends there: the kernel never gives back what follows it.
 */

/** Bus addresses that a device may use as one. */
export interface DmaSegment {
  readonly busAddress: bigint;
  readonly bytes: bigint;
}

/** What the device and the kernel allow. */
export interface MergeRules {
  /** dma_parms.max_segment_size. */
  readonly segmentBytesMax: bigint;
  readonly isMergingOff: boolean;
}

export class SegmentList {
  private readonly rules: MergeRules;
  private readonly made: DmaSegment[] = [];
  /** Where the previous element ended; no element begins at 0. */
  private end = 0n;

  constructor(rules: MergeRules) {
    this.rules = rules;
  }

  get segments(): readonly DmaSegment[] {
    return this.made;
  }

  /** Takes up the next element, which is mapped already. */
  add(busAddress: bigint, bytes: bigint): void {
    const { segmentBytesMax, isMergingOff } = this.rules;
    const last = this.made.at(-1);
    const isNeighbour = busAddress === this.end && !isMergingOff;
    if (last !== undefined && isNeighbour && last.bytes + bytes <= segmentBytesMax) {
      this.made[this.made.length - 1] = { ...last, bytes: last.bytes + bytes };
    } else {
      this.made.push({ busAddress, bytes });
    }
    this.end = busAddress + bytes;
  }

  /** Passes over an element of no bytes. */
  addEmpty(): void {
    if (this.made.length === 0) this.made.push({ busAddress: 0n, bytes: 0n });
    this.end = 0n;
  }
}
