/**
 * A pool of equal, numbered slots (tags, walkers): who asks next gets the slot that
 * frees first.
 */
import type { StateWriter } from './state-writer.ts';
import { TimeQueue } from './time-queue.ts';

export class Slots {
  private readonly free: TimeQueue;

  constructor(readonly count: number) {
    this.free = new TimeQueue(count);
    for (let slot = 0; slot < count; slot += 1) this.free.add(0, slot);
  }

  /** The cycle at which the next slot is free; NEVER while no slot's release is known. */
  nextRelease(): number {
    return this.free.firstTime();
  }

  /** Takes the slot that frees first; returns its number. */
  take(): number {
    return this.free.takeFirst();
  }

  /** A slot that was taken is free again at `release`. */
  release(slot: number, release: number): void {
    this.free.add(release, slot);
  }

  /** When slots are free; which of them is nobody's business. */
  writeState(state: StateWriter): void {
    state.number(this.free.size);
    this.free.each((time) => state.time(time));
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.free.rebase(cycles);
  }
}
