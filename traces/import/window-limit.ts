/**
 * Real addresses for mappings of a log that tells none: the bus address within 1 TiB. Pages that lie side by
 * side on the bus do so in memory, different windows of a PHB begin in different places of it, and memory of
 * 1 TiB is in reach of every PHB.
 */
import { Word } from '../word.ts';

/** Bits of the upper half of an address that are left within 1 TiB. */
const UPPER_HALF_MASK = 0xff;

/** The real address that stands for an unknown one, as a new word. */
export function assumedReal({ high, low }: Word): Word {
  return new Word().set(high & UPPER_HALF_MASK, low);
}
