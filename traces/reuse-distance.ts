/**
 * How soon pages are used again: the reuse distance of an access is the number of other pages that were
 * touched since the last access to its page. An LRU cache of n pages hits exactly where it is below n, so
 * the histogram tells what a TCE cache of any size could do at best with that rule. Every page that a DMA
 * touches is an access; pages of two PEs are two.
 *
 * Memory is bounded after SHARDS (Waldspurger et al., FAST 2015): all pages are followed up to a bound;
 * beyond it a sample of one page in 2^k, whose distances and accesses count 2^k times. Distances are
 * counted with a Fenwick tree over the moments of each page's last access.
 */
import { COUNTED_PAGE_BYTES, lastPageOf, pageOf } from './distinct-pages.ts';
import { PageSample } from './page-sample.ts';

/** Pages of one size that are followed. */
export const REUSE_PAGES_MAX = 2 ** 16;
const MOMENTS = 4 * REUSE_PAGES_MAX;
const BINS = 34;
const DISTANCE_MAX = 2 ** 32 - 1;

/** The accesses to pages of one size. */
export interface ReuseDistances {
  readonly pageBytes: number;
  readonly accesses: number;
  /** First accesses to a page: no cache could have hit. */
  readonly first: number;
  /** How many of the others have a distance below 1, 2, 4, .. (`below`), those below the last included. */
  readonly distances: readonly { readonly below: number; readonly accesses: number }[];
  /** Part of the pages only was followed; the numbers are scaled up. */
  readonly isEstimate: boolean;
}

/** Reuse distances at each page size. */
export class ReusePass {
  private readonly sizes = COUNTED_PAGE_BYTES.map((pageBytes) => new ReuseOfSize(pageBytes));

  /** Counts a DMA of `length` bytes from an address (halves) on. */
  add(owner: number, high: number, low: number, length: number): void {
    for (const size of this.sizes) size.add(owner, high, low, length);
  }

  distances(): ReuseDistances[] {
    return this.sizes.map((size) => size.distances());
  }
}

class ReuseOfSize {
  private readonly sample = new PageSample(REUSE_PAGES_MAX);
  /** Fenwick tree: 1 at the moment of each followed page's last access. */
  private readonly tree = new Int32Array(MOMENTS + 1);
  private readonly bins = new Float64Array(BINS);
  private moment = 1;
  private first = 0;
  private lastOwner = -1;
  private lastPage = -1;
  private isLastFollowed = false;

  constructor(private readonly pageBytes: number) {}

  add(owner: number, high: number, low: number, length: number): void {
    const last = lastPageOf(high, low, length, this.pageBytes);
    for (let page = pageOf(high, low, this.pageBytes); page <= last; page += 1) {
      if (owner !== this.lastOwner || page !== this.lastPage) this.access(owner, page);
      else if (this.isLastFollowed) this.bins[0] += 2 ** this.sample.shift;
    }
  }

  distances(): ReuseDistances {
    const used = this.bins.findLastIndex((accesses) => accesses > 0) + 1;
    let sum = 0;
    const distances = Array.from({ length: used }, (_, bin) => {
      sum += this.bins[bin];
      return { below: 2 ** bin, accesses: sum };
    });
    return {
      pageBytes: this.pageBytes,
      accesses: this.first + sum,
      first: this.first,
      distances,
      isEstimate: this.sample.shift > 0,
    };
  }

  private access(owner: number, page: number): void {
    if (this.moment > MOMENTS) this.renumber();
    const { sample } = this;
    const { shift } = sample;
    const slot = sample.take(owner, page);
    this.lastOwner = owner;
    this.lastPage = page;
    this.isLastFollowed = slot >= 0;
    if (slot >= 0 && sample.isNew) this.first += 2 ** sample.shift;
    else if (slot >= 0) this.leave(sample.values[slot]);
    if (slot >= 0) {
      sample.values[slot] = this.moment;
      this.change(this.moment, 1);
      this.moment += 1;
    }
    if (sample.shift !== shift) this.renumber();
  }

  /** Counts the distance from a page's last access, which is the last one no more. */
  private leave(moment: number): void {
    const { sample } = this;
    const later = sample.size - this.countUntil(moment);
    const distance = Math.min(later * 2 ** sample.shift, DISTANCE_MAX);
    this.bins[32 - Math.clz32(distance)] += 2 ** sample.shift;
    this.change(moment, -1);
  }

  /** Moments 1, 2, .. for the pages that are followed, in the order in which they have them. */
  private renumber(): void {
    const { values } = this.sample;
    const slots = [...this.sample.slots()].sort((one, other) => values[one] - values[other]);
    this.tree.fill(0);
    this.moment = 1;
    for (const slot of slots) {
      values[slot] = this.moment;
      this.change(this.moment, 1);
      this.moment += 1;
    }
  }

  private change(moment: number, by: number): void {
    for (let at = moment; at <= MOMENTS; at += at & -at) this.tree[at] += by;
  }

  private countUntil(moment: number): number {
    let count = 0;
    for (let at = moment; at > 0; at -= at & -at) count += this.tree[at];
    return count;
  }
}
