/** Times on an axis of equal factors, with a place for no time at all at its left edge. */
import { logScale, type Range, type Scale } from './scale.ts';
import { shortTime } from './words.ts';

/** A scale of times from nothing, then a cycle, to the longest. */
export function cycleScale(cycleNs: number, longestNs: number, places: Range): Scale {
  const nothing = cycleNs / 2;
  const scale = logScale([nothing, Math.max(longestNs, 2 * cycleNs)], places);
  return { ...scale, ticks: [nothing, ...scale.ticks.filter((tick) => tick >= cycleNs)] };
}

/** A tick of such a scale. */
export function cycleWords(cycleNs: number): (ns: number) => string {
  return (ns) => (ns < cycleNs ? '0' : shortTime(ns));
}
