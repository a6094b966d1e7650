import type { StateWriter } from '../state-writer.ts';

/**
 * What finds the slot of a cached thing: keys of two 32-bit halves, in sets. Its owner keeps the payload
 * under the slot's number.
 */
export interface Directory {
  /** The slot of a key in its set, which counts as a use; -1 when it is not there. */
  find(set: number, high: number, low: number): number;
  /** Gives a key a slot in its set; what was there is forgotten. */
  place(set: number, high: number, low: number): number;
  /** Forgets a key of a set; returns 1, or 0 if it was not there. */
  drop(set: number, high: number, low: number): number;
  /** Forgets every key whose high half is `high` under `mask`; returns how many there were. */
  dropWhere(mask: number, high: number): number;
  /** Forgets the keys of a half-open range of low halves under one high half; returns how many. */
  dropRange(high: number, fromLow: number, toLow: number): number;
  /** Writes its keys in an order that decides who goes next; behind each `writeSlot` what its slot holds. */
  writeState(state: StateWriter, writeSlot: (slot: number) => void): void;
}
