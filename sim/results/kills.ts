/** Kills and the times around them, over all PHBs. */
import type { PhbOutcome } from '../replay/phb-replay.ts';
import { bucketOf } from '../unit/books/histogram.ts';
import { sumOfHistograms } from './book.ts';
import type { CycleTimes, LatencyScale } from './latency.ts';
import type { Result } from './result-schema.ts';

/** What kills did, and for how long. */
export function killsOf(phbs: readonly PhbOutcome[], scale: LatencyScale): Result['kills'] {
  const of = (key: keyof PhbOutcome['kills']) => phbs.reduce((sum, phb) => sum + phb.kills[key], 0);
  const held = of('heldCycles');
  const time = phbs.reduce((sum, phb) => sum + phb.cycles, 0);
  return {
    all: of('all'),
    pe: of('pe'),
    page: of('page'),
    ignored: of('ignored'),
    lost: of('lost'),
    staleUses: of('staleUses'),
    droppedEntries: of('droppedEntries'),
    polls: of('polls'),
    pollNs: scale.ns(of('pollCycles')),
    heldNs: scale.ns(held),
    heldShare: held === 0 ? 0 : held / time,
    completion: scale.figuresOf(sumOf(phbs.map((phb) => phb.killTimes.completion))),
    staleWindow: scale.figuresOf(sumOf(phbs.map((phb) => phb.killTimes.stale))),
  };
}

/** The times of several PHBs as one. */
function sumOf(all: readonly CycleTimes[]): CycleTimes {
  return {
    histogram: sumOfHistograms(
      all.map(({ histogram, max }) => histogram.subarray(0, bucketOf(max) + 1)),
    ),
    sum: all.reduce((total, { sum }) => total + sum, 0),
    max: Math.max(0, ...all.map(({ max }) => max)),
    count: all.reduce((total, { count }) => total + count, 0),
  };
}
