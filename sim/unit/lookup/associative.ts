/**
 * A set-associative structure: the entries of a set stand side by side and are looked at one after the
 * other, which is fast for few ways.
 */
import type { StateWriter } from '../state-writer.ts';
import type { Directory } from './directory.ts';
import { EMPTY_KEY, ENTRY_CELLS } from './entry.ts';
import { type Foresight, NoForesight } from './foresight.ts';
import { createReplacement, type Replacement } from './replacement.ts';

export class Associative implements Directory {
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

  drop(set: number, high: number, low: number): number {
    const base = set * this.setCells;
    for (let at = base; at < base + this.setCells; at += ENTRY_CELLS) {
      if (this.entries[at] !== low || this.entries[at + 1] !== high) continue;
      this.entries[at + 1] = EMPTY_KEY;
      return 1;
    }
    return 0;
  }

  /** The ways as they stand: where an entry stands decides who goes next. */
  writeState(state: StateWriter, writeSlot: (slot: number) => void): void {
    for (let at = 0; at < this.cells; at += ENTRY_CELLS) {
      state.number(this.entries[at + 1]);
      if (this.entries[at + 1] === EMPTY_KEY) continue;
      state.number(this.entries[at]);
      writeSlot(this.entries[at + 2]);
    }
    this.replacement.writeState(state);
  }

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
