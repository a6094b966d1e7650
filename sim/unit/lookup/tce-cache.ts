/**
 * The TCE cache: translations by (PE#, page), one TCE an entry. It allocates at lookup: a miss takes
 * its entry at once and notes when the fill will arrive, and a later request that finds an entry on
 * its way is a merge. So hits and misses follow from the order of requests and kills alone, never
 * from timing. Geometry, hash and replacement are parameters; the real ones are not public.
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { Associative } from './associative.ts';
import { clampPast } from './clock.ts';
import { createSetIndex, PAGE_HIGH_BITS, type SetIndex } from './set-index.ts';

/** Smallest typed array that V8 keeps outside its heap, where compiled code can name its address. */
const OFF_HEAP_CELLS = 32;

/** High half of a key: TVE index (PE# and window) above the page number's upper bits. */
export function keyHigh(tve: number, pageHigh: number): number {
  return (tve << PAGE_HIGH_BITS) | pageHigh;
}

export class TceCache {
  /** When a slot's TCE arrives, or arrived. */
  readonly readyAt: Int32Array;
  /** The TCE of a slot, in halves. */
  readonly tceLow: Int32Array;
  readonly tceHigh: Int32Array;
  private readonly directory: Associative;
  private readonly index: SetIndex;

  constructor(config: UnitConfig['tceCache'], seed: string) {
    const sets = config.entries / config.ways;
    const slots = Math.max(config.entries, OFF_HEAP_CELLS);
    this.directory = new Associative(sets, config.ways, config.replacement, `${seed}/tce-cache`);
    this.index = createSetIndex(config.hash, sets);
    this.readyAt = new Int32Array(slots);
    this.tceLow = new Int32Array(slots);
    this.tceHigh = new Int32Array(slots);
  }

  /** The slot of a page's TCE, here or on its way; -1 when it is neither. */
  find(high: number, low: number): number {
    return this.directory.find(this.index.of(high, low), high, low);
  }

  /** Takes a slot for a page whose TCE is fetched; `fill` it next. */
  place(high: number, low: number): number {
    return this.directory.place(this.index.of(high, low), high, low);
  }

  /** Notes the TCE that a slot will hold, and when it arrives. */
  fill(slot: number, arrives: number, tceHigh: number, tceLow: number): void {
    this.readyAt[slot] = arrives;
    this.tceHigh[slot] = tceHigh;
    this.tceLow[slot] = tceLow;
  }

  /** Forgets everything; returns the number of entries that were dropped, as all of these do. */
  dropAll(): number {
    return this.directory.dropWhere(0, 0);
  }

  /** Forgets both windows of a PE. */
  dropPe(pe: number): number {
    const mask = -1 << (PAGE_HIGH_BITS + 1);
    return this.directory.dropWhere(mask, pe << (PAGE_HIGH_BITS + 1));
  }

  /** Forgets one window of a PE. */
  dropTve(tve: number): number {
    return this.directory.dropWhere(-1 << PAGE_HIGH_BITS, tve << PAGE_HIGH_BITS);
  }

  /** Forgets `pages` pages of a window from page (pageHigh, pageLow) on. */
  dropPages(tve: number, pageHigh: number, pageLow: number, pages: number): number {
    const first = pageLow >>> 0;
    return this.directory.dropRange(keyHigh(tve, pageHigh), first, first + pages);
  }

  rebase(cycles: number): void {
    clampPast(this.readyAt, cycles);
  }
}
