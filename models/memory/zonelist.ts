/**
 * The order in which Linux looks for a block, after __alloc_pages (mm/page_alloc.c, 5.17): every zone of the
 * list above its low mark; then every zone above the mark that the request may go down to; and if it may
 * wait, once more after reclaim and compaction.
 */
import type { Gfp } from './gfp.ts';
import { MARKS, type Mark } from './watermark.ts';

/** A zone as a request sees it. */
export interface Zone {
  /** A block, if one is free and the mark allows it. */
  take(order: number, mark: Mark): bigint | undefined;
  /** Reclaims or moves pages so that there is such a block; whether there may be one now. */
  makeRoom(order: number): boolean;
}

/** Real address of a block from the first zone that has one. */
export function allocateFrom(zones: readonly Zone[], order: number, gfp: Gfp): bigint | undefined {
  for (const mark of MARKS[gfp]) {
    const block = takeFirst(zones, order, mark);
    if (block !== undefined) return block;
  }
  const hasRoom = gfp === 'kernel' && zones.some((zone) => zone.makeRoom(order));
  return hasRoom ? takeFirst(zones, order, 'min') : undefined;
}

function takeFirst(zones: readonly Zone[], order: number, mark: Mark): bigint | undefined {
  for (const zone of zones) {
    const block = zone.take(order, mark);
    if (block !== undefined) return block;
  }
  return undefined;
}
