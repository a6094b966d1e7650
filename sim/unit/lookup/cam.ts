/**
 * A fully associative structure of many entries, least recently used or first in first out: a content
 * addressable memory. Keys are found through chains, and the entries stand in a ring in the order of their
 * use, so that neither costs more with more entries. What is empty stands at the oldest end of the ring.
 */
import { OFF_HEAP_CELLS } from '../off-heap.ts';
import type { StateWriter } from '../state-writer.ts';
import type { Directory } from './directory.ts';
import { EMPTY_KEY } from './entry.ts';
import { KeyChains } from './key-chains.ts';

export class Cam implements Directory {
  private readonly keys: KeyChains;
  /** The ring: who is the next newer, and the next older, of each entry and of `end`, which is none. */
  private readonly newer: Int32Array;
  private readonly older: Int32Array;
  private readonly end: number;

  /** So many entries; without `isLru` the first in is the first out. */
  constructor(
    entries: number,
    private readonly isLru: boolean,
  ) {
    this.keys = new KeyChains(entries);
    this.end = entries;
    this.newer = new Int32Array(Math.max(OFF_HEAP_CELLS, entries + 1)).map((_, slot) => slot + 1);
    this.older = new Int32Array(Math.max(OFF_HEAP_CELLS, entries + 1)).map((_, slot) => slot - 1);
    this.newer[entries] = 0;
    this.older[0] = entries;
  }

  find(_set: number, high: number, low: number): number {
    const slot = this.keys.find(high, low);
    if (slot >= 0 && this.isLru) this.makeNewest(slot);
    return slot;
  }

  place(_set: number, high: number, low: number): number {
    const slot = this.newer[this.end];
    if (this.keys.isLinked(slot)) this.keys.unlink(slot);
    this.keys.link(slot, high, low);
    this.makeNewest(slot);
    return slot;
  }

  drop(_set: number, high: number, low: number): number {
    const slot = this.keys.find(high, low);
    if (slot < 0) return 0;
    this.empty(slot);
    return 1;
  }

  dropWhere(mask: number, high: number): number {
    return this.dropIf((slot) => this.keys.matches(slot, mask, high));
  }

  dropRange(high: number, fromLow: number, toLow: number): number {
    return this.dropIf((slot) => this.keys.isWithin(slot, high, fromLow, toLow));
  }

  /** What is not empty, the newest first. */
  writeState(state: StateWriter, writeSlot: (slot: number) => void): void {
    for (let slot = this.older[this.end]; slot !== this.end; slot = this.older[slot]) {
      if (!this.keys.isLinked(slot)) continue;
      state.number(this.keys.highOf(slot));
      state.number(this.keys.lowOf(slot));
      writeSlot(slot);
    }
    state.number(EMPTY_KEY);
  }

  private dropIf(isDropped: (slot: number) => boolean): number {
    let dropped = 0;
    for (let slot = 0; slot < this.end; slot += 1) {
      if (!isDropped(slot)) continue;
      this.empty(slot);
      dropped += 1;
    }
    return dropped;
  }

  private empty(slot: number): void {
    this.keys.unlink(slot);
    this.takeOut(slot);
    const oldest = this.newer[this.end];
    this.newer[this.end] = slot;
    this.older[slot] = this.end;
    this.newer[slot] = oldest;
    this.older[oldest] = slot;
  }

  private makeNewest(slot: number): void {
    const newest = this.older[this.end];
    if (slot === newest) return;
    this.takeOut(slot);
    this.newer[newest] = slot;
    this.older[slot] = newest;
    this.newer[slot] = this.end;
    this.older[this.end] = slot;
  }

  private takeOut(slot: number): void {
    const { newer, older } = this;
    newer[older[slot]] = newer[slot];
    older[newer[slot]] = older[slot];
  }
}
