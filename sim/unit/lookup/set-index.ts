/**
 * The set of a TCE: a function of its page number and PE#. What POWER hardware does is not public
 * (firmware names a hash array, "THASH"), so both are offered.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { PAGE_HIGH_BITS } from './key.ts';

const PAGE_HIGH_MASK = (1 << PAGE_HIGH_BITS) - 1;

export interface SetIndex {
  /** The set of a key: page number in `low` and the low 15 bits of `high`, PE# above bit 16. */
  of(high: number, low: number): number;
}

/** The index function that `tceCache.hash` names. */
export function createSetIndex(hash: UnitConfig['tceCache']['hash'], sets: number): SetIndex {
  if (sets === 1) return new OneSet();
  const powerOfTwo = (sets & (sets - 1)) === 0;
  if (hash === 'xor') return new FoldedIndex(Math.log2(sets));
  return powerOfTwo ? new MaskedIndex(sets) : new RemainderIndex(sets);
}

class OneSet implements SetIndex {
  of(): number {
    return 0;
  }
}

/** Plain: page number mod sets, where the sets are a power of two. */
class MaskedIndex implements SetIndex {
  private readonly mask: number;

  constructor(sets: number) {
    this.mask = sets - 1;
  }

  of(_high: number, low: number): number {
    return low & this.mask;
  }
}

/** Plain: page number mod any other number of sets, in doubles (47 bits are exact). */
class RemainderIndex implements SetIndex {
  constructor(private readonly sets: number) {}

  of(high: number, low: number): number {
    return ((high & PAGE_HIGH_MASK) * 2 ** 32 + (low >>> 0)) % this.sets;
  }
}

/**
 * xor: all groups of log2(sets) bits of the page number and the PE# XORed into one. Bit 32 of the
 * number falls on place 32 mod bits of a group, hence the shift of the high half.
 */
class FoldedIndex implements SetIndex {
  private readonly mask: number;
  private readonly highShift: number;

  constructor(private readonly bits: number) {
    this.mask = 2 ** bits - 1;
    this.highShift = 32 % bits;
  }

  of(high: number, low: number): number {
    let folded = low ^ ((high & PAGE_HIGH_MASK) << this.highShift);
    for (let width = this.bits; width < 32; width += width) folded ^= folded >>> width;
    return (folded ^ (high >>> (PAGE_HIGH_BITS + 1))) & this.mask;
  }
}
