/**
 * Time in the unit: whole cycles of its own clock, kept as small integers behind a moving origin,
 * because 64-bit integers and doubles cost the hot path 14 to 88 per cent (Node 20). The origin moves
 * forward before a time could overflow; a time further back than PAST_CYCLES is clamped there, where
 * it can no longer matter.
 */

/** The origin moves once the front end has passed this cycle. */
export const REBASE_AT_CYCLES = 2 ** 28;
/** Longest step of time that a request brings along; before a longer one time leaps. */
export const STEP_CYCLES_MAX = 2 ** 27;
/** How far back a time is kept; also the longest backlog that a requester can build up. */
export const PAST_CYCLES = 2 ** 28;

const NS_PER_US = 1000;

/** Whole cycles that a duration takes, rounded up to the next edge. */
export function cyclesOf(ns: number, clockMHz: number): number {
  return Math.ceil((ns * clockMHz) / NS_PER_US);
}

/** The first edge at or after a time since the trace's start; exact up to 2^53 cycles. */
export function edgeAt(ns: number, clockMHz: number): number {
  const us = Math.floor(ns / NS_PER_US);
  return us * clockMHz + Math.ceil(((ns - us * NS_PER_US) * clockMHz) / NS_PER_US);
}

/** Nanoseconds of a number of cycles, for reports. */
export function nsOf(cycles: number, clockMHz: number): number {
  return (cycles * NS_PER_US) / clockMHz;
}

/** Moves times back by `cycles`, in place, and clamps those that fall behind the kept past. */
export function clampPast(times: Int32Array, cycles: number): void {
  for (let i = 0; i < times.length; i += 1) {
    times[i] = Math.max(times[i] - cycles, -PAST_CYCLES);
  }
}
