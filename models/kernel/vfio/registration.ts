/**
 * The memory that one container registered, out of all that its process did, after
 * tce_iommu_register_pages and tce_iommu_unregister_pages (drivers/vfio/vfio_iommu_spapr_tce.c) and
 * mm_iommu_do_alloc (arch/powerpc/mm/book3s64/iommu_api.c, 5.17). Left out: no memory for the array of
 * page addresses (-ENOMEM).
 */
import { hex } from '../../bits.ts';
import { formatSize } from '../../size.ts';
import type { MemoryRange } from '../address-space.ts';
import { type CallResult, type Refusal, refuse, refuseWithCode } from '../call-result.ts';
import type { Kernel } from '../kernel.ts';
import type { Process } from '../process.ts';
import type { Region } from './preregistered.ts';

/** Pages pinned at a time: pointers to them fill one block of the largest order, 16 MiB. */
const PIN_CHUNK_PAGES = 2n ** 21n;

/** What registration asks of a kernel. */
type RegistrationKernel = Pick<Kernel, 'era' | 'basePageShift'>;

export class Registration {
  private readonly kernel: RegistrationKernel;
  private readonly held: { readonly process: Process; readonly region: Region }[] = [];

  constructor(kernel: RegistrationKernel) {
    this.kernel = kernel;
  }

  /** Pins and charges a range; one that another container has registered costs nothing. */
  register(process: Process, start: bigint, bytes: bigint): CallResult {
    const problem = this.rangeProblem(start, bytes);
    if (problem !== undefined) return refuse('EINVAL', problem);
    const { locked, regions } = process;
    const known = regions.find(start, bytes);
    if (known !== undefined) return this.share(process, known);
    const limit = locked.charge(bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    const refusal = this.pinProblem(process, start, bytes);
    if (refusal !== undefined) {
      locked.refund(bytes);
      return refusal;
    }
    const ranges = process.memory.rangesFrom(start, bytes);
    const region = regions.add(start, bytes, ranges, this.kernel.basePageShift);
    this.held.push({ process, region });
    return { rc: 0 };
  }

  /** Gives up exactly a range that was registered. */
  unregister(process: Process, start: bigint, bytes: bigint): CallResult {
    const problem = this.rangeProblem(start, bytes);
    if (problem !== undefined) return refuse('EINVAL', problem);
    const region = process.regions.find(start, bytes);
    const at = this.held.findIndex((each) => each.region === region);
    if (region === undefined || at < 0) {
      return refuse('ENOENT', 'this container has registered no such range');
    }
    if (isPinnedByTces(region) && !this.kernel.era.vfio.unregisterLeavesMappedPinned) {
      return refuse('EBUSY', `${tcesPointing(region.mappedEntries)} into the range`);
    }
    this.held.splice(at, 1);
    drop(process, region);
    return { rc: 0 };
  }

  /** Gives up everything, as the end of a container does. */
  release(): void {
    for (const { process, region } of this.held.splice(0)) drop(process, region);
  }

  private share(process: Process, region: Region): CallResult {
    if (this.held.some((each) => each.region === region)) {
      return refuse('EBUSY', 'this container has registered the range already');
    }
    region.users += 1;
    this.held.push({ process, region });
    return { rc: 0 };
  }

  /** What goes wrong after the charge: memory that ends early, another region in the way. */
  private pinProblem(
    { memory, regions }: Process,
    start: bigint,
    bytes: bigint,
  ): Refusal | undefined {
    const present = presentBytes(memory.rangesFrom(start, bytes), start, bytes);
    if (present < bytes) return this.shortPin(start, present);
    const other = regions.overlapping(start, bytes);
    if (other === undefined) return undefined;
    return refuse('EINVAL', `the range overlaps the one registered at ${hex(other.start)}`);
  }

  /** pin_user_pages answers how many pages it got, and that count comes out as the return code. */
  private shortPin(start: bigint, present: bigint): Refusal {
    const reason = `the process has no memory at ${hex(start + present)}`;
    const pages = present >> BigInt(this.kernel.basePageShift);
    const lastChunk = Number(pages % PIN_CHUNK_PAGES);
    if (lastChunk === 0 || !this.kernel.era.vfio.shortPinReturnsCount)
      return refuse('EFAULT', reason);
    return refuseWithCode(lastChunk, reason);
  }

  private rangeProblem(start: bigint, bytes: bigint): string | undefined {
    const pageBytes = 1n << BigInt(this.kernel.basePageShift);
    if (((start | bytes) & (pageBytes - 1n)) !== 0n) {
      return `address and size: expected multiples of ${formatSize(pageBytes)}`;
    }
    return start + bytes >= 1n << 64n ? 'the range wraps around the address space' : undefined;
  }
}

/** Whether the last container lets go of a region that TCEs still point into. */
function isPinnedByTces(region: Region): boolean {
  return region.users === 1 && region.mappedEntries > 0;
}

/** So many TCEs, and that they point. */
function tcesPointing(count: number): string {
  return count === 1 ? '1 TCE points' : `${count} TCEs point`;
}

/** mm_iommu_put: a mapped region keeps its last user, and stays pinned and charged. */
function drop(process: Process, region: Region): void {
  if (isPinnedByTces(region)) return;
  region.users -= 1;
  if (region.users > 0) return;
  process.regions.remove(region);
  process.locked.refund(region.bytes);
}

/** Bytes of the range that the process has memory for, up to the first hole. */
function presentBytes(ranges: readonly MemoryRange[], start: bigint, bytes: bigint): bigint {
  const last = ranges.at(-1);
  if (last === undefined) return 0n;
  const end = last.start + last.bytes;
  return end - start < bytes ? end - start : bytes;
}
