/**
 * The TCE cache: translations by (PE#, page), an entry holding one TCE or the 16 of a line. It allocates
 * at lookup: a miss takes its entry at once and notes when the TCE will arrive, and a later request that
 * finds an entry on its way is a merge. So hits and misses follow from the order of requests and kills
 * alone, never from timing. Geometry, hash and replacement are parameters; the real ones are not public.
 *
 * The line buffer (TCLB) is a second, small one: the last lines that walks fetched, fully associative.
 */

import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { clampPast } from '../clock.ts';
import { OFF_HEAP_CELLS } from '../off-heap.ts';
import type { StateWriter } from '../state-writer.ts';
import { createDirectory } from './create-directory.ts';
import type { Directory } from './directory.ts';
import type { Foresight } from './foresight.ts';
import { keyHigh, lineKeyHigh, lineKeyLow, PE_MASK, peKey, TVE_MASK, tveKey } from './key.ts';
import { createSetIndex, type SetIndex } from './set-index.ts';
import { LINE_TCE_BITS, type TceLine } from './tce-line.ts';

type Geometry = Pick<
  UnitConfig['tceCache'],
  'entries' | 'ways' | 'hash' | 'replacement' | 'granule'
>;

/** The line buffer of a unit, which may have none. */
export function createLineBuffer({ entries }: UnitConfig['lineBuffer']): TceCache {
  const ways = Math.max(1, entries);
  const geometry = { ways, entries: ways, hash: 'plain', granule: 'line' } as const;
  return new TceCache({ ...geometry, replacement: 'lru' }, '');
}

export class TceCache {
  /** When a slot's TCEs arrive, or arrived. */
  readonly readyAt: Int32Array;
  /** The TCEs, in halves, by cell: see cellOf. */
  readonly tceLow: Int32Array;
  readonly tceHigh: Int32Array;
  private readonly directory: Directory;
  private readonly index: SetIndex;
  /** log2 of the pages, and TCEs, of an entry. */
  private readonly granuleBits: number;
  private readonly granuleMask: number;

  constructor(config: Geometry, seed: string, foresight?: Foresight) {
    const sets = config.entries / config.ways;
    const slots = Math.max(config.entries, OFF_HEAP_CELLS);
    this.granuleBits = config.granule === 'line' ? LINE_TCE_BITS : 0;
    this.granuleMask = (1 << this.granuleBits) - 1;
    const { ways, replacement } = config;
    this.directory = createDirectory(sets, ways, replacement, `${seed}/tce-cache`, foresight);
    this.index = createSetIndex(config.hash, sets);
    this.readyAt = new Int32Array(slots);
    this.tceLow = new Int32Array(slots << this.granuleBits);
    this.tceHigh = new Int32Array(slots << this.granuleBits);
  }

  /** The slot of a page's entry, here or on its way; -1 when it is neither. */
  find(tve: number, pageHigh: number, pageLow: number): number {
    const high = this.high(tve, pageHigh);
    const low = this.low(pageHigh, pageLow);
    return this.directory.find(this.index.of(high, low), high, low);
  }

  /** Takes a slot for a page whose TCE is to come; `fill` it next. */
  place(tve: number, pageHigh: number, pageLow: number): number {
    const high = this.high(tve, pageHigh);
    const low = this.low(pageHigh, pageLow);
    return this.directory.place(this.index.of(high, low), high, low);
  }

  /** The cell of a page's TCE in a slot. */
  cellOf(slot: number, pageLow: number): number {
    return (slot << this.granuleBits) | (pageLow & this.granuleMask);
  }

  /** The slot that a cell belongs to. */
  slotOf(cell: number): number {
    return cell >> this.granuleBits;
  }

  /** Notes the one TCE that a slot will hold, and when it arrives. */
  fill(slot: number, arrives: number, tceHigh: number, tceLow: number): void {
    this.readyAt[slot] = arrives;
    this.tceHigh[slot] = tceHigh;
    this.tceLow[slot] = tceLow;
  }

  /** Notes the line that a slot will hold, and when it arrives. */
  fillLine(slot: number, arrives: number, line: TceLine): void {
    const first = slot << this.granuleBits;
    this.readyAt[slot] = arrives;
    for (let tce = 0; tce <= this.granuleMask; tce += 1) {
      this.tceHigh[first + tce] = line.high[tce];
      this.tceLow[first + tce] = line.low[tce];
    }
  }

  /** Copies the line of a slot. */
  takeLine(slot: number, line: TceLine): void {
    const first = slot << this.granuleBits;
    for (let tce = 0; tce <= this.granuleMask; tce += 1) {
      line.high[tce] = this.tceHigh[first + tce];
      line.low[tce] = this.tceLow[first + tce];
    }
  }

  /** Forgets the entry of a page; returns the number of entries that were dropped, as all of these do. */
  drop(tve: number, pageHigh: number, pageLow: number): number {
    const high = this.high(tve, pageHigh);
    const low = this.low(pageHigh, pageLow);
    return this.directory.drop(this.index.of(high, low), high, low);
  }

  dropAll(): number {
    return this.directory.dropWhere(0, 0);
  }

  /** Forgets both windows of a PE. */
  dropPe(pe: number): number {
    return this.directory.dropWhere(PE_MASK, peKey(pe));
  }

  /** Forgets one window of a PE. */
  dropTve(tve: number): number {
    return this.directory.dropWhere(TVE_MASK, tveKey(tve));
  }

  /** Forgets every entry with one of `pages` pages of a window, from (pageHigh, pageLow) on. */
  dropPages(tve: number, pageHigh: number, pageLow: number, pages: number): number {
    const first = this.low(pageHigh, pageLow) >>> 0;
    const entries = Math.ceil(pages / (this.granuleMask + 1));
    return this.directory.dropRange(this.high(tve, pageHigh), first, first + entries);
  }

  /** Entries, and when they arrive. Their TCEs are those of the tables, which only software changes. */
  writeState(state: StateWriter): void {
    this.directory.writeState(state, (slot) => state.time(this.readyAt[slot]));
  }

  rebase(cycles: number): void {
    clampPast(this.readyAt, cycles);
  }

  private high(tve: number, pageHigh: number): number {
    return this.granuleBits === 0 ? keyHigh(tve, pageHigh) : lineKeyHigh(tve, pageHigh);
  }

  private low(pageHigh: number, pageLow: number): number {
    return this.granuleBits === 0 ? pageLow : lineKeyLow(pageHigh, pageLow);
  }
}
