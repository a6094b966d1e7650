/** How a duration spreads over many events: a histogram of cycles, their sum and the largest. */
import { bucketOf, HISTOGRAM_BUCKETS } from './histogram.ts';

export class Spread {
  readonly histogram = new Float64Array(HISTOGRAM_BUCKETS);
  count = 0;
  sum = 0;
  max = 0;

  add(cycles: number): void {
    this.histogram[bucketOf(cycles)] += 1;
    this.count += 1;
    this.sum += cycles;
    this.max = Math.max(this.max, cycles);
  }
}
