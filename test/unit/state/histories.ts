/** Histories that more than one of the tests of a unit's state begins with. */
import type { DmaItem } from '../../oracle/case.ts';
import type { ConfigOver } from '../../oracle/draw-config.ts';
import { isRemote, LATER, msi, read, UNMAPPED, write, writeDeep } from './tables.ts';

const SHARE = 50;
const pages = Array.from({ length: 4 }, (_, line) => line * 16);
/** Pages whose line is remote, and is not. */
const FAR = pages.find((page) => isRemote(page, SHARE)) ?? Number.NaN;
const NEAR = pages.find((page) => !isRemote(page, SHARE)) ?? Number.NaN;
const [OTHER, last] = pages.filter((page) => page !== FAR && page !== NEAR);
/** The page that is cached when both are pushed out. */
export const LAST = last;
/** Reads of remote lines take a cycle more. */
export const REMOTE: ConfigOver = {
  memory: { cachedLines: 4096, readNs: 200, cachedReadNs: 100, remoteShare: SHARE, retryNs: 1 },
};

/** Three lines are in the host's caches: either the far page's or the near one's, and two more. */
const warmed = (page: number) => [write(1, page), write(1, OTHER), write(1, LAST), msi(2)];
export const FAR_WARMED = warmed(FAR);
export const NEAR_WARMED = warmed(NEAR);

/**
 * Behind one of these, walks of two pages that end in another order than behind the other: the far page's takes
 * 101 and the near one's, a cycle later, 200; or 201 and 100.
 */
export const readBoth = (ridFar: number, ridNear: number) => [
  read(1, FAR, { ...LATER, rid: ridFar }),
  read(1, NEAR, { rid: ridNear }),
];

/** Two pages that push both out of the TCE cache. */
export const pushOut = (rid: number, next: number) => [
  write(1, OTHER, { rid }),
  write(1, LAST, { rid: next }),
];

/** A walk of 200 or 300 of the second window's first page, and one of 200 or 100 that begins 100 later. */
const crossed = (warm: DmaItem) => [
  ...[writeDeep(1, 32), warm, write(1, 32), write(1, 48)],
  ...[writeDeep(1, 0, LATER), write(1, 16, { step: 100 })],
];
/** Walks that are through at each other's times. */
export const CROSSED = { some: crossed(writeDeep(1, 0)), others: crossed(write(1, 16)) };
/** The same, when their pages have been pushed out of the TCE cache. */
export const PUSHED_OUT = {
  some: [...CROSSED.some, write(1, 32), write(1, 48)],
  others: [...CROSSED.others, write(1, 32), write(1, 48)],
};

/** So many requests that look for no TCE. */
export const msis = (count: number) => Array.from({ length: count }, () => msi(1));

/** A page that is cached, and one that no PE may use. */
export const REFUSED = [write(1, 0), write(1, UNMAPPED), write(2, UNMAPPED)];

/** The lookup takes no time, and a TCE that refuses is not kept. */
export const AT_ONCE: ConfigOver = { tceCache: { negative: false, lookupCycles: 0 } };
