/**
 * The times at which a requester may issue, one interval apart and exact for any interval: what does not
 * fill a cycle is carried on.
 */
import type { StateWriter } from '../state-writer.ts';

/** A cycle in the units of `rest`: ps · MHz. */
const REST_PER_CYCLE = 1_000_000;

export class IssueClock {
  /** The earliest next issue: a cycle, and parts of the next one. */
  private cycle = 0;
  private rest = 0;
  private readonly wholeCycles: number;
  private readonly restPerStep: number;

  constructor(ps: number, clockMHz: number) {
    this.wholeCycles = Math.floor((ps * clockMHz) / REST_PER_CYCLE);
    this.restPerStep = ps * clockMHz - this.wholeCycles * REST_PER_CYCLE;
  }

  /** The first edge at which the next may arrive. */
  edge(): number {
    return this.rest > 0 ? this.cycle + 1 : this.cycle;
  }

  /** Issues as early as the interval allows, but not before a cycle; returns the edge of arrival. */
  issue(ready: number): number {
    if (ready > this.cycle) {
      this.cycle = ready;
      this.rest = 0;
    }
    return this.tick();
  }

  /** Issues as early as the interval allows; returns the edge of arrival. */
  tick(): number {
    const arrive = this.edge();
    this.cycle += this.wholeCycles;
    this.rest += this.restPerStep;
    if (this.rest >= REST_PER_CYCLE) {
      this.rest -= REST_PER_CYCLE;
      this.cycle += 1;
    }
    return arrive;
  }

  /** Whether the next issue was possible before a cycle. */
  isBefore(cycle: number): boolean {
    return this.cycle < cycle;
  }

  writeState(state: StateWriter): void {
    state.exactTime(this.cycle);
    state.number(this.rest);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.cycle -= cycles;
  }
}
