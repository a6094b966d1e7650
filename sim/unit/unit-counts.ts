/** What a unit counts besides its books. */
import type { UnitParts } from './unit-parts.ts';

/** The first request that was refused for a reason; undefined while there is none. */
export type FirstFault = { readonly rid: number; readonly address: bigint } | undefined;

/** The counts of a unit with these parts; first faults stand by outcome. */
export function createUnitCounts(parts: UnitParts, firstFaults: FirstFault[]) {
  return {
    /** What the unit counted so far; arrays are the unit's own. */
    counts: () => countsOf(parts, firstFaults),
    /** What was counted is told: all counts from 0 again. Not for runs in which software intervenes. */
    clearCounts: () => clearCounts(parts, firstFaults),
  };
}

function clearCounts(parts: UnitParts, firstFaults: FirstFault[]): void {
  const { arrivals, completions, freezer, port, reads, rteCache, timing, translations } = parts;
  completions.accounts.clear();
  completions.clearLast();
  freezer.clearRecords();
  port.clearCounts();
  translations.clear();
  parts.walker.reads.fill(0);
  parts.walkCache.hits.fill(0);
  arrivals.stalls = 0;
  reads.cutWaits = 0;
  rteCache.misses = 0;
  timing.cachedReads = 0;
  timing.uncachedReads = 0;
  firstFaults.length = 0;
}

function countsOf(parts: UnitParts, firstFaults: readonly FirstFault[]) {
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
