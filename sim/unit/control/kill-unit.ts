/**
 * The kill unit: executes writes of the TCE kill register. A kill is an item of the request order: it
 * takes the lookup stage for its cost and drops what it names, also entries whose fill is still on its
 * way. Requests that already wait for such a fill keep the answer they were promised; nobody new
 * gets it.
 */

import { TABLE_ADDRESS_MASK, tveIndex } from '../../models/address.ts';
import { lowerHalf, upperHalf } from '../../models/bits.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { decodeKill, type Kill } from '../../models/tce-kill.ts';
import type { Ioda } from '../../models/tve.ts';
import type { TceCache } from './tce-cache.ts';
import type { Tvt } from './tvt.ts';
import type { WalkCache } from './walk-cache.ts';

export class KillUnit {
  /** Kills by scope, TCE cache entries they dropped, and cycles for which they held the lookup stage. */
  readonly counts = { all: 0, pe: 0, page: 0, ignored: 0, droppedEntries: 0, heldCycles: 0 };

  constructor(
    private readonly config: UnitConfig['kill'],
    private readonly ioda: Ioda,
    private readonly tvt: Tvt,
    private readonly tceCache: TceCache,
    private readonly walkCache: WalkCache,
  ) {}

  /** Executes a register write; returns the cycles for which it holds the lookup stage. */
  write(register: bigint): number {
    const kill = decodeKill(register, this.ioda);
    if (kill === undefined) {
      this.counts.ignored += 1;
      return 0;
    }
    const cost = this.costOf(kill);
    this.counts[kill.scope] += 1;
    this.counts.heldCycles += cost;
    this.counts.droppedEntries += this.drop(kill);
    return cost;
  }

  private costOf(kill: Kill): number {
    switch (kill.scope) {
      case 'all':
        return this.config.allCycles;
      case 'pe':
        return this.config.peCycles;
      case 'page':
        return this.config.pageCycles;
    }
  }

  /** Drops what a kill names. Indirect TCEs go whole: which of them a page used is not tracked. */
  private drop(kill: Kill): number {
    if (this.walkCache.isOn) this.walkCache.dropAll();
    switch (kill.scope) {
      case 'all':
        return this.tceCache.dropAll();
      case 'pe':
        return this.tceCache.dropPe(kill.pe);
      case 'page':
        return this.dropPage(kill.pe, kill.address, kill.pageShift);
    }
  }

  /** A page kill drops every cached page of the window that the named page contains or lies in. */
  private dropPage(pe: number, address: bigint, killShift: number): number {
    const tve = tveIndex(pe, address);
    if (tve >= this.tvt.pageShift.length) return 0;
    const pageShift = this.tvt.pageShift[tve];
    if (pageShift === 0) return 0;
    const page = (address & TABLE_ADDRESS_MASK) >> BigInt(pageShift);
    const pages = killShift > pageShift ? 2 ** (killShift - pageShift) : 1;
    return this.tceCache.dropPages(tve, upperHalf(page), lowerHalf(page), pages);
  }
}
