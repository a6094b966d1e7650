/**
 * Which entries of a TCE table are handed out: one bit an entry (it_map of struct iommu_table), searched
 * as lib/iommu-helper.c does. The maps of the largest windows have 2^27 entries, 16 MiB.
 */
import { BitSet } from '../../memory/bit-set.ts';

/** Entry numbers must stay below the sign of a 32-bit number. */
const ENTRIES_MAX = 2 ** 31;

/** A run of free entries that is looked for. */
export interface FreeRun {
  /** First entry that may be taken. */
  readonly from: number;
  /** First entry that the run may not reach. */
  readonly end: number;
  readonly count: number;
  /** The run begins at a multiple of this power of two. */
  readonly alignment: number;
}

export class EntryMap {
  readonly size: number;
  private readonly bits: BitSet;

  /** A map of `size` free entries. Throws RangeError above 2^31 of them. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1 || size > ENTRIES_MAX) {
      throw new RangeError(`entry map: expected 1 to ${ENTRIES_MAX} entries, got ${size}`);
    }
    this.size = size;
    this.bits = new BitSet(size);
  }

  /** Entries handed out or reserved. */
  get taken(): number {
    return this.bits.count;
  }

  has(entry: number): boolean {
    return this.bits.has(entry);
  }

  take(from: number, count: number): void {
    this.bits.set(from, from + count);
  }

  release(from: number, count: number): void {
    this.bits.clear(from, from + count);
  }

  /** The first free entry in `from..end`, or `end`. */
  nextFree(from: number, end: number): number {
    return this.bits.nextClear(from, end);
  }

  /** The first taken entry in `from..end`, or `end`. */
  nextTaken(from: number, end: number): number {
    return this.bits.nextSet(from, end);
  }

  /** The first entry of the lowest run that fits, or undefined. */
  findFree({ from, end, count, alignment }: FreeRun): number | undefined {
    let start = from;
    for (;;) {
      const first = Math.ceil(this.nextFree(start, end) / alignment) * alignment;
      if (first + count > end) return undefined;
      const obstacle = this.nextTaken(first, first + count);
      if (obstacle === first + count) return first;
      start = obstacle + 1;
    }
  }
}
