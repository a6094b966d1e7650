/**
 * Watches for stale translations: requests that are answered with a TCE that memory no longer holds. Walks
 * the tables for each of them, in no time of the unit; so only where kills can get lost (HW560152).
 */
import type { PhysicalMemory } from '../../../models/memory/physical.ts';
import type { Tvt } from '../lookup/tvt.ts';
import type { RequestAtHand } from '../request-at-hand.ts';
import { MemoryTiming } from '../walk/memory-timing.ts';
import { WalkCache } from '../walk/walk-cache.ts';
import { Walker } from '../walk/walker.ts';

const NO_TIME = { readNs: 0, cachedReadNs: 0, cachedLines: 0, remoteShare: 0, retryNs: 0 };
const NO_CACHES = { level1: 0, level2: 0, level3: 0, level4: 0 };

export class StaleWatch {
  /** Requests that used a translation which memory no longer held. */
  uses = 0;
  private readonly walker: Walker;

  constructor(tvt: Tvt, memory: PhysicalMemory) {
    this.walker = new Walker(
      tvt,
      memory,
      new MemoryTiming(NO_TIME, 1),
      new WalkCache(NO_CACHES),
      0,
    );
  }

  /** The request at hand is answered with a TCE, in halves. */
  used({ tve, upper, lower }: RequestAtHand, tceHigh: number, tceLow: number): void {
    this.walker.walk(tve, upper, lower);
    if (this.walker.tceHigh !== tceHigh || this.walker.tceLow !== tceLow) this.uses += 1;
  }
}
