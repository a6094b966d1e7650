/**
 * One number for all that a replay counted: FNV-1a with 64 bits over the counters and every bucket of every
 * histogram, in the order below. It moves when a single request moves into another bucket, another
 * outcome or another window, or when the last completion moves by a cycle. native/twin.c computes the same.
 *
 * When each request completed is not in the books, and writing it down would cost the hot path. In a closed
 * loop, though, every arrival follows from the completions before it, and with the trace's own times a
 * request that completes at another time has another latency: so the histograms tell.
 */
import type { PhbOutcome } from '../sim/replay/phb-replay.ts';
import { HISTOGRAM_BUCKETS } from '../sim/unit/books/histogram.ts';

const FNV_OFFSET = 0xcbf2_9ce4_8422_2325n;
const FNV_PRIME = 0x100_0000_01b3n;
const WORD_BYTES = 8;
const WORD_MASK = 0xffff_ffff_ffff_ffffn;

/** The digest of what the PHBs of a replay counted, by PHB, as 16 hexadecimal digits. */
export function digestOf(phbs: readonly PhbOutcome[]): string {
  let hash = FNV_OFFSET;
  for (const phb of phbs) {
    for (const number of numbersOf(phb)) {
      // The number as eight bytes, the lowest first.
      let rest = BigInt(number);
      for (let byte = 0; byte < WORD_BYTES; byte += 1) {
        hash = ((hash ^ (rest & 0xffn)) * FNV_PRIME) & WORD_MASK;
        rest >>= 8n;
      }
    }
  }
  return hash.toString(16).padStart(16, '0');
}

/** Everything that a PHB counted, as whole numbers in a fixed order. */
function* numbersOf(outcome: PhbOutcome): Generator<number> {
  const { phb, cycles, stalls, cutWaits, rteMisses, cachedReads, uncachedReads } = outcome;
  yield* [phb, cycles, stalls, cutWaits, ...outcome.walkReads, ...outcome.walkCacheHits];
  yield* [rteMisses, cachedReads, uncachedReads];
  yield* killNumbers(outcome);
  yield* [outcome.freezes.count, outcome.fences.length];
  yield* [outcome.agreed, outcome.differed, outcome.notCompared, outcome.stores];
  const { cells, latencies, parts, partsMax } = outcome.accounts;
  yield* cells;
  for (const counts of [...latencies, ...parts]) yield* histogramNumbers(counts);
  yield* partsMax;
}

function* killNumbers({ kills, killTimes }: PhbOutcome): Generator<number> {
  const { all, pe, page, ignored, lost, droppedEntries, heldCycles } = kills;
  yield* [all, pe, page, ignored, lost, droppedEntries, heldCycles];
  yield* [kills.polls, kills.pollCycles, kills.staleUses];
  const spreads = [killTimes.completion, killTimes.stale];
  for (const { count, sum, max } of spreads) yield* [count, sum, max];
  for (const { histogram } of spreads) yield* histogramNumbers(histogram);
}

/** Each bucket that holds anything with its count, and an end mark. */
function* histogramNumbers(counts: Float64Array): Generator<number> {
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    if (counts[bucket] !== 0) yield* [bucket, counts[bucket]];
  }
  yield HISTOGRAM_BUCKETS;
}
