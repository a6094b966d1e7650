/**
 * Cycles as times of the Trace Event Format: microseconds as JSON numbers, of which readers take whole nanoseconds.
 * What ends where another begins gets the same nanosecond, so that slices do not overlap; the cycles themselves stand
 * in the arguments of each event.
 */
import type { ExactTime } from '../passage.ts';

const NS_PER_US = 1000;

export class TraceClock {
  constructor(
    private readonly clockMHz: number,
    private readonly partsPerCycle: number,
  ) {}

  /** The whole nanosecond at or before a cycle. */
  ns(cycle: number): number {
    const us = Math.floor(cycle / this.clockMHz);
    const rest = cycle - us * this.clockMHz;
    return us * NS_PER_US + Math.floor((rest * NS_PER_US) / this.clockMHz);
  }

  /** The same for a time on the link. */
  exactNs({ cycle, parts }: ExactTime): number {
    const us = Math.floor(cycle / this.clockMHz);
    const rest = (cycle - us * this.clockMHz) * this.partsPerCycle + parts;
    const partsPerUs = this.clockMHz * this.partsPerCycle;
    return us * NS_PER_US + Math.floor((rest * NS_PER_US) / partsPerUs);
  }
}

/**
 * Nanoseconds as microseconds. Readers multiply by 1000 and cut off what is behind the point (Perfetto, until 2025):
 * a product just below the nanosecond would be the one before it, so the number is the next larger one then.
 */
export function microseconds(ns: number): number {
  const us = ns / NS_PER_US;
  return us * NS_PER_US < ns ? us * (1 + Number.EPSILON) : us;
}
