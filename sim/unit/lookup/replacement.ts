/**
 * Which entry of a set makes room. Entries of a set stand in ways; LRU and FIFO keep the ways in
 * order, the first being the most recent, so that they need no state of their own and the common hit
 * is found at the first look.
 */

import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { randomOf } from '../../../traces/random.ts';
import type { StateWriter } from '../state-writer.ts';
import { EMPTY_KEY, ENTRY_CELLS, NEXT_USE_CELL } from './entry.ts';
import type { Foresight } from './foresight.ts';

export interface Replacement {
  /** The entry at `way` was used. */
  used(base: number, way: number): void;
  /** The way that the next entry of a set goes to; an empty one if there is. */
  victim(base: number): number;
  /** An entry was written at `way`. */
  filled(base: number, way: number): void;
  /** What it remembers besides the order of the ways. */
  writeState(state: StateWriter): void;
}

/** The policy of a structure with sets of `ways` entries in `entries`. */
export function createReplacement(
  kind: UnitConfig['tceCache']['replacement'],
  entries: Int32Array,
  ways: number,
  seed: string,
  foresight: Foresight,
): Replacement {
  switch (kind) {
    case 'lru':
      return new LeastRecentlyUsed(entries, ways);
    case 'fifo':
      return new FirstInFirstOut(entries, ways);
    case 'plru':
      return new TreePseudoLru(entries, ways);
    case 'random':
      return new RandomReplacement(entries, ways, seed);
    case 'belady':
      return new Belady(entries, ways, foresight);
  }
}

/** Moves the entry at `way` to the front of its set; those before it step back. */
function moveToFront(entries: Int32Array, base: number, way: number): void {
  const at = base + way * ENTRY_CELLS;
  const low = entries[at];
  const high = entries[at + 1];
  const slot = entries[at + 2];
  for (let i = at - 1; i >= base; i -= 1) entries[i + ENTRY_CELLS] = entries[i];
  entries[base] = low;
  entries[base + 1] = high;
  entries[base + 2] = slot;
}

/** The last empty way of a set, or -1. */
function lastEmpty(entries: Int32Array, base: number, ways: number): number {
  let way = ways - 1;
  while (way >= 0 && entries[base + way * ENTRY_CELLS + 1] !== EMPTY_KEY) way -= 1;
  return way;
}

class LeastRecentlyUsed implements Replacement {
  constructor(
    protected readonly entries: Int32Array,
    protected readonly ways: number,
  ) {}

  used(base: number, way: number): void {
    if (way !== 0) moveToFront(this.entries, base, way);
  }

  victim(base: number): number {
    const empty = lastEmpty(this.entries, base, this.ways);
    return empty >= 0 ? empty : this.ways - 1;
  }

  filled(base: number, way: number): void {
    if (way !== 0) moveToFront(this.entries, base, way);
  }

  writeState(): void {}
}

/**
 * Belady's optimum: the entry whose next use is furthest away goes. Next uses stand in the entries' last
 * cells; the ways are in the order of use, so that among equals the least recently used goes.
 */
class Belady extends LeastRecentlyUsed {
  constructor(
    entries: Int32Array,
    ways: number,
    private readonly foresight: Foresight,
  ) {
    super(entries, ways);
  }

  override used(base: number, way: number): void {
    super.used(base, way);
    this.entries[base + NEXT_USE_CELL] = this.foresight.next;
  }

  override victim(base: number): number {
    const empty = lastEmpty(this.entries, base, this.ways);
    if (empty >= 0) return empty;
    let victim = 0;
    for (let way = 1; way < this.ways; way += 1) {
      if (this.nextUse(base, way) >= this.nextUse(base, victim)) victim = way;
    }
    return victim;
  }

  override filled(base: number, way: number): void {
    super.filled(base, way);
    this.entries[base + NEXT_USE_CELL] = this.foresight.next;
  }

  private nextUse(base: number, way: number): number {
    return this.entries[base + way * ENTRY_CELLS + NEXT_USE_CELL];
  }
}

class FirstInFirstOut extends LeastRecentlyUsed {
  override used(): void {}
}

/** A binary tree of bits over the ways, each pointing away from the half that was used last. */
class TreePseudoLru implements Replacement {
  private readonly bits: Int32Array;

  constructor(
    private readonly entries: Int32Array,
    private readonly ways: number,
  ) {
    this.bits = new Int32Array(Math.max(32, entries.length / (ENTRY_CELLS * ways)));
  }

  used(base: number, way: number): void {
    const set = base / (ENTRY_CELLS * this.ways);
    let bits = this.bits[set];
    let node = 1;
    for (let half = this.ways >> 1; half > 0; half >>= 1) {
      const upper = (way & half) !== 0 ? 1 : 0;
      bits = upper === 1 ? bits & ~(1 << node) : bits | (1 << node);
      node = node * 2 + upper;
    }
    this.bits[set] = bits;
  }

  victim(base: number): number {
    const empty = lastEmpty(this.entries, base, this.ways);
    if (empty >= 0) return empty;
    const bits = this.bits[base / (ENTRY_CELLS * this.ways)];
    let node = 1;
    while (node < this.ways) node = node * 2 + ((bits >> node) & 1);
    return node - this.ways;
  }

  filled(base: number, way: number): void {
    this.used(base, way);
  }

  writeState(state: StateWriter): void {
    state.numbers(this.bits, this.bits.length);
  }
}

class RandomReplacement implements Replacement {
  private readonly random: () => number;

  constructor(
    private readonly entries: Int32Array,
    private readonly ways: number,
    seed: string,
  ) {
    this.random = randomOf(`${seed}/replacement`);
  }

  used(): void {}

  victim(base: number): number {
    const empty = lastEmpty(this.entries, base, this.ways);
    return empty >= 0 ? empty : Math.floor(this.random() * this.ways);
  }

  filled(): void {}

  writeState(): void {}
}
