/**
 * The request that the unit looks at: what it is, whose, and when it arrived. A DMA's piece in one 4 KiB block is one
 * request or more, a TLP each.
 */
import { REQUEST_BYTES_MAX, ridOf, writeOf } from './items.ts';

/** log2 of the bytes of a block. */
const BLOCK_SHIFT = Math.log2(REQUEST_BYTES_MAX);

/** One object serves all requests, one behind the other. */
export interface RequestAtHand {
  rid: number;
  /** Bus address, in halves. */
  upper: number;
  lower: number;
  /** 1 for a write. */
  write: number;
  bytes: number;
  pe: number;
  tve: number;
  /** Number of its page in the window, in halves, once it was looked up. */
  pageHigh: number;
  pageLow: number;
  account: number;
  /** Cycle of its arrival, since the origin of time that the unit counts from now. */
  arrive: number;
  /** Cycles that it waited for those in front of it. */
  admission: number;
  /** Number of the requester that waits for it; see arrivals.ts. */
  requester: number;
  /** Code of outcome.ts that it has so far. */
  outcome: number;
}

/** A request about which nothing is known yet. */
export function requestAtHand(): RequestAtHand {
  return {
    rid: 0,
    upper: 0,
    lower: 0,
    write: 0,
    bytes: 0,
    pe: 0,
    tve: 0,
    pageHigh: 0,
    pageLow: 0,
    account: 0,
    arrive: 0,
    admission: 0,
    requester: 0,
    outcome: 0,
  };
}

/**
 * Takes a piece of a DMA in hand: head and address of its item. Returns whether it has the RID and the 4 KiB block
 * of the request before.
 */
export function takePiece(
  request: RequestAtHand,
  head: number,
  lower: number,
  upper: number,
): boolean {
  const rid = ridOf(head);
  const isSameBlock = request.upper === upper && (request.lower ^ lower) >>> BLOCK_SHIFT === 0;
  const isNear = isSameBlock && request.rid === rid;
  request.rid = rid;
  request.upper = upper;
  request.write = writeOf(head);
  return isNear;
}
