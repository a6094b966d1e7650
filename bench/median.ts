/** Medians, and how far one can be trusted: a percentile bootstrap (Efron 1979), seeded. */
import { randomOf } from '../traces/random.ts';

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/** The middle value; of an even number the mean of the two in the middle. NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[upper];
  return (sorted[upper - 1] + sorted[upper]) / 2;
}

/**
 * The interval that holds the median of all values with 95 % confidence: of groups drawn again from the groups, and
 * values from those. Values of one group may have in common what those of another have not.
 */
export function medianInterval(
  groups: readonly (readonly number[])[],
  seed: string,
): [number, number] {
  const random = randomOf(seed);
  const drawn = <Item>(items: readonly Item[]) =>
    items.map(() => items[Math.floor(random() * items.length)]);
  const medians = Array.from({ length: RESAMPLES }, () => medianOf(drawn(groups).flatMap(drawn)));
  medians.sort((one, other) => one - other);
  const cut = Math.floor((RESAMPLES * (1 - CONFIDENCE)) / 2);
  return [medians[cut], medians[RESAMPLES - 1 - cut]];
}
