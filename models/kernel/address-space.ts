/**
 * A process's memory as the TCE drivers meet it: ranges of userspace addresses, each backed by real
 * memory in pages of one size. Real page tables map page by page; a range here is a run of pages whose
 * real addresses follow each other.
 */
import { hex } from '../bits.ts';
import { InputError } from '../input-error.ts';
import { formatSize } from '../size.ts';

/** A run of memory. */
export interface MemoryRange {
  readonly start: bigint;
  readonly bytes: bigint;
  readonly realAddress: bigint;
  /** Log2 of the page: the kernel's own, or a huge page (hugetlb; transparent ones do not count). */
  readonly pageShift: number;
}

export class AddressSpace {
  private readonly ranges: MemoryRange[] = [];

  /** Throws InputError for a range that is not of whole pages, or that overlaps another. */
  add(range: MemoryRange): void {
    const { start, bytes, realAddress, pageShift } = range;
    const where = `process memory at ${hex(start)}`;
    const page = 1n << BigInt(pageShift);
    const parts = { address: start, size: bytes, 'real address': realAddress };
    for (const [name, value] of Object.entries(parts)) {
      if (value % page === 0n) continue;
      const wanted = `a multiple of the page of ${formatSize(page)}`;
      throw new InputError(`${where}: ${name}: expected ${wanted}, got ${hex(value)}`);
    }
    const other = this.ranges.find(
      (each) =>
        (start < each.start + each.bytes && each.start < start + bytes) ||
        (realAddress < each.realAddress + each.bytes && each.realAddress < realAddress + bytes),
    );
    if (other !== undefined) {
      throw new InputError(`${where}: expected memory of its own, got that of ${hex(other.start)}`);
    }
    this.ranges.push(range);
    this.ranges.sort((one, two) => (one.start < two.start ? -1 : 1));
  }

  /** Takes the range that begins at `start` out again. */
  remove(start: bigint): void {
    const at = this.ranges.findIndex((range) => range.start === start);
    if (at >= 0) this.ranges.splice(at, 1);
  }

  /** The range that an address lies in. */
  rangeAt(address: bigint): MemoryRange | undefined {
    return rangeAt(this.ranges, address);
  }

  /** The ranges from `start` on, without a hole, up to `bytes` further or the first hole. */
  rangesFrom(start: bigint, bytes: bigint): MemoryRange[] {
    const found: MemoryRange[] = [];
    let address = start;
    for (const range of this.ranges) {
      if (range.start + range.bytes <= address) continue;
      if (range.start > address || address >= start + bytes) break;
      found.push(range);
      address = range.start + range.bytes;
    }
    return found;
  }
}

/** The one of these ranges that an address lies in. */
export function rangeAt(ranges: readonly MemoryRange[], address: bigint): MemoryRange | undefined {
  return ranges.find(({ start, bytes }) => start <= address && address < start + bytes);
}
