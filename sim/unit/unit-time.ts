/**
 * The unit's sense of time: all times are 32-bit cycles since an origin, which moves forward to the present
 * before they grow too long.
 */
import { PAST_CYCLES, REBASE_AT_CYCLES } from './clock.ts';
import type { UnitParts } from './unit-parts.ts';

/** The time of a unit with these parts. */
export function createUnitTime(parts: UnitParts) {
  const { arrivals, completions, lookupStage, reads, rteStage } = parts;
  const remembering = [
    parts.port,
    rteStage,
    lookupStage,
    parts.tags,
    parts.barrier,
    parts.tceCache,
    parts.lineBuffer,
    parts.fetches,
    parts.postedWrites,
    reads,
    parts.drain,
    parts.killUnit,
    parts.freezer,
  ];

  /** The cycle that the unit has come to: its stages accept nothing before it. */
  function present(): number {
    return Math.max(rteStage.free, lookupStage.free);
  }

  /** Everything that the unit remembers is `cycles` longer ago. */
  function age(cycles: number): void {
    for (const part of remembering) part.rebase(cycles);
  }

  /** Moves the origin of time forward to the present, if that is far away. */
  function keepNear(): void {
    const cycles = present();
    if (cycles <= REBASE_AT_CYCLES) return;
    arrivals.rebase(cycles);
    age(cycles);
    completions.rebase(cycles);
  }

  return {
    keepNear,
    /** Time passes in the trace without a request. */
    pass(step: number): void {
      rteStage.free = Math.max(rteStage.free, arrivals.pass(step));
      reads.completeUntil(rteStage.free);
      keepNear();
    },
    /** Any number of cycles passes in the trace. */
    leap(cycles: number): void {
      // No later request has its address before it arrives, and before the stages are free.
      reads.completeUntil(
        Math.max(rteStage.free, arrivals.pass(0) + Math.min(cycles, PAST_CYCLES)),
      );
      age(cycles);
      completions.rebase(cycles);
    },
  };
}
