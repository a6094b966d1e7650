/**
 * Flow-control credits of writes: a header each, and data in units. The buffer behind them is a ring:
 * credits come back in the order in which they were taken.
 */
import { clampPast, PAST_CYCLES } from '../clock.ts';

export class PostedCredits {
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
  constructor(
    private readonly headers: number,
    private readonly dataUnits: number,
  ) {
    const most = headers === 0 ? dataUnits : headers;
    const ring = 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(most, 1))));
    this.units = new Int32Array(ring);
    this.backAt = new Int32Array(ring);
    this.mask = ring - 1;
    this.freeUnits = dataUnits;
  }

  get isOn(): boolean {
    return this.headers !== 0 || this.dataUnits !== 0;
  }

  /** The cycle from which a write of so many units has its credits. */
  available(units: number): number {
    while (this.lacksHeader() || this.lacksData(units)) {
      this.readyAt = this.backAt[this.oldest];
      this.freeUnits += this.units[this.oldest];
      this.oldest = (this.oldest + 1) & this.mask;
      this.writes -= 1;
    }
    return this.readyAt;
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

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    clampPast(this.backAt, cycles);
    this.lastBack = Math.max(this.lastBack - cycles, -PAST_CYCLES);
    this.readyAt = Math.max(this.readyAt - cycles, -PAST_CYCLES);
  }

  private lacksHeader(): boolean {
    return this.headers !== 0 && this.writes === this.headers;
  }

  private lacksData(units: number): boolean {
    return this.dataUnits !== 0 && this.freeUnits < units;
  }
}
