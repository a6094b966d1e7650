/**
 * Bits by number, in words of 32 that are read and written whole, so that millions of them stay quick to search:
 * the maps of a node's pages and of a DMA window's entries are made of it (lib/bitmap.c).
 */

const WORD_BITS = 32;
const ALL = -1;

export class BitSet {
  readonly size: number;
  /** Bit n is bit `n & 31` of word `n >>> 5`; bits from `size` on are clear. */
  readonly words: Int32Array;

  /** `size` clear bits, a whole number up to 2^31. */
  constructor(size: number) {
    this.size = size;
    this.words = new Int32Array(Math.ceil(size / WORD_BITS));
  }

  /** Bits that are set. */
  get count(): number {
    let sum = 0;
    for (const word of this.words) sum += bitCount(word);
    return sum;
  }

  has(bit: number): boolean {
    return ((this.words[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  }

  /** Sets the bits `from..end` (exclusive). */
  set(from: number, end: number): void {
    this.write(from, end, true);
  }

  /** Clears the bits `from..end` (exclusive). */
  clear(from: number, end: number): void {
    this.write(from, end, false);
  }

  /** The first set bit in `from..end`, or `end`. */
  nextSet(from: number, end: number): number {
    return this.next(from, end, 0);
  }

  /** The first clear bit in `from..end`, or `end`. */
  nextClear(from: number, end: number): number {
    return this.next(from, end, ALL);
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

  private write(from: number, end: number, isSet: boolean): void {
    if (end <= from) return;
    const first = from >>> 5;
    const last = (end - 1) >>> 5;
    const head = ALL << (from & 31);
    const tail = ALL >>> ((WORD_BITS - end) & 31);
    if (first === last) {
      this.writeWord(first, head & tail, isSet);
      return;
    }
    this.writeWord(first, head, isSet);
    this.words.fill(isSet ? ALL : 0, first + 1, last);
    this.writeWord(last, tail, isSet);
  }

  private writeWord(at: number, bits: number, isSet: boolean): void {
    if (isSet) this.words[at] |= bits;
    else this.words[at] &= ~bits;
  }
}

/** Bits that are set in a word of 32. */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const eights = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(eights, 0x01010101) >>> 24;
}

/** Number of the lowest bit that is set in a word of 32; -1 where none is. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
