/** What a study keeps of a replay's result. */
import type { Result } from '../results/result-schema.ts';
import type { ReplayRecord } from './study-schema.ts';

/** The figures of a point out of the result of `tcesim run`. */
export function replayRecord(result: Result): ReplayRecord {
  const { requests, hits, lineHits, misses, merged, faults, simulatedNs, link, kills } = result;
  const { p50, p90, p99, p999, max, mean } = result.latency;
  const walkReads = result.walkReads.reduce((sum, reads) => sum + reads, 0);
  const payload = link.upstream.payloadBytes + link.downstream.payloadBytes;
  return {
    ...{ requests, hits, lineHits, misses, merged, faults },
    hitRate: ratio(hits + lineHits, requests),
    missRate: ratio(misses, requests),
    walkReads,
    readsPerRequest: ratio(walkReads, requests),
    readsPerMiss: ratio(walkReads, misses),
    latency: { p50, p90, p99, p999, max, mean },
    gbps: ratio(payload * 8, simulatedNs),
    simulatedNs,
    kills: kills.all + kills.pe + kills.page,
    tableBytes: result.tables.windows.reduce((sum, window) => sum + window.allocatedBytes, 0),
    failedAllocations: result.tables.failedAllocationCount,
  };
}

/** A quotient to the millionth; 0 of nothing. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6;
}
