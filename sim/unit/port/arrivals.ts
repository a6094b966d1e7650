/**
 * When requests arrive: at the trace's own times, at a stated interval, or as a closed loop in which
 * a requester has so many requests outstanding. A trace whose only clock is its order needs one of
 * the latter two; in the closed loop software and devices then take turns, as the order says: what
 * stands behind a kill arrives when the kill is over.
 */
import { PAST_CYCLES } from './clock.ts';
import { Slots } from './slots.ts';

/** How a replay is paced. */
export type Pacing =
  | { readonly kind: 'trace' }
  | { readonly kind: 'interval'; readonly ps: number }
  | { readonly kind: 'closed'; readonly outstanding: number };

export interface Arrivals {
  /** Arrival of the next request, `step` cycles after the row before it in the trace's own time. */
  next(step: number): number;
  /** Time passes in the trace without a request; returns the time now. */
  pass(step: number): number;
  /** Software's kill is over at `cycle`. */
  afterSoftware(cycle: number): void;
  /** The request that arrived last completes at `cycle`. */
  done(cycle: number): void;
  rebase(cycles: number): void;
}

/** The arrivals that a pacing asks for. */
export function createArrivals(pacing: Pacing, clockMHz: number): Arrivals {
  switch (pacing.kind) {
    case 'trace':
      return new TraceTimes();
    case 'interval':
      return new FixedInterval(pacing.ps, clockMHz);
    case 'closed':
      return new ClosedLoop(pacing.outstanding);
  }
}

class TraceTimes implements Arrivals {
  private now = 0;

  next(step: number): number {
    this.now += step;
    return this.now;
  }

  pass(step: number): number {
    return this.next(step);
  }

  afterSoftware(): void {}

  done(): void {}

  /** A requester is at most PAST_CYCLES ahead of the unit; beyond that it stalls. */
  rebase(cycles: number): void {
    this.now = Math.max(this.now - cycles, -PAST_CYCLES);
  }
}

/** Exact for any interval: what does not fill a cycle is carried on. */
class FixedInterval implements Arrivals {
  private now = 0;
  private readonly wholeCycles: number;
  private readonly restPerStep: number;
  private readonly restPerCycle: number;
  private rest = 0;

  constructor(ps: number, clockMHz: number) {
    this.restPerCycle = 1_000_000;
    this.wholeCycles = Math.floor((ps * clockMHz) / this.restPerCycle);
    this.restPerStep = ps * clockMHz - this.wholeCycles * this.restPerCycle;
  }

  next(): number {
    const arrive = this.pass();
    this.now += this.wholeCycles;
    this.rest += this.restPerStep;
    if (this.rest >= this.restPerCycle) {
      this.rest -= this.restPerCycle;
      this.now += 1;
    }
    return arrive;
  }

  pass(): number {
    return this.now + (this.rest > 0 ? 1 : 0);
  }

  afterSoftware(): void {}

  done(): void {}

  rebase(cycles: number): void {
    this.now = Math.max(this.now - cycles, -PAST_CYCLES);
  }
}

class ClosedLoop implements Arrivals {
  private now = 0;
  private readonly slots: Slots;

  constructor(outstanding: number) {
    this.slots = new Slots(outstanding);
  }

  next(): number {
    this.now = Math.max(this.now, this.slots.nextRelease());
    return this.now;
  }

  pass(): number {
    return this.now;
  }

  afterSoftware(cycle: number): void {
    this.now = Math.max(this.now, cycle);
  }

  done(cycle: number): void {
    this.slots.take(cycle);
  }

  rebase(cycles: number): void {
    this.now = Math.max(this.now - cycles, -PAST_CYCLES);
    this.slots.rebase(cycles);
  }
}
