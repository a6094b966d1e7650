/** Seeded chance. The only door to seedrandom: Alea, whose string seeds give the same numbers everywhere. */
import seedrandom from 'seedrandom';

/** A function that answers the next number in [0, 1), 32 bits of it random. */
export function randomOf(seed: string): () => number {
  return seedrandom.alea(seed);
}
