/**
 * Flow-control credits of writes: a header each, and data in units. The buffer behind them is a ring:
 * credits come back in the order in which they were taken.
 */
import { clampPast, PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';

/** More headers, and more units, than there are writes on their way. */
const UNLIMITED = 2 ** 30;

export class PostedCredits {
  /** Whether any credit is counted. */
  readonly isOn: boolean;
  private readonly headers: number;
  /** Writes that hold credits, oldest first: their units, and when these are back. */
  private readonly units: Int32Array;
  private readonly backAt: Int32Array;
  private readonly mask: number;
  private oldest = 0;
  private writes = 0;
  private freeUnits: number;
  private lastBack = -PAST_CYCLES;
  /** When the credits that the next write needs were, or will be, back. */
  private readyAt = -PAST_CYCLES;

  /** So many headers and units of data; 0: as many as wanted. */
  constructor(headers: number, dataUnits: number) {
    const most = headers === 0 ? dataUnits : headers;
    this.isOn = most !== 0;
    this.headers = headers === 0 ? UNLIMITED : headers;
    const ring = 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(most, 1))));
    this.units = new Int32Array(ring);
    this.backAt = new Int32Array(ring);
    this.mask = ring - 1;
    this.freeUnits = dataUnits === 0 ? UNLIMITED : dataUnits;
  }

  /** The cycle from which a write of so many units has its credits. */
  available(units: number): number {
    // In variables of its own: the fields would be written at every turn.
    let oldest = this.oldest;
    let writes = this.writes;
    let freeUnits = this.freeUnits;
    let readyAt = this.readyAt;
    while (writes === this.headers || freeUnits < units) {
      readyAt = this.backAt[oldest];
      freeUnits += this.units[oldest];
      oldest = (oldest + 1) & this.mask;
      writes -= 1;
    }
    this.oldest = oldest;
    this.writes = writes;
    this.freeUnits = freeUnits;
    this.readyAt = readyAt;
    return readyAt;
  }

  /** A write took its credits, and gives them back at `back`, or when those before it are back. */
  take(units: number, back: number): void {
    const at = (this.oldest + this.writes) & this.mask;
    this.lastBack = Math.max(this.lastBack, back);
    this.units[at] = units;
    this.backAt[at] = this.lastBack;
    this.writes += 1;
    this.freeUnits -= units;
  }

  /**
   * Credits come back in order, so those that were back before the floor are free, whether `available` has
   * taken note of it or not; the others decide how many are. Those that were waited for say nothing more: the
   * upstream lane carried a request when they were back, or later, and so it does with all that come.
   */
  writeState(state: StateWriter): void {
    for (let turn = 0; turn < this.writes; turn += 1) {
      const at = (this.oldest + turn) & this.mask;
      if (this.backAt[at] < state.floor) continue;
      state.number(this.units[at]);
      state.time(this.backAt[at]);
    }
    state.number(-1);
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    clampPast(this.backAt, cycles);
    this.lastBack = Math.max(this.lastBack - cycles, -PAST_CYCLES);
    this.readyAt = Math.max(this.readyAt - cycles, -PAST_CYCLES);
  }
}
