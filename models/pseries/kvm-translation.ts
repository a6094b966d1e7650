/**
 * From an address of a guest to the real memory behind it, as KVM's TCE handlers find it: by the guest's
 * memory slots to QEMU's address, and by QEMU's registered memory to the real page (kvmppc_tce_to_ua,
 * mm_iommu_lookup, mm_iommu_ua_to_hpa).
 */
import { memoryAt, type PreregisteredMemory, type Region } from '../kernel/vfio/preregistered.ts';

/** A run of the guest's memory and where QEMU has it (struct kvm_memory_slot). */
export interface MemorySlot {
  readonly guestStart: bigint;
  readonly bytes: bigint;
  readonly processStart: bigint;
}

/** A real page, and the region whose mapped TCEs are counted. */
export interface RealPage {
  readonly real: bigint;
  readonly region: Region;
}

export class KvmTranslation {
  readonly regions: PreregisteredMemory;
  private readonly slots: readonly MemorySlot[];

  constructor(slots: readonly MemorySlot[], regions: PreregisteredMemory) {
    this.slots = slots;
    this.regions = regions;
  }

  /** QEMU's address of a guest's; undefined outside the guest's memory. */
  processAddress(guestAddress: bigint): bigint | undefined {
    const slot = this.slots.find(
      ({ guestStart, bytes }) => guestStart <= guestAddress && guestAddress < guestStart + bytes,
    );
    return slot && slot.processStart + guestAddress - slot.guestStart;
  }

  /** The real page behind QEMU's address, if it is registered in pages as large as that. */
  realPage(processAddress: bigint, pageShift: number): RealPage | undefined {
    const region = this.regions.lookup(processAddress, 1n << BigInt(pageShift));
    if (region === undefined || pageShift > region.pageShift) return undefined;
    const range = memoryAt(region, processAddress);
    if (range === undefined) return undefined;
    return { real: range.realAddress + processAddress - range.start, region };
  }
}
