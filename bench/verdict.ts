/** What the pairs of a case say about a change. */
import { medianInterval, medianOf } from './median.ts';
import type { PairedCase } from './pairs.ts';

/** A new build may take so much of the base's time: less than this nobody can measure on a shared machine. */
export const RATIO_MAX = 1.05;

export interface Verdict {
  /** Whether the gate lets the case through. */
  readonly passes: boolean;
  /** The case in a line. */
  readonly text: string;
}

/**
 * The verdict on a case from the pairs of every start of the builds. A slowdown is one whose whole interval lies
 * above RATIO_MAX.
 */
export function verdictOf(name: string, starts: readonly PairedCase[]): Verdict {
  if (starts.some(({ isSameAnswer }) => !isSameAnswer)) {
    return { passes: false, text: `${name}: no digests in common` };
  }
  const groups = starts.map(({ ratios }) => ratios);
  const [low, high] = medianInterval(groups, name);
  const passes = low <= RATIO_MAX;
  const [ratio, from, to] = [medianOf(groups.flat()), low, high].map((value) => value.toFixed(3));
  return { passes, text: `${name}: ${ratio} (${from}..${to})${passes ? '' : ' slower'}` };
}
