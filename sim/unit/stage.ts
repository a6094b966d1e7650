/**
 * A stage of the unit's in-order pipeline: items leave it in the order in which they came, one a cycle.
 * What holds an item up here holds up those behind it (head-of-line blocking); the queue in front of a
 * stage is as long as it needs to be.
 */
import { PAST_CYCLES } from './clock.ts';
import type { StateWriter } from './state-writer.ts';

export class Stage {
  /** The first cycle at which the next item can leave. */
  free = 0;

  /** An item that could leave at `ready` leaves, no sooner than those before it; returns when. */
  leave(ready: number): number {
    // max(ready, free) without a branch, which would be a coin's toss here.
    const wait = this.free - ready;
    const left = ready + (wait & ~(wait >> 31));
    this.free = left + 1;
    return left;
  }

  /** The item that left last stays for `cycles` more, and so does everything behind it. */
  hold(cycles: number): void {
    this.free += cycles;
  }

  /** Items come to it at the floor or later. */
  writeState(state: StateWriter): void {
    state.time(this.free);
  }

  /** Moves the origin of time forward. */
  rebase(cycles: number): void {
    this.free = Math.max(this.free - cycles, -PAST_CYCLES);
  }
}
