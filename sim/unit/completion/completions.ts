/** Where requests end: in the books, in their requester's slots, and in the time of the last one. */
import type { Accounts } from '../books/accounts.ts';
import { PAST_CYCLES } from '../clock.ts';
import type { Arrivals } from '../port/arrivals.ts';

/** Before any time that is kept: no request completed since the origin of time moved. */
const NOTHING_DONE = -PAST_CYCLES - 1;

export class Completions {
  /** Absolute cycle of the present origin of time. */
  origin = 0;
  private last = NOTHING_DONE;
  private lastBefore = 0;

  constructor(
    readonly accounts: Accounts,
    private readonly arrivals: Arrivals,
  ) {}

  /** A request is over. */
  complete(
    account: number,
    outcome: number,
    write: number,
    bytes: number,
    arrive: number,
    done: number,
    requester: number,
  ): void {
    this.arrivals.done(requester, done);
    this.busyUntil(done);
    this.accounts.book(account, outcome, write, bytes, done - arrive);
  }

  /** The unit has something to do until a cycle. */
  busyUntil(cycle: number): void {
    if (cycle > this.last) this.last = cycle;
  }

  /** Absolute cycle of the last completion, or retirement of a kill; 0 before the first, -Infinity without one since `clearLast`. */
  lastCycle(): number {
    if (this.last === NOTHING_DONE) return this.lastBefore;
    return Math.max(this.lastBefore, this.origin + this.last);
  }

  /** The last completion is told: what is known of it counts from now on. */
  clearLast(): void {
    this.last = NOTHING_DONE;
    this.lastBefore = Number.NEGATIVE_INFINITY;
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.lastBefore = this.lastCycle();
    this.last = NOTHING_DONE;
    this.origin += cycles;
  }
}
