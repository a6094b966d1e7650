/**
 * Which requests a log wants, by a number of 32 bits that each has: those below a share of all numbers. What a smaller
 * share wants, a larger one wants, too.
 */

const HALF = 2 ** 32;

export interface RequestShare {
  /** The share of all requests, above 0 and at most 1; it may become less, never more. */
  readonly ofAll: number;
  /** Whether the request of a number is wanted. Each is asked about once. */
  wants(number: number): boolean;
}

/** A share that somebody chose. */
export class FixedShare implements RequestShare {
  constructor(readonly ofAll: number) {}

  wants(number: number): boolean {
    return number < this.ofAll * HALF;
  }
}

/** As large a share as brings at most so many requests: all of them, or half, a quarter, and so on. */
export class BoundedShare implements RequestShare {
  /** Requests of this share by the zeros that their numbers begin with: n halvings want those with n or more. */
  private readonly byZeros = new Float64Array(33);
  private count = 0;

  /** `halvings` is a cell that others may read. */
  constructor(
    private readonly most: number,
    private readonly halvings: Int32Array = new Int32Array(1),
  ) {}

  get ofAll(): number {
    return 2 ** -this.halvings[0];
  }

  wants(number: number): boolean {
    const zeros = Math.clz32(number);
    if (zeros < this.halvings[0]) return false;
    this.byZeros[zeros] += 1;
    this.count += 1;
    while (this.count > this.most) this.halve();
    return zeros >= this.halvings[0];
  }

  private halve(): void {
    this.count -= this.byZeros[this.halvings[0]];
    this.halvings[0] += 1;
  }
}
