/**
 * Ranks 1 .. n with probabilities in proportion to 1 / rank^theta, by rejection-inversion (W. Hoermann and
 * G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996): no
 * table, so that a terabyte of pages costs no more than a megabyte.
 *
 * The area under h(x) = x^-theta is cut at k - 1/2 and k + 1/2; because h is convex, the piece around k holds
 * at least h(k). A random area names a piece; it counts if it lies in the last h(k) of that piece.
 */
import { exponential, exponentialSlope, logarithm, logarithmSlope } from './exact-functions.ts';

/** The least argument of a logarithm, where rounding left nothing of a far tail. */
const LEAST = 2 ** -60;
/** `random` has 32 bits; two of them make the 53 of a number. */
const LOWER_BITS = 2 ** 21;
const LOWEST_BIT = 2 ** -53;

export class ZipfRanks {
  private readonly flatness: number;
  private readonly areaFirst: number;
  private readonly areaLast: number;
  private readonly surelyInside: number;

  constructor(
    private readonly ranks: number,
    private readonly theta: number,
  ) {
    this.flatness = 1 - theta;
    this.areaFirst = this.area(1.5) - 1;
    this.areaLast = this.area(ranks + 0.5);
    this.surelyInside = 2 - this.areaEnd(this.area(2.5) - this.height(2));
  }

  /** The next rank, 1 the most probable. */
  next(random: () => number): number {
    for (;;) {
      const share = random() + Math.floor(random() * LOWER_BITS) * LOWEST_BIT;
      const area = this.areaLast + share * (this.areaFirst - this.areaLast);
      const end = this.areaEnd(area);
      const rank = Math.min(this.ranks, Math.max(1, Math.floor(end + 0.5)));
      // Nearly always the first test decides, and no further power is wanted.
      if (rank - end <= this.surelyInside) return rank;
      if (area >= this.area(rank + 0.5) - this.height(rank)) return rank;
    }
  }

  private height(x: number): number {
    return exponential(-this.theta * logarithm(x));
  }

  /** The integral of h from 1 to x: (x^(1 - theta) - 1) / (1 - theta), or ln x where theta is 1. */
  private area(x: number): number {
    const power = logarithm(x);
    return power * exponentialSlope(this.flatness * power);
  }

  /** The x up to which the area is so large. */
  private areaEnd(area: number): number {
    const shifted = Math.max(this.flatness * area, LEAST - 1);
    return exponential(area * logarithmSlope(shifted));
  }
}
