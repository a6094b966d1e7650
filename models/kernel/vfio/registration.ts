/**
 * The memory that one container registered, out of all that its process did, after
 * tce_iommu_register_pages and tce_iommu_unregister_pages (drivers/vfio/vfio_iommu_spapr_tce.c, 5.17).
 */
import { hex } from '../../bits.ts';
import { formatSize } from '../../size.ts';
import { type CallResult, refuse } from '../call-result.ts';
import type { Era } from '../era.ts';
import type { LockedMemory } from '../locked-memory.ts';
import type { Backing, PreregisteredMemory, Region } from './preregistered.ts';

/** What a process has but once, however many containers it opens. */
export interface Process {
  readonly locked: LockedMemory;
  readonly regions: PreregisteredMemory;
}

export class Registration {
  private readonly process: Process;
  private readonly era: Era;
  private readonly basePageShift: number;
  private readonly held: Region[] = [];

  constructor(process: Process, kernel: { era: Era; basePageShift: number }) {
    this.process = process;
    this.era = kernel.era;
    this.basePageShift = kernel.basePageShift;
  }

  /** Pins and charges a range; one that another container has registered costs nothing. */
  register(start: bigint, bytes: bigint, backing: Backing): CallResult {
    const problem = this.rangeProblem(start, bytes);
    if (problem !== undefined) return refuse('EINVAL', problem);
    const { locked, regions } = this.process;
    const known = regions.find(start, bytes);
    if (known !== undefined) return this.share(known);
    const limit = locked.charge(bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    const other = regions.overlapping(start, bytes);
    if (other !== undefined) {
      locked.refund(bytes);
      return refuse('EINVAL', `the range overlaps the one registered at ${hex(other.start)}`);
    }
    this.held.push(regions.add(start, bytes, backing));
    return { rc: 0 };
  }

  /** Gives up exactly a range that was registered. */
  unregister(start: bigint, bytes: bigint): CallResult {
    const problem = this.rangeProblem(start, bytes);
    if (problem !== undefined) return refuse('EINVAL', problem);
    const { locked, regions } = this.process;
    const region = regions.find(start, bytes);
    if (region === undefined || !this.held.includes(region)) {
      return refuse('ENOENT', 'this container has registered no such range');
    }
    const isMapped = region.users === 1 && region.mappedEntries > 0;
    if (isMapped && !this.era.unregisterLeavesMappedPinned) {
      return refuse('EBUSY', `${region.mappedEntries} TCEs point into the range`);
    }
    this.held.splice(this.held.indexOf(region), 1);
    // A mapped region keeps its last user: it stays pinned and charged.
    if (isMapped) return { rc: 0 };
    region.users -= 1;
    if (region.users === 0) {
      regions.remove(region);
      locked.refund(bytes);
    }
    return { rc: 0 };
  }

  private share(known: Region): CallResult {
    if (this.held.includes(known)) {
      return refuse('EBUSY', 'this container has registered the range already');
    }
    known.users += 1;
    this.held.push(known);
    return { rc: 0 };
  }

  private rangeProblem(start: bigint, bytes: bigint): string | undefined {
    const pageBytes = 1n << BigInt(this.basePageShift);
    if (((start | bytes) & (pageBytes - 1n)) !== 0n) {
      return `address and size: expected multiples of ${formatSize(pageBytes)}`;
    }
    return start + bytes >= 1n << 64n ? 'the range wraps around the address space' : undefined;
  }
}
