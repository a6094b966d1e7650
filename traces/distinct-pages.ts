/**
 * How many different pages a trace touches, each counted once an owner (a PE or a device), for the page
 * sizes that a window may have. Exact up to a bound, beyond it estimated from a sample of the pages (the
 * standard error is about 0.3 %). Of a request of many pages only the first ones are counted.
 */
import { PageSample } from './page-sample.ts';

/** Pages of one size that are remembered. */
export const DISTINCT_PAGES_MAX = 2 ** 18;

/** Pages of one request that are looked at (16 MiB of 4 KiB pages); what is beyond is left out. */
const REQUEST_PAGES_MAX = 4096;

/** The page sizes that are counted, in bytes. */
export const COUNTED_PAGE_BYTES = [4096, 65_536, 2 ** 21, 2 ** 24] as const;

/** Pages of one size. */
export interface PageCount {
  readonly pageBytes: number;
  readonly pages: number;
  /** There were too many to remember: `pages` is computed from a sample. */
  readonly isEstimate: boolean;
  /** Pages of long requests were left out: there may be more. */
  readonly isLowerBound: boolean;
}

/** Of an owner without DMA. */
export const NO_PAGES: readonly PageCount[] = COUNTED_PAGE_BYTES.map((pageBytes) => ({
  pageBytes,
  pages: 0,
  isEstimate: false,
  isLowerBound: false,
}));

export class DistinctPages {
  /** By page size: whether pages of a request were left out. */
  private readonly isCut = COUNTED_PAGE_BYTES.map(() => false);
  private readonly samples = COUNTED_PAGE_BYTES.map(() => new PageSample(DISTINCT_PAGES_MAX));

  /** Counts the pages of `length` bytes from an address (halves) on; `owner` is below 2^32 - 1. */
  add(owner: number, high: number, low: number, length: number): void {
    for (let index = 0; index < COUNTED_PAGE_BYTES.length; index += 1) {
      const pageBytes = COUNTED_PAGE_BYTES[index];
      const first = pageOf(high, low, pageBytes);
      const end = endOf(high, low, length, pageBytes);
      const last = Math.min(end, first + REQUEST_PAGES_MAX - 1);
      const isWhole = last === end;
      if (!isWhole) this.isCut[index] = true;
      // Where no small page is new, no larger one can be.
      if (!addPages(this.samples[index], owner, first, last) && isWhole) return;
    }
  }

  /** The pages of all owners. */
  counts(): PageCount[] {
    return this.samples.map(({ size, shift }, index) => this.countOf(index, size, shift));
  }

  /** The pages of each owner that has any. */
  countsByOwner(): Map<number, PageCount[]> {
    const sizesOf = new Map<number, number[]>();
    for (const [index, sample] of this.samples.entries()) {
      for (const slot of sample.slots()) {
        const owner = sample.ownerAt(slot);
        const sizes = sizesOf.get(owner) ?? COUNTED_PAGE_BYTES.map(() => 0);
        sizes[index] += 1;
        sizesOf.set(owner, sizes);
      }
    }
    const counts = (sizes: number[]) =>
      sizes.map((size, index) => this.countOf(index, size, this.samples[index].shift));
    return new Map([...sizesOf].map(([owner, sizes]) => [owner, counts(sizes)]));
  }

  private countOf(index: number, size: number, shift: number): PageCount {
    return {
      pageBytes: COUNTED_PAGE_BYTES[index],
      pages: size * 2 ** shift,
      isEstimate: shift > 0,
      isLowerBound: this.isCut[index],
    };
  }
}

/** The number of the page in which an address lies; `low` may be beyond 2^32. */
export function pageOf(high: number, low: number, pageBytes: number): number {
  return high * (2 ** 32 / pageBytes) + Math.floor(low / pageBytes);
}

/** The last page of a request that is looked at. */
export function lastPageOf(high: number, low: number, length: number, pageBytes: number): number {
  const last = endOf(high, low, length, pageBytes);
  return Math.min(last, pageOf(high, low, pageBytes) + REQUEST_PAGES_MAX - 1);
}

/** The page in which a request ends. */
function endOf(high: number, low: number, length: number, pageBytes: number): number {
  return pageOf(high, low + Math.max(length, 1) - 1, pageBytes);
}

/** Whether any page is new, or may be. */
function addPages(sample: PageSample, owner: number, first: number, last: number): boolean {
  let mayBeNew = false;
  for (let page = first; page <= last; page += 1) {
    if (sample.take(owner, page) < 0 || sample.isNew) mayBeNew = true;
  }
  return mayBeNew;
}
