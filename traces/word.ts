/**
 * A 64-bit word that changes in place, for code that runs once a line of a log: BigInt costs 3 to 12 times
 * more there (Node 20). The halves are signed 32-bit numbers, which V8 keeps in an object without a box.
 */
import { joinHalves, lowerHalf, upperHalf } from '../models/bits.ts';

const HALF = 2 ** 32;
/** Powers of two; the operator costs 15 ns (Node 20). */
const POWERS = Float64Array.from({ length: 64 }, (_, shift) => 2 ** shift);

export class Word {
  /** Upper 32 bits, signed. */
  high = 0;
  /** Lower 32 bits, signed. */
  low = 0;

  /** Takes the value of halves, signed or unsigned. */
  set(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  copy(other: Word): this {
    this.high = other.high;
    this.low = other.low;
    return this;
  }

  /** Takes the sum modulo 2^64. */
  add(other: Word): this {
    const low = (this.low >>> 0) + (other.low >>> 0);
    this.high = (this.high + other.high + (low >= HALF ? 1 : 0)) | 0;
    this.low = low | 0;
    return this;
  }

  /** Takes the difference modulo 2^64. */
  subtract(other: Word): this {
    const low = (this.low >>> 0) - (other.low >>> 0);
    this.high = (this.high - other.high - (low < 0 ? 1 : 0)) | 0;
    this.low = low | 0;
    return this;
  }

  /** Takes `units << shift`, exact below 2^64 (shifts up to 63); answers false where it is not. */
  setShifted(units: number, shift: number): boolean {
    const product = units * POWERS[shift];
    this.high = Math.floor(product / HALF) | 0;
    this.low = product | 0;
    return product < HALF * HALF;
  }

  /** Adds a whole number below 2^53, modulo 2^64. */
  advance(count: number): this {
    const low = (this.low >>> 0) + (count >>> 0);
    this.high = (this.high + Math.floor(count / HALF) + (low >= HALF ? 1 : 0)) | 0;
    this.low = low | 0;
    return this;
  }

  /** A new word: the sum with a whole number below 2^53, modulo 2^64. */
  plus(count: number): Word {
    return new Word().copy(this).advance(count);
  }

  equals(other: Word): boolean {
    return this.low === other.low && this.high === other.high;
  }

  /** Whether this is the smaller of two unsigned words. */
  isBelow(other: Word): boolean {
    if (this.high !== other.high) return this.high >>> 0 < other.high >>> 0;
    return this.low >>> 0 < other.low >>> 0;
  }

  /** `this - from` where that is a number from 0 to 2^32 - 1, else -1. */
  distanceFrom(from: Word): number {
    const low = (this.low >>> 0) - (from.low >>> 0);
    const high = (this.high - from.high - (low < 0 ? 1 : 0)) | 0;
    return high === 0 ? low >>> 0 : -1;
  }

  /** Writes the word into row `row` of a column of pairs, low half first. */
  store(column: Uint32Array, row: number): void {
    column[2 * row] = this.low;
    column[2 * row + 1] = this.high;
  }

  toBigInt(): bigint {
    return joinHalves(this.high, this.low);
  }
}

/** The word of a BigInt below 2^64. */
export function wordOf(value: bigint): Word {
  return new Word().set(upperHalf(value), lowerHalf(value));
}
