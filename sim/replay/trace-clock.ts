/**
 * The time of a trace in cycles of the unit, told from the trace's first row on, which may well stand at the ns
 * of an epoch. Rows come in order of time, mostly close together: for a time near the one that was asked for
 * last, whole numbers do (3 ns a row where doubles take 11, Node 20).
 */
import { edgeAt } from '../unit/clock.ts';

const HALF = 2 ** 32;
const NS_PER_US = 1000;

/** Times that lie less than so many ns behind a mark are near: their cycles behind it are below 2^31 up to 30 GHz. */
export const NEAR_NS = 2 ** 26;

export class TraceClock {
  /** The mark is the time that was asked for last: its halves. */
  markLow = 0;
  markHigh = 0;
  /** Nanoseconds that the mark lies behind a whole microsecond of the trace, and the cycle that begins there. */
  markRest = 0;
  markCycle = 0;
  private startLow = 0;
  private startHigh = 0;

  constructor(readonly clockMHz: number) {}

  /** The trace begins at a time, given by its halves. */
  begin(low: number, high: number): void {
    this.startLow = low;
    this.startHigh = high;
  }

  /**
   * The first edge at or after a time, which is the mark from now on; Infinity where a double does not hold all
   * digits of the time that has passed (104 days in ns, or as many cycles).
   */
  cycleOf(low: number, high: number): number {
    const ns = (high - this.startHigh) * HALF + (low - this.startLow);
    const us = Math.floor(ns / NS_PER_US);
    this.markLow = low;
    this.markHigh = high;
    this.markRest = ns - us * NS_PER_US;
    this.markCycle = us * this.clockMHz;
    const cycle = edgeAt(ns, this.clockMHz);
    return Math.max(ns, cycle) > Number.MAX_SAFE_INTEGER ? Infinity : cycle;
  }
}

/** Cycles from a whole microsecond to the first edge at or `ns` behind it, for whole numbers below 2 * NEAR_NS. */
export function cyclesBehind(ns: number, clockMHz: number): number {
  const us = (ns / NS_PER_US) | 0;
  const rest = ns - Math.imul(us, NS_PER_US);
  const restCycles = ((Math.imul(rest, clockMHz) + NS_PER_US - 1) / NS_PER_US) | 0;
  return Math.imul(us, clockMHz) + restCycles;
}
