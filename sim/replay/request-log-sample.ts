/**
 * Which requests of a PHB a log holds. Each has a hash of the seed, the PHB and its number, so the same requests are in
 * it on every machine and number of threads.
 */
import { randomOf } from '../../traces/random.ts';
import type { RequestShare } from './request-share.ts';

const HALF = 2 ** 32;

export class LogSample {
  private readonly key: number;

  constructor(
    seed: string,
    phb: number,
    private readonly share: RequestShare,
  ) {
    this.key = Math.floor(randomOf(`${seed}/requests/phb${phb}`)() * HALF);
  }

  /** Whether request `number` is in the log. */
  takes(number: number): boolean {
    const low = number % HALF;
    const high = (number - low) / HALF;
    return this.share.wants(mixed(mixed(this.key ^ low) ^ high));
  }
}

/** Spreads 32 bits over 32 bits, one to one: the last step of MurmurHash3. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
