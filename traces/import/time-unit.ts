/** The unit in which a source counts time, where the user has to tell it: option `time-unit`. */
import { oneOf, type Texts } from '../option-values.ts';

const UNIT_NS = new Map([
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1000n],
  ['ns', 1n],
]);

/** Nanoseconds of the unit that the options name. Throws InputError for a unit that nobody knows. */
export function readTimeUnit(options: Texts): bigint {
  return UNIT_NS.get(oneOf('time-unit', options, [...UNIT_NS.keys()])) as bigint;
}
