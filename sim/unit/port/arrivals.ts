/**
 * When requests arrive: at the trace's own times, at a stated interval, or as a closed loop in which
 * a requester has so many requests outstanding. A trace whose only clock is its order needs one of
 * the latter two; in the closed loop software and devices then take turns, as the order says: what
 * stands behind a kill arrives when the kill is complete.
 */
import { PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';
import { NEVER } from '../time-queue.ts';
import { IssueClock } from './issue-clock.ts';
import { Releases } from './releases.ts';

/** How a replay is paced. */
export type Pacing =
  | { readonly kind: 'trace' }
  | { readonly kind: 'interval'; readonly ps: number }
  | ClosedPacing;

/** So many requests outstanding, and so many ps between two: in each PHB, or for each device. */
export interface ClosedPacing {
  readonly kind: 'closed';
  readonly outstanding: number;
  /** 0: as fast as they complete. */
  readonly everyPs: number;
  readonly each: 'phb' | 'device';
}

/** Reads whose completion is not known yet; see read-path.ts. */
export interface WaitingReads {
  readonly size: number;
  firstTime(): number;
  completeFirst(): void;
}

export interface Arrivals {
  /** Whether what stands behind a kill waits for it. */
  readonly waitsForSoftware: boolean;
  /** Requests that could not arrive in time, because the unit was too far behind (T6). */
  stalls: number;
  /** Number of the requester whose request arrived last. */
  readonly requester: number;
  /** The reads that may hold back a requester, before the first request. */
  follow(reads: WaitingReads): void;
  /** Arrival of the next request, `step` cycles after the row before it in the trace's own time. */
  next(step: number, rid: number): number;
  /** Time passes in the trace without a request; returns the time now. */
  pass(step: number): number;
  /** Software's kill is complete at `cycle`. */
  afterSoftware(cycle: number): void;
  /** A request of a requester completes at `cycle`. */
  done(requester: number, cycle: number): void;
  /** What a requester is called by its place in the world, not in the unit: a RID, or 0. */
  nameOf(requester: number): number;
  writeState(state: StateWriter): void;
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
      if (pacing.each === 'device') return new ClosedLoops(pacing, clockMHz);
      return new ClosedLoop(pacing, clockMHz);
  }
}

class TraceTimes implements Arrivals {
  readonly waitsForSoftware = false;
  readonly requester = 0;
  stalls = 0;
  /** The trace's own time, however far behind the unit. */
  private now = 0;

  follow(): void {}

  next(step: number): number {
    this.now += step;
    if (this.now >= -PAST_CYCLES) return this.now;
    this.stalls += 1;
    return -PAST_CYCLES;
  }

  pass(step: number): number {
    this.now += step;
    return Math.max(this.now, -PAST_CYCLES);
  }

  afterSoftware(): void {}

  done(): void {}

  nameOf(): number {
    return 0;
  }

  /** The present is this time, unless the unit is too far behind: then it tells by how much. */
  writeState(state: StateWriter): void {
    state.exactTime(this.now);
  }

  rebase(cycles: number): void {
    this.now -= cycles;
  }
}

class FixedInterval implements Arrivals {
  readonly waitsForSoftware = false;
  readonly requester = 0;
  stalls = 0;
  private readonly clock: IssueClock;

  constructor(ps: number, clockMHz: number) {
    this.clock = new IssueClock(ps, clockMHz);
  }

  follow(): void {}

  next(): number {
    const arrive = this.clock.tick();
    if (arrive >= -PAST_CYCLES) return arrive;
    this.stalls += 1;
    return -PAST_CYCLES;
  }

  pass(): number {
    return Math.max(this.clock.edge(), -PAST_CYCLES);
  }

  afterSoftware(): void {}

  done(): void {}

  nameOf(): number {
    return 0;
  }

  writeState(state: StateWriter): void {
    this.clock.writeState(state);
  }

  rebase(cycles: number): void {
    this.clock.rebase(cycles);
  }
}

/** One requester with so many requests outstanding. */
class ClosedLoop implements Arrivals {
  readonly waitsForSoftware = true;
  readonly requester = 0;
  stalls = 0;
  private now = 0;
  private reads!: WaitingReads;
  private readonly releases: Releases;
  private readonly clock: IssueClock;

  constructor({ outstanding, everyPs }: ClosedPacing, clockMHz: number) {
    this.releases = new Releases(outstanding);
    this.clock = new IssueClock(everyPs, clockMHz);
  }

  follow(reads: WaitingReads): void {
    this.reads = reads;
  }

  next(): number {
    // A read that has its address before the next known release may complete before that, too.
    while (this.reads.size > 0 && this.reads.firstTime() <= this.releases.first) {
      this.reads.completeFirst();
    }
    const free = this.releases.first;
    if (free === NEVER) this.hang();
    this.releases.takeFirst();
    this.now = this.clock.issue(Math.max(this.now, free));
    return this.now;
  }

  pass(): number {
    return this.now;
  }

  afterSoftware(cycle: number): void {
    this.now = Math.max(this.now, cycle);
  }

  done(_requester: number, cycle: number): void {
    this.releases.add(cycle);
  }

  nameOf(): number {
    return 0;
  }

  /** Whether it is as one that has never issued: nothing is outstanding, and its clock ran out. */
  isIdle(floor: number): boolean {
    return this.releases.areFreeBefore(floor) && this.clock.isBefore(floor);
  }

  /** `now` is the present. */
  writeState(state: StateWriter): void {
    this.releases.writeState(state);
    const isClockOut = this.clock.isBefore(state.floor);
    state.number(isClockOut ? 0 : 1);
    if (!isClockOut) this.clock.writeState(state);
  }

  /** The watchdog: a request that is outstanding is complete, or waits among the reads. */
  private hang(): never {
    const { capacity } = this.releases;
    throw new Error(`cycle ${this.now}: closed loop: none of ${capacity} requests can complete`);
  }

  rebase(cycles: number): void {
    this.now = Math.max(this.now - cycles, -PAST_CYCLES);
    this.releases.rebase(cycles);
    this.clock.rebase(cycles);
  }
}

/** A closed loop for each RID; requests still arrive in the order of the trace. */
class ClosedLoops implements Arrivals {
  readonly waitsForSoftware = true;
  stalls = 0;
  requester = 0;
  private now = 0;
  private reads!: WaitingReads;
  private readonly loops: ClosedLoop[] = [];
  private readonly loopOf = new Map<number, number>();

  constructor(
    private readonly pacing: ClosedPacing,
    private readonly clockMHz: number,
  ) {}

  follow(reads: WaitingReads): void {
    this.reads = reads;
  }

  next(_step: number, rid: number): number {
    this.requester = this.loopOf.get(rid) ?? this.addLoop(rid);
    const loop = this.loops[this.requester];
    loop.afterSoftware(this.now);
    this.now = loop.next();
    return this.now;
  }

  pass(): number {
    return this.now;
  }

  afterSoftware(cycle: number): void {
    this.now = Math.max(this.now, cycle);
  }

  done(requester: number, cycle: number): void {
    this.loops[requester].done(requester, cycle);
  }

  nameOf(requester: number): number {
    const named = [...this.loopOf].find(([, loop]) => loop === requester);
    return named === undefined ? 0 : named[0];
  }

  /** The loops by RID. An idle one is as good as none: a device that comes again begins anew. */
  writeState(state: StateWriter): void {
    const byRid = [...this.loopOf].sort(([a], [b]) => a - b);
    for (const [rid, index] of byRid) {
      const loop = this.loops[index];
      if (loop.isIdle(state.floor)) continue;
      state.number(rid);
      loop.writeState(state);
    }
    state.number(-1);
  }

  rebase(cycles: number): void {
    this.now = Math.max(this.now - cycles, -PAST_CYCLES);
    for (const loop of this.loops) loop.rebase(cycles);
  }

  private addLoop(rid: number): number {
    const loop = new ClosedLoop(this.pacing, this.clockMHz);
    loop.follow(this.reads);
    // It has been idle for ever, wherever the origin of time is by now.
    loop.rebase(PAST_CYCLES);
    const requester = this.loops.push(loop) - 1;
    this.loopOf.set(rid, requester);
    return requester;
  }
}
