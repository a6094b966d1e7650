/**
 * A pool of equal slots (tags, outstanding requests): who asks next gets the slot that frees first.
 * The release times stand sorted in a ring, because releases come almost in order: a new one moves
 * past the few that are later (a binary heap costs three times as much here, Node 20).
 */
import { clampPast } from './clock.ts';

export class Slots {
  private readonly releases: Int32Array;
  private readonly mask: number;
  private readonly count: number;
  private head = 0;

  constructor(count: number) {
    const ring = 2 ** Math.max(5, Math.ceil(Math.log2(count)));
    this.releases = new Int32Array(ring);
    this.mask = ring - 1;
    this.count = count;
  }

  /** The cycle at which the next slot is free; at or before the past's end if one is free already. */
  nextRelease(): number {
    return this.releases[this.head];
  }

  /** Takes the slot that frees first; it is busy until `release`. */
  take(release: number): void {
    const head = (this.head + 1) & this.mask;
    let at = (this.head + this.count) & this.mask;
    let before = (at - 1) & this.mask;
    while (at !== head && this.releases[before] > release) {
      this.releases[at] = this.releases[before];
      at = before;
      before = (before - 1) & this.mask;
    }
    this.releases[at] = release;
    this.head = head;
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    clampPast(this.releases, cycles);
  }
}
