/**
 * The kill unit: the queue of written TCE kills, and what each of them drops. A kill is an item of the
 * request order: it takes the lookup stage for its cost and drops what it names, also entries whose TCE is
 * still on its way. Requests that already wait for such a TCE keep the answer they were promised; nobody
 * new gets it.
 */

import { TABLE_ADDRESS_MASK, tveIndex } from '../../../models/address.ts';
import { lowerHalf, upperHalf } from '../../../models/bits.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { decodeKill, type Kill } from '../../../models/tce-kill.ts';
import type { Ioda } from '../../../models/tve.ts';
import { clampPast, PAST_CYCLES } from '../clock.ts';
import type { Foresight } from '../lookup/foresight.ts';
import type { TceCache } from '../lookup/tce-cache.ts';
import type { Tvt } from '../lookup/tvt.ts';
import type { Fetches } from '../walk/fetches.ts';
import type { WalkCache } from '../walk/walk-cache.ts';

/** What a kill drops from. */
export interface KillTargets {
  readonly tvt: Tvt;
  readonly tceCache: TceCache;
  readonly lineBuffer: TceCache;
  readonly fetches: Fetches;
  readonly walkCache: WalkCache;
  readonly foresight: Foresight;
}

export class KillUnit {
  /**
   * Kills by scope; register values that name nothing; kills that were lost (HW560152); TCE cache entries
   * that were dropped; cycles for which kills held the lookup stage; kills that software had to poll for,
   * and for how long.
   */
  readonly counts = {
    all: 0,
    pe: 0,
    page: 0,
    ignored: 0,
    lost: 0,
    droppedEntries: 0,
    heldCycles: 0,
    polls: 0,
    pollCycles: 0,
  };
  /** When the last kills were retired, as many as the queue holds; a ring. */
  private readonly retiredAt: Int32Array;
  private turn = 0;
  /** When software wrote the last kill. */
  private lastWritten = -PAST_CYCLES;

  constructor(
    private readonly config: UnitConfig['kill'],
    private readonly phb: { readonly ioda: Ioda; readonly pe: UnitConfig['pe'] },
    private readonly targets: KillTargets,
  ) {
    this.retiredAt = new Int32Array(Math.max(32, config.queueDepth)).fill(-PAST_CYCLES);
  }

  /** What a register value names; undefined, and counted, if that is nothing. */
  decode(register: bigint): Kill | undefined {
    const kill = decodeKill(register, this.phb.ioda);
    if (kill === undefined) this.counts.ignored += 1;
    return kill;
  }

  /**
   * (T26) When a kill that arrives at a cycle is written: after the one before it, and once the queue has
   * room. undefined: it is lost.
   */
  enter(kill: Kill, arrive: number): number | undefined {
    const ready = Math.max(arrive, this.lastWritten);
    const room = this.config.queueDepth === 0 ? ready : this.retiredAt[this.turn];
    this.lastWritten = ready;
    if (room <= ready) return ready;
    if (this.config.dropWhenFull && kill.scope === 'page') {
      this.counts.lost += 1;
      return undefined;
    }
    this.counts.polls += 1;
    this.counts.pollCycles += room - ready;
    this.lastWritten = room;
    return room;
  }

  /** (T27) Executes a kill that leaves the lookup stage at a cycle; returns for how long it holds the stage. */
  execute(kill: Kill, looked: number): number {
    const cost = this.costOf(kill);
    this.counts[kill.scope] += 1;
    this.counts.heldCycles += cost;
    this.counts.droppedEntries += this.drop(kill);
    this.retiredAt[this.turn] = looked + cost;
    this.turn = this.turn + 1 >= this.config.queueDepth ? 0 : this.turn + 1;
    return cost;
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    clampPast(this.retiredAt, cycles);
    this.lastWritten = Math.max(this.lastWritten - cycles, -PAST_CYCLES);
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

  /** Drops what a kill names. Indirect TCEs go whole or stay: which of them a page used is not tracked. */
  private drop(kill: Kill): number {
    const { tceCache, lineBuffer, fetches, walkCache, foresight } = this.targets;
    if (this.config.dropsWalkCaches) walkCache.dropAll();
    switch (kill.scope) {
      case 'all':
        lineBuffer.dropAll();
        fetches.dropAll();
        foresight.dropAll();
        return tceCache.dropAll();
      case 'pe':
        lineBuffer.dropPe(kill.pe);
        fetches.dropPe(kill.pe);
        foresight.dropPe(kill.pe);
        return tceCache.dropPe(kill.pe);
      case 'page':
        return this.dropPage(kill.pe, kill.address, kill.pageShift);
    }
  }

  /** A page kill drops every cached page of the window that the named page contains or lies in. */
  private dropPage(pe: number, address: bigint, killShift: number): number {
    const { tvt, tceCache, lineBuffer, fetches, foresight } = this.targets;
    const tve = tveIndex(pe, address, this.phb.pe.tveSelect);
    if (tve >= this.phb.pe.count * 2) return 0;
    const pageShift = tvt.pageShift[tve];
    if (pageShift === 0) return 0;
    const page = (address & TABLE_ADDRESS_MASK) >> BigInt(pageShift);
    const pages = killShift > pageShift ? 2 ** (killShift - pageShift) : 1;
    const high = upperHalf(page);
    const low = lowerHalf(page);
    lineBuffer.dropPages(tve, high, low, pages);
    fetches.dropPages(tve, high, low, pages);
    foresight.dropPages(tve, high, low, pages);
    return tceCache.dropPages(tve, high, low, pages);
  }
}
