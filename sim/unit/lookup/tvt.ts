/**
 * The TVE table of a PHB: two entries a PE, decoded once when software writes one, so that a request
 * finds in it what it needs as small integers.
 */

import { TABLE_ADDRESS_MASK } from '../../../models/address.ts';
import { lowerHalf, upperHalf } from '../../../models/bits.ts';
import {
  decodeTveOf,
  type Ioda,
  spanBits,
  type TranslatedTve,
  type Tve,
} from '../../../models/tve.ts';

/** Kinds of TVE as the unit tells them apart. */
export const TVE_TRANSLATED = 0;
const TVE_BYPASS = 1;
export const TVE_INVALID = 2;

export class Tvt {
  readonly kind: Int32Array;
  readonly pageShift: Int32Array;
  /** Address bits that lie beyond the window, in halves: set bits are an error. */
  readonly beyondLow: Int32Array;
  readonly beyondHigh: Int32Array;
  readonly levels: Int32Array;
  readonly indexBits: Int32Array;
  readonly rootLow: Int32Array;
  readonly rootHigh: Int32Array;
  /** Untranslated windows: first granule and first one behind, of 16 MiB. */
  readonly firstGranule: Int32Array;
  readonly endGranule: Int32Array;
  /** Where the window's results are counted. */
  readonly account: Int32Array;

  constructor(
    entries: number,
    private readonly phb: { readonly ioda: Ioda; readonly pageShifts: readonly number[] },
    /** Address bits that lie beyond every translated window. */
    private readonly beyondAll: bigint,
  ) {
    const column = () => new Int32Array(Math.max(32, entries));
    this.kind = column().fill(TVE_INVALID);
    this.pageShift = column();
    this.beyondLow = column();
    this.beyondHigh = column();
    this.levels = column();
    this.indexBits = column();
    this.rootLow = column();
    this.rootHigh = column();
    this.firstGranule = column();
    this.endGranule = column();
    this.account = column();
  }

  /** Writes an entry; its requests are counted under `account` from now on. */
  write(index: number, word: bigint, account: number): void {
    const tve = decodeTveOf(word, this.phb);
    this.account[index] = account;
    this.kind[index] = TVE_INVALID;
    if (tve.kind === 'translated') this.writeTranslated(index, tve);
    else this.writeUntranslated(index, tve);
  }

  /** log2 of the bytes that an entry of a level's table spans, the leaf being level 0. */
  shiftOf(index: number, level: number): number {
    return this.indexBits[index] * level + this.pageShift[index];
  }

  /** Whether an address, in halves, lies beyond a translated window. */
  isBeyond(index: number, upper: number, lower: number): boolean {
    return ((upper & this.beyondHigh[index]) | (lower & this.beyondLow[index])) !== 0;
  }

  private writeTranslated(index: number, tve: TranslatedTve): void {
    const inside = (1n << BigInt(spanBits(tve))) - 1n;
    const beyond = (TABLE_ADDRESS_MASK & ~inside) | this.beyondAll;
    this.kind[index] = TVE_TRANSLATED;
    this.pageShift[index] = tve.pageShift;
    this.beyondLow[index] = lowerHalf(beyond);
    this.beyondHigh[index] = upperHalf(beyond);
    this.levels[index] = tve.levels;
    this.indexBits[index] = tve.indexBits;
    this.rootLow[index] = lowerHalf(tve.root);
    this.rootHigh[index] = upperHalf(tve.root);
  }

  private writeUntranslated(index: number, tve: Tve): void {
    if (tve.kind === 'bypass') {
      this.kind[index] = TVE_BYPASS;
      this.firstGranule[index] = Number(tve.start >> 24n);
      this.endGranule[index] = Number(tve.end >> 24n);
    } else if (tve.kind === 'unchecked') {
      this.kind[index] = TVE_BYPASS;
      this.firstGranule[index] = 0;
      this.endGranule[index] = 1 << 26;
    }
  }
}
