/**
 * Real addresses of requests, and their comparison with those that the trace's source recorded. A capture
 * of another simulator has no TCE cache, so a difference can be a stale translation and not an error.
 */

import { joinHalves } from '../../../models/bits.ts';
import { bypassHigh } from '../lookup/bus-address.ts';
import type { TceCache } from '../lookup/tce-cache.ts';
import type { Tvt } from '../lookup/tvt.ts';
import type { RequestAtHand } from '../request-at-hand.ts';

/**
 * What a request has in the place of its TCE's cell: it was refused, passed on untranslated (an MSI, too),
 * or dropped because its PE was frozen or the PHB fenced.
 */
export const REFUSED_CELL = -1;
export const UNTRANSLATED_CELL = -2;
export const DROPPED_CELL = -3;
/** A request that was not settled yet has none of them. */
export const NO_CELL = -4;
/** Both halves of a real address that says: the source refused this request. */
const REFUSED_HALF = -1;

export class Translations {
  /** Requests whose real address or refusal is the recorded one, those where it is not, and dropped ones. */
  agreed = 0;
  differed = 0;
  notCompared = 0;

  constructor(
    private readonly tvt: Tvt,
    private readonly cache: TceCache,
  ) {}

  /** The real address of a request whose TCE is in a cell; undefined without one. */
  realOf(cell: number, request: RequestAtHand): bigint | undefined {
    const { upper, lower, tve } = request;
    if (cell === UNTRANSLATED_CELL) return joinHalves(bypassHigh(upper), lower);
    if (cell < 0) return undefined;
    return joinHalves(this.cache.tceHigh[cell], this.realLow(cell, lower, tve));
  }

  /** Compares a settled request with the real address, in halves, that the source recorded. */
  compare(request: RequestAtHand, cell: number, high: number, low: number): void {
    if (cell === DROPPED_CELL) this.notCompared += 1;
    else if (this.agrees(request, cell, high, low)) this.agreed += 1;
    else this.differed += 1;
  }

  /** What was compared is told. */
  clear(): void {
    this.agreed = 0;
    this.differed = 0;
    this.notCompared = 0;
  }

  private agrees(request: RequestAtHand, cell: number, high: number, low: number): boolean {
    const { upper, lower, tve } = request;
    const isRefused = low === REFUSED_HALF && high === REFUSED_HALF;
    if (cell === REFUSED_CELL || isRefused) return cell === REFUSED_CELL && isRefused;
    if (cell === UNTRANSLATED_CELL) return low === lower && high === bypassHigh(upper);
    return low === this.realLow(cell, lower, tve) && high === this.cache.tceHigh[cell];
  }

  private realLow(cell: number, lower: number, tve: number): number {
    const offset = (1 << this.tvt.pageShift[tve]) - 1;
    return (this.cache.tceLow[cell] & ~offset) | (lower & offset);
  }
}
