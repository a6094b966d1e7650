/**
 * Which entries of a TCE table are handed out: one bit an entry (it_map of struct iommu_table), searched
 * as lib/iommu-helper.c and lib/bitmap.c do. 32 entries are looked at in one step, so that the maps of
 * the largest windows (2^27 entries, 16 MiB) stay quick to search when they are full.
 */

/** Entry numbers must stay below the sign of a 32-bit number. */
const ENTRIES_MAX = 2 ** 31;
const WORD_BITS = 32;
const ALL = -1;

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
  private readonly words: Int32Array;

  /** A map of `size` free entries. Throws RangeError above 2^31 of them. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1 || size > ENTRIES_MAX) {
      throw new RangeError(`entry map: expected 1 to ${ENTRIES_MAX} entries, got ${size}`);
    }
    this.size = size;
    this.words = new Int32Array(Math.ceil(size / WORD_BITS));
  }

  /** Entries handed out or reserved. */
  get taken(): number {
    let sum = 0;
    for (const word of this.words) sum += bitsSet(word);
    return sum;
  }

  has(entry: number): boolean {
    return ((this.words[entry >>> 5] >>> (entry & 31)) & 1) === 1;
  }

  take(from: number, count: number): void {
    this.write(from, count, true);
  }

  release(from: number, count: number): void {
    this.write(from, count, false);
  }

  /** The first free entry in `from..end`, or `end`. */
  nextFree(from: number, end: number): number {
    return this.next(from, end, ALL);
  }

  /** The first taken entry in `from..end`, or `end`. */
  nextTaken(from: number, end: number): number {
    return this.next(from, end, 0);
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

  /** The first bit in `from..end` that differs from those of `skipped`, or `end`. */
  private next(from: number, end: number, skipped: number): number {
    if (from >= end) return end;
    const last = (end - 1) >>> 5;
    let at = from >>> 5;
    let found = (this.words[at] ^ skipped) & (ALL << (from & 31));
    while (found === 0 && at < last) {
      at += 1;
      found = this.words[at] ^ skipped;
    }
    if (found === 0) return end;
    return Math.min(at * WORD_BITS + lowestBit(found), end);
  }

  private write(from: number, count: number, isTaken: boolean): void {
    const end = from + count;
    if (count <= 0) return;
    const first = from >>> 5;
    const last = (end - 1) >>> 5;
    const head = ALL << (from & 31);
    const tail = ALL >>> ((WORD_BITS - end) & 31);
    if (first === last) {
      this.writeWord(first, head & tail, isTaken);
      return;
    }
    this.writeWord(first, head, isTaken);
    this.words.fill(isTaken ? ALL : 0, first + 1, last);
    this.writeWord(last, tail, isTaken);
  }

  private writeWord(at: number, bits: number, isTaken: boolean): void {
    if (isTaken) this.words[at] |= bits;
    else this.words[at] &= ~bits;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function bitsSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const eights = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(eights, 0x01010101) >>> 24;
}
