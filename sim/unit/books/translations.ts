/**
 * Compares the unit's translations with those that the trace's source recorded. A capture of another
 * simulator has no TCE cache, so a difference can be a stale translation and not an error.
 */
import { bypassHigh, selectOf } from './bus-address.ts';
import { QUAD } from './items.ts';
import type { TceCache } from './tce-cache.ts';
import type { Tvt } from './tvt.ts';

/** What a request has in the place of its TCE's slot: it was refused, or passed on untranslated. */
export const REFUSED_SLOT = -1;
export const UNTRANSLATED_SLOT = -2;
/** Both halves of a real address that says: the source refused this request. */
const REFUSED_HALF = -1;

export class Translations {
  /** Requests whose real address or refusal is the recorded one, and those where it is not. */
  agreed = 0;
  differed = 0;

  constructor(
    private readonly tvt: Tvt,
    private readonly cache: TceCache,
  ) {}

  /** Compares a settled request of a PE with the expectation at `at` in `items`; see items.ts. */
  compare(pe: number, slot: number, items: Int32Array, at: number): void {
    if (this.agrees(pe, slot, items, at)) this.agreed += 1;
    else this.differed += 1;
  }

  private agrees(pe: number, slot: number, items: Int32Array, at: number): boolean {
    const low = items[at];
    const high = items[at + 1];
    const isRefused = low === REFUSED_HALF && high === REFUSED_HALF;
    if (slot === REFUSED_SLOT || isRefused) return slot === REFUSED_SLOT && isRefused;
    const lower = items[at - QUAD + 1];
    const upper = items[at - QUAD + 2];
    if (slot === UNTRANSLATED_SLOT) return low === lower && high === bypassHigh(upper);
    const offset = (1 << this.tvt.pageShift[pe * 2 + selectOf(upper)]) - 1;
    const real = (this.cache.tceLow[slot] & ~offset) | (lower & offset);
    return low === real && high === this.cache.tceHigh[slot];
  }
}
