/**
 * Flow-control credits of reads, a header each, which come back in the order in which they were taken.
 * When a read gives its credit back can still be open: it depends on which reads get their engines first.
 */
import { PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';
import { NEVER } from '../time-queue.ts';

export class NonPostedCredits {
  /** Number of the read that takes the next credit. */
  private next = 0;
  /** When each of the last reads gives its credit back; NEVER while that is open. */
  private readonly backAt: Int32Array;
  /** When the credit that the next read needs was, or will be, back. */
  private readyAt = -PAST_CYCLES;

  /** So many headers; 0: as many as wanted. */
  constructor(private readonly headers: number) {
    this.backAt = new Int32Array(Math.max(32, headers)).fill(-PAST_CYCLES);
  }

  get isOn(): boolean {
    return this.headers !== 0;
  }

  /** Whether it is known when the next read has its credit. */
  get isKnown(): boolean {
    return this.backAt[this.next] !== NEVER;
  }

  /** The next read takes its credit; returns its number, for `giveBack`. */
  take(): number {
    const number = this.next;
    this.readyAt = Math.max(this.readyAt, this.backAt[number]);
    this.backAt[number] = NEVER;
    this.next = number + 1 === this.headers ? 0 : number + 1;
    return number;
  }

  /** The cycle from which the read that took the last credit has it. */
  available(): number {
    return this.readyAt;
  }

  /** A read gives its credit back. */
  giveBack(number: number, back: number): void {
    this.backAt[number] = back;
  }

  /** How many reads from now on take the credit that has a number. */
  turnsUntil(number: number): number {
    return number >= this.next ? number - this.next : number - this.next + this.headers;
  }

  /**
   * The credits in the order in which the next reads take them. Those that were waited for say nothing more:
   * the upstream lane carried a read when they were back, or later, and so it does with all that come.
   */
  writeState(state: StateWriter): void {
    for (let turn = 0; turn < this.headers; turn += 1) {
      state.time(this.backAt[(this.next + turn) % this.headers]);
    }
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.readyAt = Math.max(this.readyAt - cycles, -PAST_CYCLES);
    for (let number = 0; number < this.backAt.length; number += 1) {
      const back = this.backAt[number];
      if (back !== NEVER) this.backAt[number] = Math.max(back - cycles, -PAST_CYCLES);
    }
  }
}
