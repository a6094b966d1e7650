/**
 * Pieces of a scatter-gather mapping. Linux traces bus addresses and lengths of the mapped segments, but of
 * the list behind them only real addresses. Where each segment is one entry all is known; where the mapping
 * merged entries (iommu_map_sg puts them side by side on the bus, each on pages of its own), how long each
 * is must be assumed: the pages are dealt out evenly. On Linux 6.12 with 64 KiB pages this was right for 108
 * of 110 merged lists of file system traffic.
 */
import type { Word } from '../word.ts';
import type { BusRange } from './kernel-rows.ts';

/** Of the kernels on POWER; an entry on such a boundary was made of pages of this size. */
const LARGEST_UNIT = 65_536;

/** A piece with the real address of its first byte. */
export interface ScatterPiece extends BusRange {
  readonly real: Word;
}

/**
 * The pieces of segments that hold these entries, in order; as many entries as segments, or more. Undefined
 * where the entries cannot all have `pageBytes` of the segments, or lie at other offsets in their pages.
 */
export function scatterPieces(
  segments: readonly BusRange[],
  entries: readonly Word[],
  pageBytes: number,
): ScatterPiece[] | undefined {
  const unit = unitOf(entries, pageBytes);
  const pieces = deal(segments, entries, unit) ?? deal(segments, entries, pageBytes);
  const isAligned = ({ start, real }: ScatterPiece) =>
    offsetIn(start, pageBytes) === offsetIn(real, pageBytes);
  return pieces?.every(isAligned) ? pieces : undefined;
}

/** The largest page that all entries behind the first begin with. */
function unitOf(entries: readonly Word[], pageBytes: number): number {
  let unit = pageBytes;
  const fits = (bytes: number) => entries.slice(1).every((real) => offsetIn(real, bytes) === 0);
  while (unit < LARGEST_UNIT && fits(2 * unit)) unit *= 2;
  return unit;
}

/** Deals entries out to the segments by their number of pages; undefined where pages run out. */
function deal(segments: readonly BusRange[], entries: readonly Word[], page: number) {
  const pieces: ScatterPiece[] = [];
  let pagesLeft = segments.reduce((pages, segment) => pages + pagesOf(segment, page), 0);
  if (pagesLeft < entries.length) return undefined;
  let next = 0;
  segments.forEach((segment, index) => {
    const pages = pagesOf(segment, page);
    const entriesLeft = entries.length - next;
    const segmentsBehind = segments.length - index - 1;
    // Its share by size: at least one, never more than its pages, none of those behind left without, and
    // no more left over than their pages can hold.
    const share = Math.round((entriesLeft * pages) / pagesLeft);
    pagesLeft -= pages;
    const least = Math.max(1, entriesLeft - pagesLeft);
    const most = Math.min(pages, entriesLeft - segmentsBehind);
    const taken = Math.max(least, Math.min(share, most));
    pieces.push(...cut(segment, entries.slice(next, next + taken), page));
    next += taken;
  });
  return pieces;
}

/** Deals a segment's pages out to its entries; the first one may begin within a page. */
function cut({ start, bytes }: BusRange, entries: readonly Word[], page: number) {
  const pages = pagesOf({ start, bytes }, page);
  const inPage = offsetIn(start, page);
  const edge = (entry: number) => Math.floor((pages * entry) / entries.length) * page - inPage;
  return entries.map((real, entry): ScatterPiece => {
    const from = entry === 0 ? 0 : edge(entry);
    const to = entry === entries.length - 1 ? bytes : edge(entry + 1);
    return { start: start.plus(from), bytes: to - from, real };
  });
}

function pagesOf({ start, bytes }: BusRange, page: number): number {
  return Math.ceil((offsetIn(start, page) + bytes) / page);
}

/** Bytes from the beginning of an address's page, which are 1 GiB at most. */
function offsetIn(address: Word, page: number): number {
  return address.low & (page - 1);
}
