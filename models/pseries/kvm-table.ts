/**
 * A guest's TCE table as KVM keeps it (struct kvmppc_spapr_tce_table, arch/powerpc/kvm/
 * book3s_64_vio.c): the guest's own values, which userspace reads, and the host tables tied to it, which
 * the PHB reads.
 */
import type { DmaWindow } from '../kernel/vfio/dma-window.ts';

/** KVM_CREATE_SPAPR_TCE_64, struct kvm_create_spapr_tce_64. */
export interface GuestTableRequest {
  readonly liobn: number;
  /** Log2 of the guest's IO page. */
  readonly pageShift: number;
  /** First page of the window, in pages. */
  readonly offset: bigint;
  /** Pages of the window. */
  readonly size: bigint;
}

/** A host window that KVM fills along with a guest's table. */
export interface TiedWindow {
  readonly window: DmaWindow;
  /** Makes the PHB forget pages, `address` being the bus address of the first. */
  kill(pageShift: number, address: bigint, pages: number): void;
}

const TCE_BYTES = 8n;

export class KvmTceTable {
  readonly request: GuestTableRequest;
  /** In the order in which they were tied. */
  readonly tied: TiedWindow[] = [];
  private readonly basePageShift: number;
  private readonly values = new Map<bigint, bigint>();
  private readonly pages = new Set<bigint>();

  constructor(request: GuestTableRequest, basePageShift: number) {
    this.request = request;
    this.basePageShift = basePageShift;
  }

  /** Pages of the kernel that hold the guest's values so far. */
  get pagesAllocated(): number {
    return this.pages.size;
  }

  /** The value at an entry, counted from the window's start; 0 where nobody wrote one. */
  get(entry: bigint): bigint {
    return this.values.get(entry) ?? 0n;
  }

  /** Writes a value; its page comes into being, but not for a 0. */
  set(entry: bigint, tce: bigint): void {
    if (tce !== 0n) this.pages.add(this.pageOf(entry));
    if (tce === 0n) this.values.delete(entry);
    else this.values.set(entry, tce);
  }

  hasPage(entry: bigint): boolean {
    return this.pages.has(this.pageOf(entry));
  }

  /** Bus address of the window's start. */
  get start(): bigint {
    return this.request.offset << BigInt(this.request.pageShift);
  }

  /** Bytes of the window. */
  get bytes(): bigint {
    return this.request.size << BigInt(this.request.pageShift);
  }

  private pageOf(entry: bigint): bigint {
    return (entry * TCE_BYTES) >> BigInt(this.basePageShift);
  }
}

/** Locked memory that a table costs: its pages, and the structure with a pointer to each of them. */
export function guestTableBytes(size: bigint, basePageShift: number, structBytes: bigint): bigint {
  const shift = BigInt(basePageShift);
  const inPages = (bytes: bigint) => (bytes + (1n << shift) - 1n) >> shift;
  const tcePages = inPages(size * TCE_BYTES);
  return (tcePages + inPages(structBytes + tcePages * 8n)) << shift;
}
