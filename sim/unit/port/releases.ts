/**
 * When the outstanding requests of a closed loop complete. Which one does is nobody's business: so times are
 * counted and not sorted. A ring has a count for each cycle of the near future and a bit map of those that are not 0; what
 * completes later than that is rare and waits in a queue. Completions are far out of order here, where hits pass those
 * who wait for a walk: to sort them took a fifth of the unit's time (8 devices, 64 outstanding, Node 20).
 */
import { PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';
import { NEVER, TimeQueue } from '../time-queue.ts';

/** Cycles of the ring: a walk of some levels, and a queue in front of it. */
const SPAN = 2048;
const CYCLE_MASK = SPAN - 1;
/** Cycles that a word of the bit map stands for, as a shift. */
const WORD_SHIFT = 5;
const WORD_MASK = (SPAN >> WORD_SHIFT) - 1;

export class Releases {
  /** The earliest, NEVER if there is none. */
  first = NEVER;
  private readonly counts = new Int32Array(SPAN);
  private readonly bits = new Int32Array(SPAN >> WORD_SHIFT);
  private readonly later = new TimeQueue(0);
  /** How many are in the ring, whose times lie in `base..base + SPAN`; what was taken last was at `base`. */
  private near = 0;
  private base = 0;

  /** So many that are free from cycle 0 on. */
  constructor(readonly capacity: number) {
    for (let count = 0; count < capacity; count += 1) this.add(0);
  }

  /** One more; what is earlier than the last that was taken counts as that, for whoever waits is no earlier. */
  add(time: number): void {
    const at = Math.max(time, this.base);
    if (at < this.first) this.first = at;
    if (at - this.base >= SPAN) {
      this.later.add(at, 0);
      return;
    }
    this.near += 1;
    this.counts[at & CYCLE_MASK] += 1;
    this.bits[(at >> WORD_SHIFT) & WORD_MASK] |= 1 << at;
  }

  /** Takes the earliest. */
  takeFirst(): void {
    const at = this.first;
    const left = this.counts[at & CYCLE_MASK] - 1;
    this.base = at;
    if (left > 0) {
      this.counts[at & CYCLE_MASK] = left;
      this.near -= 1;
      return;
    }
    if (left === 0) {
      this.counts[at & CYCLE_MASK] = 0;
      this.bits[(at >> WORD_SHIFT) & WORD_MASK] &= ~(1 << at);
      this.near -= 1;
    } else {
      this.later.takeFirst();
    }
    this.first = Math.min(this.nextNear(), this.later.firstTime());
  }

  /** Whether all were free before a cycle. */
  areFreeBefore(cycle: number): boolean {
    const times = this.times();
    return times.length === this.capacity && times.every((time) => time < cycle);
  }

  /** All times. */
  writeState(state: StateWriter): void {
    const times = this.times();
    state.number(times.length);
    for (const time of times) state.time(time);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    const times = this.times();
    const { base } = this;
    while (this.first !== NEVER) this.takeFirst();
    this.base = Math.max(base - cycles, -PAST_CYCLES);
    for (const time of times) this.add(Math.max(time - cycles, -PAST_CYCLES));
  }

  /** The earliest in the ring. */
  private nextNear(): number {
    if (this.near === 0) return NEVER;
    let word = this.base >> WORD_SHIFT;
    let rest = this.bits[word & WORD_MASK] & (-1 << this.base);
    while (rest === 0) {
      word += 1;
      rest = this.bits[word & WORD_MASK];
    }
    return (word << WORD_SHIFT) + 31 - Math.clz32(rest & -rest);
  }

  /** In order. */
  private times(): number[] {
    const times: number[] = [];
    for (let offset = 0; offset < SPAN; offset += 1) {
      const time = this.base + offset;
      for (let count = this.counts[time & CYCLE_MASK]; count > 0; count -= 1) times.push(time);
    }
    this.later.each((time) => times.push(time));
    return times.sort((a, b) => a - b);
  }
}
