/**
 * What requests leave behind in the caches, without time and without books: a guess at what the caches hold where
 * somebody begins in the middle of a trace. A page's first request fills its entry as its walk would; tags, merging
 * and the line buffer take no part, and what they hold is soon replaced.
 */
import { PAST_CYCLES } from './clock.ts';
import { bytesOf, ITEM_EXPECTED_WRITE, ITEM_KIND_MASK, ITEM_WRITE, QUAD, ridOf } from './items.ts';
import { isMemory } from './lookup/bus-address.ts';
import { TVE_TRANSLATED } from './lookup/tvt.ts';
import type { RequestAtHand } from './request-at-hand.ts';
import type { TceUnitSetup, UnitParts } from './unit-parts.ts';
import type { createUnitTime } from './unit-time.ts';

/** What the unit does with the request at hand, in the same order as for a request proper. */
interface Decoding {
  readonly dma: RequestAtHand;
  readonly time: ReturnType<typeof createUnitTime>;
  /** Notes its PE# and TVE. */
  identify(): void;
  /** Looks for its page in the TCE cache; returns the slot of the entry, negative without one. */
  look(): number;
}

/** The skimming of a unit; a closure, as the unit is, and for the same reason. */
export function createSkim(
  { config, items }: TceUnitSetup,
  { rteCache, tvt, tceCache, walker, refill }: UnitParts,
  { dma, time, identify, look }: Decoding,
) {
  const peCount = config.pe.count;
  const msi32 = config.msi.window32;

  function touch(): void {
    rteCache.lookup(dma.rid);
    identify();
    const { tve, upper, lower } = dma;
    if (dma.pe >= peCount || !isMemory(upper, lower, msi32)) return;
    if (tvt.kind[tve] !== TVE_TRANSLATED || tvt.isBeyond(tve, upper, lower)) return;
    if (look() >= 0) return;
    const slot = tceCache.place(tve, dma.pageHigh, dma.pageLow);
    walker.walk(tve, upper, lower);
    refill.fromWalk(slot, walker, -PAST_CYCLES);
  }

  /** Skims the items `from..to` up to the first that is no request; returns the index of that one, or `to`. */
  return function skim(from: number, to: number): number {
    for (let at = from; at < to; at += QUAD) {
      const head = items[at];
      const kind = head & ITEM_KIND_MASK;
      if (kind > ITEM_EXPECTED_WRITE) return at;
      const step = items[at + 3];
      if (step !== 0) time.pass(step);
      dma.rid = ridOf(head);
      dma.lower = items[at + 1];
      dma.upper = items[at + 2];
      dma.bytes = bytesOf(head);
      touch();
      if (kind > ITEM_WRITE) at += QUAD;
    }
    return to;
  };
}
