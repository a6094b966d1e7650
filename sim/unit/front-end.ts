/**
 * The unit's front end: one in-order pipeline that starts one request a cycle. What holds a request
 * up here (an RTE miss, the wait for a tag, a kill) holds up all behind it by the same time: the
 * hardware's head-of-line blocking.
 */
export class FrontEnd {
  /** The first cycle at which the next item can start. */
  free = 0;

  /** Starts an item that arrived at `arrive`; returns its first cycle. */
  start(arrive: number): number {
    const wait = this.free - arrive;
    const first = arrive + (wait & ~(wait >> 31));
    this.free = first + 1;
    return first;
  }

  /** Holds everything behind the item that was started last for `cycles` more. */
  hold(cycles: number): void {
    this.free += cycles;
  }

  /** Moves the origin of time forward. */
  rebase(cycles: number): void {
    this.free -= cycles;
  }
}
