/**
 * A seeded permutation of 0 .. size - 1 that is computed and not stored, so that a window of any size costs
 * nothing: a Feistel network over the bits of the number, walked on until it lands below the size (Black and
 * Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 */

/** Each changes one half by a hash of the other; after four no neighbourhood is left. */
const ROUNDS = 6;
const SIZE_MAX = 2 ** 52;

export class Permutation {
  private readonly lowFactor: number;
  private readonly lowMask: number;
  private readonly highMask: number;
  private readonly keys = new Int32Array(ROUNDS);

  /** Of `size` numbers (1..2^52); takes six numbers from `random`. */
  constructor(
    private readonly size: number,
    random: () => number,
  ) {
    if (size < 1 || size > SIZE_MAX) throw new RangeError(`a permutation of ${size} numbers`);
    let bits = 0;
    while (2 ** bits < size) bits += 1;
    const highBits = bits >>> 1;
    this.lowFactor = 2 ** (bits - highBits);
    this.lowMask = this.lowFactor - 1;
    this.highMask = 2 ** highBits - 1;
    for (let round = 0; round < ROUNDS; round += 1) this.keys[round] = random() * 2 ** 32;
  }

  /** What stands at place `index`; each number stands at one place. */
  at(index: number): number {
    let place = this.shuffle(index);
    // The network permutes up to twice as many numbers: those above the size pass on to the next.
    while (place >= this.size) place = this.shuffle(place);
    return place;
  }

  private shuffle(index: number): number {
    const { keys } = this;
    let high = Math.floor(index / this.lowFactor);
    let low = index - high * this.lowFactor;
    for (let round = 0; round < ROUNDS; round += 2) {
      high ^= mixed(low ^ keys[round]) & this.highMask;
      low ^= mixed(high ^ keys[round + 1]) & this.lowMask;
    }
    return high * this.lowFactor + low;
  }
}

/** Every bit of the word in every bit of the answer: the last steps of MurmurHash3 (Appleby, public domain). */
function mixed(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return second ^ (second >>> 16);
}
