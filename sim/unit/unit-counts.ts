/** What a unit counts besides its books. */
import type { UnitParts } from './unit-parts.ts';

/** The first request that was refused for a reason; undefined while there is none. */
export type FirstFault = { readonly rid: number; readonly address: bigint } | undefined;

/** The counts of a unit so far; arrays are the unit's own, first faults stand by outcome. */
export function countsOf(parts: UnitParts, firstFaults: readonly FirstFault[]) {
  const { arrivals, completions, drain, freezer, killUnit, port, rteCache, timing, walker } = parts;
  return {
    cycles: completions.lastCycle(),
    stalls: arrivals.stalls,
    cutWaits: port.cutWaits + parts.reads.cutWaits,
    walkReads: walker.reads,
    walkCacheHits: parts.walkCache.hits,
    rteMisses: rteCache.misses,
    cachedReads: timing.cachedReads,
    uncachedReads: timing.uncachedReads,
    kills: { ...killUnit.counts, staleUses: parts.staleWatch.uses },
    killTimes: { completion: drain.completion, stale: drain.stale },
    freezes: freezer.freezes(),
    fences: freezer.fences,
    firstFaults,
  };
}
