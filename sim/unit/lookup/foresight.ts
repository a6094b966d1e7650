/**
 * What Belady's optimum has to know: when each entry of the TCE cache will be used again. A first replay of
 * the trace notes it (`Rehearsal`), the second one has it from there (`Outlook`). An entry that will be
 * dropped before its next use counts as never used again: it is worth nothing.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { NEVER } from '../time-queue.ts';
import { LINE_TCE_BITS } from './tce-line.ts';

export interface Foresight {
  /** Number of the request that will use the entry of the request at hand next; NEVER if none does. */
  readonly next: number;
  /** A request begins. */
  step(): void;
  /** The request at hand looks up a page. */
  look(tve: number, pageHigh: number, pageLow: number): void;
  dropAll(): void;
  dropPe(pe: number): void;
  dropTve(tve: number): void;
  dropPages(tve: number, pageHigh: number, pageLow: number, pages: number): void;
}

/** The foresight of every policy but Belady's. */
export class NoForesight implements Foresight {
  readonly next = NEVER;

  step(): void {}

  look(): void {}

  dropAll(): void {}

  dropPe(): void {}

  dropTve(): void {}

  dropPages(): void {}
}

/** Knows the next use of each request's entry from a rehearsal. */
export class Outlook extends NoForesight {
  override next = NEVER;
  private request = -1;

  constructor(private readonly nextUses: Int32Array) {
    super();
  }

  override step(): void {
    this.request += 1;
  }

  override look(): void {
    // A request that the rehearsal did not have: nothing is known of it.
    this.next = this.nextUses[this.request] ?? NEVER;
  }
}

/** Notes which request uses the entry of which earlier one. */
export class Rehearsal implements Foresight {
  /** Nothing is known yet, so that Belady's choice is the least recently used. */
  readonly next = NEVER;
  private request = -1;
  private nextUses = new Int32Array(2 ** 16).fill(NEVER);
  /** The last request that used an entry, by TVE and page. */
  private readonly lastUse = new Map<number, Map<number, number>>();
  private readonly granule: number;

  constructor(granule: UnitConfig['tceCache']['granule']) {
    this.granule = granule === 'line' ? 2 ** LINE_TCE_BITS : 1;
  }

  step(): void {
    this.request += 1;
    if (this.request === this.nextUses.length) this.grow();
  }

  look(tve: number, pageHigh: number, pageLow: number): void {
    const pages = this.lastUse.get(tve) ?? new Map<number, number>();
    const entry = this.entryOf(pageHigh, pageLow);
    const last = pages.get(entry);
    if (last !== undefined) this.nextUses[last] = this.request;
    pages.set(entry, this.request);
    this.lastUse.set(tve, pages);
  }

  dropAll(): void {
    this.lastUse.clear();
  }

  dropPe(pe: number): void {
    this.lastUse.delete(pe * 2);
    this.lastUse.delete(pe * 2 + 1);
  }

  dropTve(tve: number): void {
    this.lastUse.delete(tve);
  }

  dropPages(tve: number, pageHigh: number, pageLow: number, pages: number): void {
    const known = this.lastUse.get(tve);
    if (known === undefined) return;
    const from = this.entryOf(pageHigh, pageLow);
    const to = from + Math.ceil(pages / this.granule);
    for (const entry of known.keys()) if (entry >= from && entry < to) known.delete(entry);
  }

  /** The next use of each request's entry, in memory that threads can share. */
  outlook(): Int32Array {
    const length = this.request + 1;
    const shared = new Int32Array(new SharedArrayBuffer(length * 4));
    shared.set(this.nextUses.subarray(0, length));
    return shared;
  }

  private entryOf(pageHigh: number, pageLow: number): number {
    return Math.floor((pageHigh * 2 ** 32 + (pageLow >>> 0)) / this.granule);
  }

  private grow(): void {
    const grown = new Int32Array(this.nextUses.length * 2).fill(NEVER);
    grown.set(this.nextUses);
    this.nextUses = grown;
  }
}
