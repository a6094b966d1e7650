/**
 * Numbered things in the order of a time: who waits until when, which slot is free when. The times stand
 * sorted in a ring, because they come almost in order: a new one moves past the few that are later (a
 * binary heap costs three times as much here, Node 20). Of equal times the one that came first is first.
 */
import { PAST_CYCLES } from './clock.ts';

/** Later than any time. */
export const NEVER = 2 ** 31 - 1;
const RING_MIN = 32;

export class TimeQueue {
  size = 0;
  private times: Int32Array;
  private numbers: Int32Array;
  private head = 0;

  /** A queue that holds `capacity` things before it has to grow. */
  constructor(capacity: number) {
    const ring = 2 ** Math.ceil(Math.log2(Math.max(capacity, RING_MIN)));
    this.times = new Int32Array(ring);
    this.numbers = new Int32Array(ring);
  }

  /** The earliest time, NEVER if there is none. */
  firstTime(): number {
    return this.size === 0 ? NEVER : this.times[this.head];
  }

  /** Removes the first; returns its number. */
  takeFirst(): number {
    const number = this.numbers[this.head];
    this.head = (this.head + 1) & (this.times.length - 1);
    this.size -= 1;
    return number;
  }

  /** Puts a number in its place. */
  add(time: number, number: number): void {
    if (this.size === this.times.length) this.grow();
    const mask = this.times.length - 1;
    let at = (this.head + this.size) & mask;
    let before = (at - 1) & mask;
    while (at !== this.head && this.times[before] > time) {
      this.times[at] = this.times[before];
      this.numbers[at] = this.numbers[before];
      at = before;
      before = (before - 1) & mask;
    }
    this.times[at] = time;
    this.numbers[at] = number;
    this.size += 1;
  }

  /** The things in the order of their times. */
  each(visit: (time: number, number: number) => void): void {
    for (let index = 0; index < this.size; index += 1) {
      const at = (this.head + index) & (this.times.length - 1);
      visit(this.times[at], this.numbers[at]);
    }
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    const mask = this.times.length - 1;
    for (let index = 0; index < this.size; index += 1) {
      const at = (this.head + index) & mask;
      this.times[at] = Math.max(this.times[at] - cycles, -PAST_CYCLES);
    }
  }

  private grow(): void {
    const { head, size, times, numbers } = this;
    this.times = new Int32Array(size * 2);
    this.numbers = new Int32Array(size * 2);
    this.times.set(times.subarray(head));
    this.times.set(times.subarray(0, head), size - head);
    this.numbers.set(numbers.subarray(head));
    this.numbers.set(numbers.subarray(0, head), size - head);
    this.head = 0;
  }
}
