/**
 * A set-associative structure: keys of two 32-bit halves find a slot, and the owner keeps its payload
 * under that slot. One set of n ways is a fully associative structure. The TCE cache, the RTE cache
 * and the walk cache are three users of this one.
 */
import { EMPTY_KEY, ENTRY_CELLS } from './entry.ts';
import { type Foresight, NoForesight } from './foresight.ts';
import { createReplacement, type Replacement } from './replacement.ts';

export class Associative {
  /** All entries, set by set. */
  private readonly entries: Int32Array;
  private readonly setCells: number;
  private readonly cells: number;
  private readonly replacement: Replacement;

  constructor(
    sets: number,
    ways: number,
    replacement: Parameters<typeof createReplacement>[0],
    seed: string,
    foresight: Foresight = new NoForesight(),
  ) {
    this.setCells = ways * ENTRY_CELLS;
    this.cells = sets * this.setCells;
    this.entries = new Int32Array(Math.max(32, this.cells));
    for (let slot = 0; slot < sets * ways; slot += 1) {
      this.entries[slot * ENTRY_CELLS + 1] = EMPTY_KEY;
      this.entries[slot * ENTRY_CELLS + 2] = slot;
    }
    this.replacement = createReplacement(replacement, this.entries, ways, seed, foresight);
  }

  /** The slot of a key in its set, which counts as a use; -1 when it is not there. */
  find(set: number, high: number, low: number): number {
    const base = set * this.setCells;
    const end = base + this.setCells;
    for (let at = base; at < end; at += ENTRY_CELLS) {
      if (this.entries[at] === low && this.entries[at + 1] === high) {
        const slot = this.entries[at + 2];
        this.replacement.used(base, (at - base) / ENTRY_CELLS);
        return slot;
      }
    }
    return -1;
  }

  /** Gives a key a slot in its set; what was there is forgotten. */
  place(set: number, high: number, low: number): number {
    const base = set * this.setCells;
    const way = this.replacement.victim(base);
    const at = base + way * ENTRY_CELLS;
    this.entries[at] = low;
    this.entries[at + 1] = high;
    const slot = this.entries[at + 2];
    this.replacement.filled(base, way);
    return slot;
  }

  /** Forgets a key of a set; returns 1, or 0 if it was not there. */
  drop(set: number, high: number, low: number): number {
    const base = set * this.setCells;
    for (let at = base; at < base + this.setCells; at += ENTRY_CELLS) {
      if (this.entries[at] !== low || this.entries[at + 1] !== high) continue;
      this.entries[at + 1] = EMPTY_KEY;
      return 1;
    }
    return 0;
  }

  /** Forgets every key whose high half is `high` under `mask`; returns how many there were. */
  dropWhere(mask: number, high: number): number {
    let dropped = 0;
    for (let at = 1; at < this.cells; at += ENTRY_CELLS) {
      if (this.entries[at] !== EMPTY_KEY && (this.entries[at] & mask) === high) {
        this.entries[at] = EMPTY_KEY;
        dropped += 1;
      }
    }
    return dropped;
  }

  /** Forgets the keys of a half-open range of low halves under one high half. */
  dropRange(high: number, fromLow: number, toLow: number): number {
    let dropped = 0;
    for (let at = 1; at < this.cells; at += ENTRY_CELLS) {
      const low = this.entries[at - 1] >>> 0;
      if (this.entries[at] === high && low >= fromLow && low < toLow) {
        this.entries[at] = EMPTY_KEY;
        dropped += 1;
      }
    }
    return dropped;
  }
}
