/** DMA rows counted by their device or their PE. */

/** Owners that are counted each for itself; the others together. */
const OWNERS_MAX = 2 ** 16;

/** What one device or PE did; refused ones are counted like the others. */
export interface DmaTally {
  reads: number;
  writes: number;
  readBytes: number;
  writtenBytes: number;
}

export class DmaTallies {
  /** DMA rows of owners that came after the bound was reached. */
  readonly others = emptyTally();
  private readonly tallies = new Map<number, DmaTally>();
  private lastOwner = -1;
  private last = this.others;

  add(owner: number, isWrite: boolean, length: number): void {
    if (owner !== this.lastOwner) this.turnTo(owner);
    const tally = this.last;
    if (isWrite) {
      tally.writes += 1;
      tally.writtenBytes += length;
    } else {
      tally.reads += 1;
      tally.readBytes += length;
    }
  }

  /** Makes an owner known that has no DMA so far. */
  meet(owner: number): void {
    if (owner !== this.lastOwner) this.turnTo(owner);
  }

  /** The owners in ascending order, each with its tally. */
  entries(): (readonly [number, DmaTally])[] {
    return [...this.tallies].sort(([one], [other]) => one - other);
  }

  private turnTo(owner: number): void {
    this.lastOwner = owner;
    let tally = this.tallies.get(owner);
    if (!tally && this.tallies.size < OWNERS_MAX) {
      tally = emptyTally();
      this.tallies.set(owner, tally);
    }
    this.last = tally ?? this.others;
  }
}

function emptyTally(): DmaTally {
  return { reads: 0, writes: 0, readBytes: 0, writtenBytes: 0 };
}
