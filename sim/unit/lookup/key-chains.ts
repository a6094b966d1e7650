/**
 * A small hash table over numbered slots: keys of two 32-bit halves find the slot that was linked under them
 * last. Slots of one hash value hang in a chain.
 */
import { OFF_HEAP_CELLS } from '../off-heap.ts';
import { PAGE_HIGH_BITS } from './key.ts';

export const NO_SLOT = -1;
/** High half of the key of a slot that is not linked. */
const NO_KEY = -1;
export class KeyChains {
  readonly slots: number;
  private readonly keyLow: Int32Array;
  private readonly keyHigh: Int32Array;
  /** The first slot of each chain, and the one behind each slot. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly mask: number;

  constructor(slots: number) {
    const cells = Math.max(slots, OFF_HEAP_CELLS);
    const chains = 2 ** Math.ceil(Math.log2(2 * cells));
    this.slots = slots;
    this.keyLow = new Int32Array(cells);
    this.keyHigh = new Int32Array(cells).fill(NO_KEY);
    this.first = new Int32Array(chains).fill(NO_SLOT);
    this.next = new Int32Array(cells);
    this.mask = chains - 1;
  }

  /** The slot of a key; NO_SLOT without one. */
  find(high: number, low: number): number {
    let slot = this.first[this.chainOf(high, low)];
    while (slot !== NO_SLOT) {
      if (this.keyLow[slot] === low && this.keyHigh[slot] === high) return slot;
      slot = this.next[slot];
    }
    return NO_SLOT;
  }

  /** Puts a slot that is not linked under a key. */
  link(slot: number, high: number, low: number): void {
    const chain = this.chainOf(high, low);
    this.keyHigh[slot] = high;
    this.keyLow[slot] = low;
    this.next[slot] = this.first[chain];
    this.first[chain] = slot;
  }

  /** Whether a slot is under a key. */
  isLinked(slot: number): boolean {
    return this.keyHigh[slot] !== NO_KEY;
  }

  /** The halves of a linked slot's key. */
  highOf(slot: number): number {
    return this.keyHigh[slot];
  }

  lowOf(slot: number): number {
    return this.keyLow[slot];
  }

  /** Takes a linked slot from its key. */
  unlink(slot: number): void {
    const chain = this.chainOf(this.keyHigh[slot], this.keyLow[slot]);
    if (this.first[chain] === slot) this.first[chain] = this.next[slot];
    else {
      let before = this.first[chain];
      while (this.next[before] !== slot) before = this.next[before];
      this.next[before] = this.next[slot];
    }
    this.keyHigh[slot] = NO_KEY;
  }

  /** Whether a slot's key has the high half `high` under `mask`. */
  matches(slot: number, mask: number, high: number): boolean {
    return this.isLinked(slot) && (this.keyHigh[slot] & mask) === high;
  }

  /** Whether a slot's key is one of a half-open range of low halves under one high half. */
  isWithin(slot: number, high: number, fromLow: number, toLow: number): boolean {
    const low = this.keyLow[slot] >>> 0;
    return this.keyHigh[slot] === high && low >= fromLow && low < toLow;
  }

  private chainOf(high: number, low: number): number {
    return (low ^ (low >>> 7) ^ (high >>> (PAGE_HIGH_BITS - 2))) & this.mask;
  }
}
