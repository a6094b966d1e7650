/** The pages that the requests of a log touch, at each page size. */
import { DistinctPages } from '../../../traces/distinct-pages.ts';
import { ReusePass } from '../../../traces/reuse-distance.ts';
import type { PageReuse } from './page-data.ts';

export class LogPages {
  private readonly distinct = new DistinctPages();
  private readonly reuse = new ReusePass();

  /** A request of a PHB's PE, its address as halves. */
  add(phb: number, pe: number, high: number, low: number, length: number): void {
    const owner = phb * 2 ** 16 + pe;
    this.distinct.add(owner, high, low, length);
    this.reuse.add(owner, high, low, length);
  }

  get pages(): PageReuse[] {
    const counts = this.distinct.counts();
    return this.reuse.distances().map(({ distances, ...rest }, size) => {
      const { pages, isEstimate, isLowerBound } = counts[size];
      const pairs = distances.map(({ below, accesses }) => [below, accesses] as const);
      const isRough = isEstimate || rest.isEstimate;
      return { ...rest, pages, isEstimate: isRough, isLowerBound, distances: pairs };
    });
  }
}
