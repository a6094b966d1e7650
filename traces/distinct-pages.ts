/**
 * How many different pages a trace touches, each counted once a PE, for the page sizes that a TCE cache
 * may hold. Exact up to a bound, beyond which only "more than" is known.
 */

/** Pages of one size that are remembered; about 60 bytes each. */
export const DISTINCT_PAGES_MAX = 2 ** 20;

/** Pages of one size. */
export interface PageCount {
  readonly pageBytes: number;
  readonly pages: number;
  /** There are more than `pages`. */
  readonly capped: boolean;
}

const PAGE_BYTES = [4096, 65_536, 2 ** 21] as const;

export class DistinctPages {
  private readonly sizes = PAGE_BYTES.map((pageBytes) => new PagesOfSize(pageBytes));

  /** Counts the pages of `length` bytes from an address (halves) on. */
  add(phb: number, pe: number, high: number, low: number, length: number): void {
    const owner = (phb << 16) | pe;
    for (const size of this.sizes) {
      // Where no small page is new, no larger one can be.
      if (!size.add(owner, high, low, length)) return;
    }
  }

  counts(): PageCount[] {
    return this.sizes.map((size) => size.count());
  }
}

class PagesOfSize {
  private readonly pagesOf = new Map<number, Set<number>>();
  private pages = 0;
  private capped = false;

  constructor(private readonly pageBytes: number) {}

  /** Whether any of the pages is new, or may be because the bound was reached. */
  add(owner: number, high: number, low: number, length: number): boolean {
    if (this.capped) return true;
    const known = this.ownedBy(owner);
    const before = known.size;
    const upper = high * (2 ** 32 / this.pageBytes);
    const first = upper + Math.floor(low / this.pageBytes);
    const last = upper + Math.floor((low + length - 1) / this.pageBytes);
    for (let page = first; page <= last && !this.capped; page += 1) {
      known.add(page);
      this.capped = this.pages + known.size - before > DISTINCT_PAGES_MAX;
    }
    this.pages += known.size - before;
    return known.size > before;
  }

  count(): PageCount {
    const pages = this.capped ? DISTINCT_PAGES_MAX : this.pages;
    return { pageBytes: this.pageBytes, pages, capped: this.capped };
  }

  private ownedBy(owner: number): Set<number> {
    const known = this.pagesOf.get(owner);
    if (known) return known;
    const fresh = new Set<number>();
    this.pagesOf.set(owner, fresh);
    return fresh;
  }
}
