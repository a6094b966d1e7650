/**
 * How much memory Linux keeps back from a request, after mm/page_alloc.c (5.17): __setup_per_zone_wmarks,
 * init_per_zone_wmark_min and __zone_watermark_ok. A zone may be rich in large blocks and still refuse one
 * because too few pages would be left. Left out: boosts after a fallback, the reserve for atomic requests of
 * high order, CMA, and what khugepaged adds to min_free_kbytes where transparent huge pages are on.
 */
import type { Gfp } from './gfp.ts';

/** The marks of one zone, in pages. */
export interface Watermark {
  /** WMARK_MIN: below it only requests that cannot wait are served. */
  readonly minPages: number;
  /** WMARK_LOW: what the first attempt of every request leaves free. */
  readonly lowPages: number;
  /** lowmem_reserve: kept for requests that could be served from no higher zone. */
  readonly reservePages: number;
}

/** Nothing is kept back: only the free lists decide. */
export const NO_WATERMARK: Watermark = { minPages: 0, lowPages: 0, reservePages: 0 };

/** What one attempt has to leave free: a mark of the zone, or the part of `min` that atomic requests respect. */
export type Mark = 'low' | 'min' | 'atomic';

/** The attempts of a request, in turn: the fast path, then the slow one. */
export const MARKS: Readonly<Record<Gfp, readonly [Mark, Mark]>> = {
  atomic: ['low', 'atomic'],
  kernel: ['low', 'min'],
};

/** A zone of memory, by which its watermark is computed. */
export interface ZoneSize {
  readonly pageShift: number;
  /** Memory that the zone's allocator manages, free or not. */
  readonly zoneBytes: bigint;
  /** All zones of the machine together. */
  readonly hostBytes: bigint;
  /** vm.min_free_kbytes in bytes; absent: what the kernel computes at boot. */
  readonly minFreeBytes?: bigint;
}

/** Bounds of min_free_kbytes at boot; the upper one was 65536 before 5.8. */
const MIN_FREE_KIB_LEAST = 128;
const MIN_FREE_KIB_MOST = 262_144;
/** vm.watermark_scale_factor: the distance of low from min is at least this many 1/10000 of the zone. */
const SCALE_FACTOR = 10n;
const KIB_SHIFT = 10n;

/** The marks that Linux gives a zone; `reservePages` is 0, as it is where a node has one zone. */
export function watermarkOf({
  pageShift,
  zoneBytes,
  hostBytes,
  minFreeBytes,
}: ZoneSize): Watermark {
  const shift = BigInt(pageShift);
  const zonePages = zoneBytes >> shift;
  const wanted = (minFreeBytes ?? bootMinFreeBytes(hostBytes)) >> shift;
  const min = (wanted * zonePages) / (hostBytes >> shift);
  const scaled = (zonePages * SCALE_FACTOR) / 10_000n;
  const quarter = min >> 2n;
  const distance = quarter > scaled ? quarter : scaled;
  return { minPages: Number(min), lowPages: Number(min + distance), reservePages: 0 };
}

/** min_free_kbytes of a machine that nobody has tuned, in bytes: 4 * sqrt(KiB of memory), within bounds. */
export function bootMinFreeBytes(hostBytes: bigint): bigint {
  const root = Math.floor(Math.sqrt(Number(hostBytes >> KIB_SHIFT) * 16));
  const kib = Math.min(Math.max(root, MIN_FREE_KIB_LEAST), MIN_FREE_KIB_MOST);
  return BigInt(kib) << KIB_SHIFT;
}

/** Pages that an attempt must leave free. Atomic ones go to 3/8 of min: half of it, and a quarter of the rest. */
export function keptPages({ minPages, lowPages, reservePages }: Watermark, mark: Mark): number {
  if (mark === 'low') return lowPages + reservePages;
  if (mark === 'min') return minPages + reservePages;
  const half = minPages - Math.floor(minPages / 2);
  return half - Math.floor(half / 4) + reservePages;
}

/** Whether a zone with so many free pages may give 2^order of them away; only one page of the block counts. */
export function isAbove(
  watermark: Watermark,
  mark: Mark,
  freePages: number,
  order: number,
): boolean {
  return freePages - (2 ** order - 1) > keptPages(watermark, mark);
}
