/**
 * Parts of a latency that are the same for every request of a kind. Nobody books them: what a request
 * spends in them follows from the configuration, its outcome and its direction (docs/timing.md).
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { cyclesOf } from '../clock.ts';
import { ACCESS_FAULT, BYPASSED, HIT, LINE_HIT, MERGED, MISS, PAGE_FAULT } from './outcome.ts';
import { DMA, LOOKUP, RTE, TVE } from './parts.ts';

/** Outcomes of requests that looked for a TCE, and of those that got the real address of memory. */
export const LOOKED_UP = [HIT, LINE_HIT, MISS, MERGED, PAGE_FAULT, ACCESS_FAULT];
export const SERVED = [HIT, LINE_HIT, MISS, MERGED, BYPASSED];

/** Cycles of the fixed parts; of `rte` without the reads of the RTT, which are booked. */
export interface FixedCycles {
  readonly rte: number;
  readonly tve: number;
  readonly lookup: number;
  readonly dmaRead: number;
  readonly dmaWrite: number;
}

/** The fixed parts of a unit. */
export function fixedCyclesOf(config: UnitConfig): FixedCycles {
  const clockMHz = config.unit.clockMHz;
  return {
    rte: config.rteCache.hitCycles,
    tve: config.tvt.readCycles,
    lookup: config.tceCache.lookupCycles,
    dmaRead: cyclesOf(config.dma.readNs, clockMHz),
    dmaWrite: cyclesOf(config.dma.writeNs, clockMHz),
  };
}

/** Fixed cycles of a request in a part: outcome as a code of outcome.ts, 1 for a write. */
export function fixedCyclesIn(
  part: number,
  outcome: number,
  write: number,
  fixed: FixedCycles,
): number {
  switch (part) {
    case RTE:
      return fixed.rte;
    case TVE:
      return fixed.tve;
    case LOOKUP:
      return LOOKED_UP.includes(outcome) ? fixed.lookup : 0;
    case DMA:
      if (!SERVED.includes(outcome)) return 0;
      return write === 1 ? fixed.dmaWrite : fixed.dmaRead;
    default:
      return 0;
  }
}
