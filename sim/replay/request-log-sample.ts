/**
 * Which requests a log holds: those whose hash falls below the share. The hash is of the seed, the PHB and
 * the request's number, so the same requests are in it on every machine and number of threads.
 */
import { randomOf } from '../../traces/random.ts';

const HALF = 2 ** 32;

export class LogSample {
  private readonly key: number;

  /** `wanted` is a share of all requests, above 0 and at most 1; a smaller one leaves out some, and adds none. */
  constructor(
    seed: string,
    phb: number,
    private readonly wanted: { readonly share: number },
  ) {
    this.key = Math.floor(randomOf(`${seed}/requests/phb${phb}`)() * HALF);
  }

  /** Whether request `number` is in the log. */
  takes(number: number): boolean {
    const low = number % HALF;
    const high = (number - low) / HALF;
    return mixed(mixed(this.key ^ low) ^ high) < this.wanted.share * HALF;
  }
}

/** Spreads 32 bits over 32 bits, one to one: the last step of MurmurHash3. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
