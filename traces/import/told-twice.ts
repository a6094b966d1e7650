/**
 * One change of a mapping that Linux traces twice: events/iommu tells it for the IOMMU's pages, events/dma
 * for the device. Both lines come from one call, so from one thread and within a moment of each other. Mostly
 * they name the same pages. A scatter-gather list or a large allocation may be one change in several pieces
 * (iommu_map_sg, a line for each run of real memory) or several ranges that one change ends.
 */
import { Word } from '../word.ts';
import type { BusRange } from './kernel-rows.ts';

/** Two lines that are further apart are not of one call. */
const MOMENT_NS = 10_000_000;
/** Largest pages of an IOMMU to which the kernel widens a device's range. */
const UNIT_MAX = 65_536;

/** One of the two lines. */
export interface ToldLine {
  /** Of the thread, as in a kernel event. */
  readonly thread: number;
  readonly timeNs: Word;
}

/** Whether two lines may come from one call. */
export function isOneCall(one: ToldLine, other: ToldLine): boolean {
  if (one.thread !== other.thread) return false;
  return isSoonAfter(one.timeNs, other.timeNs) || isSoonAfter(other.timeNs, one.timeNs);
}

/**
 * Those of the IOMMU's ranges, the likeliest in front, that are a device's ranges told again: for each of
 * these the one with the same pages; without such, those that share bytes with it and do not reach beyond
 * all ranges together. No two of them share a byte.
 */
export function toldAgain<Told extends { readonly range: BusRange }>(
  candidates: readonly Told[],
  ranges: readonly BusRange[],
  pageBytes: number,
): Told[] {
  const limits = hullOf(ranges.map((range) => pagesOf(range, Math.max(UNIT_MAX, pageBytes))));
  const found: Told[] = [];
  const pages = candidates.map(({ range }) => pagesOf(range, pageBytes));
  const isFree = ({ range }: Told) => !found.some((each) => overlaps(each.range, range));
  for (const range of ranges) {
    const wanted = pagesOf(range, pageBytes);
    const same = candidates.find((each, at) => isSame(pages[at] as Span, wanted) && isFree(each));
    const near = ({ range: told }: Told) => overlaps(told, range) && isWithin(told, limits);
    for (const each of same ? [same] : candidates.filter(near)) {
      if (isFree(each)) found.push(each);
    }
  }
  return found;
}

/** Whether two ranges share a byte; each ends at 2^64 at the latest. */
export function overlaps(one: BusRange, other: BusRange): boolean {
  return !lastOf(one).isBelow(other.start) && !lastOf(other).isBelow(one.start);
}

function isSoonAfter(late: Word, early: Word): boolean {
  const ns = late.distanceFrom(early);
  return ns >= 0 && ns <= MOMENT_NS;
}

/** Bus addresses by their first and last byte. */
interface Span {
  readonly first: Word;
  readonly last: Word;
}

/** A range to whole pages. */
function pagesOf(range: BusRange, pageBytes: number): Span {
  const last = lastOf(range);
  return {
    first: new Word().set(range.start.high, range.start.low & -pageBytes),
    last: last.set(last.high, last.low | (pageBytes - 1)),
  };
}

function hullOf(spans: readonly Span[]): Span {
  return spans.reduce((hull, { first, last }) => ({
    first: first.isBelow(hull.first) ? first : hull.first,
    last: hull.last.isBelow(last) ? last : hull.last,
  }));
}

function isSame(one: Span, other: Span): boolean {
  return one.first.equals(other.first) && one.last.equals(other.last);
}

function isWithin(range: BusRange, { first, last }: Span): boolean {
  return !range.start.isBelow(first) && !last.isBelow(lastOf(range));
}

function lastOf({ start, bytes }: BusRange): Word {
  return start.plus(bytes - 1);
}
