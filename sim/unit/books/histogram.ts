/**
 * Log-linear histograms of cycles: exact below 2048 cycles, within 0.1 per cent above. A histogram is
 * a row of counts, so that adding two rows merges them exactly, in any order, on any thread.
 */

/** log2 of the buckets for each power of two. */
const STEP_BITS = 10;
const STEPS = 1 << STEP_BITS;
/** Leading zeros of the first value that shares a bucket with its neighbour. */
const EXACT_ZEROS = 31 - STEP_BITS;

/** Largest value that has a bucket of its own. */
export const EXACT_MAX = 2 * STEPS - 1;

/** Buckets of one histogram of values 0 .. 2^31 - 1. */
export const HISTOGRAM_BUCKETS = (EXACT_ZEROS + 1) * STEPS;

/** The bucket of a value. */
export function bucketOf(value: number): number {
  const shift = EXACT_ZEROS - Math.clz32(value | STEPS);
  return (shift << STEP_BITS) + (value >>> shift);
}

/** The largest value that falls into a bucket. */
export function bucketTop(bucket: number): number {
  const shift = Math.max(0, (bucket >> STEP_BITS) - 1);
  return (bucket - shift * STEPS + 1) * 2 ** shift - 1;
}

/** The sum of all values, each taken as the largest of its bucket: exact up to EXACT_MAX. */
export function sumOfTops(counts: Float64Array): number {
  let sum = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    if (counts[bucket] !== 0) sum += counts[bucket] * bucketTop(bucket);
  }
  return sum;
}

/** The largest value of the last bucket that holds any, 0 for an empty histogram: exact up to EXACT_MAX. */
export function lastTop(counts: Float64Array): number {
  const used = usedBuckets(counts);
  return used === 0 ? 0 : bucketTop(used - 1);
}

/** Buckets up to the last that holds any. */
export function usedBuckets(counts: Float64Array): number {
  let used = counts.length;
  while (used > 0 && counts[used - 1] === 0) used -= 1;
  return used;
}

/**
 * The value below or at which a share of all counted values lies; the largest value of its bucket.
 * `share` in 0..1. 0 for an empty histogram.
 */
export function percentile(counts: Float64Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    seen += counts[bucket];
    if (seen >= rank) return bucketTop(bucket);
  }
  return bucketTop(counts.length - 1);
}
