/**
 * A map from 64-bit words to 64-bit words in bounded memory, a hash table with open addresses. When it has
 * as many as it may hold it forgets all of them, and from then on an absent key is one of which nothing is
 * known.
 */
import type { Word } from './word.ts';

const CELLS_PER_ENTRY = 4;
const FIRST_ENTRIES = 2 ** 10;
/** Slots of a full table are never more than half in use; 64 MiB with this many. */
const ENTRIES_MAX = 2 ** 22;

export class WordMap {
  /** Whether an absent key was never set: nothing has been forgotten. */
  isComplete = true;
  /** Key and value of each slot, high half first. */
  private cells = new Int32Array(FIRST_ENTRIES * CELLS_PER_ENTRY);
  private taken = new Uint8Array(FIRST_ENTRIES);
  private used = 0;

  /** Whether the key is present; then `value` becomes what it stands for. */
  get(key: Word, value: Word): boolean {
    const slot = this.slotOf(key.high, key.low);
    if (this.taken[slot] === 0) return false;
    const at = slot * CELLS_PER_ENTRY;
    value.set(this.cells[at + 2], this.cells[at + 3]);
    return true;
  }

  set(key: Word, value: Word): void {
    let slot = this.slotOf(key.high, key.low);
    if (this.taken[slot] === 0) {
      if (2 * this.used >= this.taken.length) {
        this.grow();
        slot = this.slotOf(key.high, key.low);
      }
      this.used += 1;
    }
    this.put(slot, key.high, key.low, value.high, value.low);
  }

  private put(slot: number, high: number, low: number, valueHigh: number, valueLow: number): void {
    const cells = this.cells;
    const at = slot * CELLS_PER_ENTRY;
    this.taken[slot] = 1;
    cells[at] = high;
    cells[at + 1] = low;
    cells[at + 2] = valueHigh;
    cells[at + 3] = valueLow;
  }

  /** The slot of a key, or the free one where it would stand. */
  private slotOf(high: number, low: number): number {
    const cells = this.cells;
    const taken = this.taken;
    const mask = taken.length - 1;
    let slot = hash(high, low) & mask;
    while (taken[slot] !== 0) {
      const at = slot * CELLS_PER_ENTRY;
      if (cells[at + 1] === low && cells[at] === high) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const cells = this.cells;
    const taken = this.taken;
    if (taken.length === ENTRIES_MAX) {
      taken.fill(0);
      this.used = 0;
      this.isComplete = false;
      return;
    }
    this.cells = new Int32Array(2 * cells.length);
    this.taken = new Uint8Array(2 * taken.length);
    for (let slot = 0; slot < taken.length; slot += 1) {
      if (taken[slot] === 0) continue;
      const at = slot * CELLS_PER_ENTRY;
      const [high, low] = [cells[at], cells[at + 1]];
      this.put(this.slotOf(high, low), high, low, cells[at + 2], cells[at + 3]);
    }
  }
}

function hash(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
