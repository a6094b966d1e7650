/** The TCE cache and the line buffer (T13 to T15): which entries they hold, not when. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Fill } from './flight.ts';

/** A TCE or a line of them, in the TCE cache, in the line buffer, or being fetched. */
export interface Held {
  readonly tve: number;
  /** First page that it answers for, and how many. */
  readonly firstPage: bigint;
  readonly pages: number;
  readonly pageShift: bigint;
  /** TCEs of these pages. */
  readonly tces: readonly bigint[];
  readonly fill: Fill;
}

/** What a kill or another write of software drops. */
export type Doomed = (held: Held) => boolean;

interface Way {
  held: Held;
  usedAt: number;
  filledAt: number;
}

export class TceCache {
  private readonly sets: (Way | undefined)[][];
  /** Bits of the trees of `plru`, node 1 on top; 1 says that the right half was used longer ago. */
  private readonly trees: number[][];
  private uses = 0;

  constructor(private readonly config: UnitConfig) {
    const { entries, ways } = config.tceCache;
    this.sets = Array.from({ length: entries / ways }, () => new Array(ways).fill(undefined));
    this.trees = this.sets.map(() => new Array(ways).fill(0));
  }

  /** The entry that answers for a page, which thereby is used. */
  find(tve: number, pe: number, page: bigint): Held | undefined {
    const set = this.setOf(pe, page);
    const way = this.sets[set].findIndex((each) => answers(each?.held, tve, page));
    if (way < 0) return undefined;
    this.use(set, way);
    return this.sets[set][way]?.held;
  }

  place(pe: number, held: Held): void {
    const set = this.setOf(pe, held.firstPage);
    const way = this.victim(set);
    this.sets[set][way] = { held, usedAt: 0, filledAt: this.uses };
    this.use(set, way);
  }

  /** Drops entries and returns how many. */
  drop(isDoomed: Doomed): number {
    let count = 0;
    for (const set of this.sets) {
      for (const [way, each] of set.entries()) {
        if (each === undefined || !isDoomed(each.held)) continue;
        set[way] = undefined;
        count += 1;
      }
    }
    return count;
  }

  private setOf(pe: number, page: bigint): number {
    const sets = BigInt(this.sets.length);
    const number = this.config.tceCache.granule === 'line' ? page >> 4n : page;
    if (this.config.tceCache.hash === 'plain' || sets === 1n) return Number(number % sets);
    let folded = BigInt(pe);
    for (let rest = number; rest > 0n; rest /= sets) folded ^= rest % sets;
    return Number(folded % sets);
  }

  private use(set: number, way: number): void {
    this.uses += 1;
    (this.sets[set][way] as Way).usedAt = this.uses;
    const tree = this.trees[set];
    for (let node = way + tree.length; node > 1; node >>= 1) tree[node >> 1] = node & 1 ? 0 : 1;
  }

  private victim(set: number): number {
    const ways = this.sets[set];
    const empty = ways.indexOf(undefined);
    if (empty >= 0) return empty;
    const { replacement } = this.config.tceCache;
    if (replacement === 'plru') {
      let node = 1;
      while (node < ways.length) node = node * 2 + this.trees[set][node];
      return node - ways.length;
    }
    const age = (way: Way | undefined) =>
      (replacement === 'lru' ? way?.usedAt : way?.filledAt) as number;
    const oldest = Math.min(...ways.map(age));
    return ways.findIndex((way) => age(way) === oldest);
  }
}

export class LineBuffer {
  /** The one used last in front. */
  private lines: Held[] = [];

  constructor(private readonly size: number) {}

  /** The line of a page, which thereby is used. */
  find(tve: number, page: bigint): Held | undefined {
    const line = this.lines.find((each) => answers(each, tve, page));
    if (line !== undefined) this.lines = [line, ...this.lines.filter((each) => each !== line)];
    return line;
  }

  place(line: Held): void {
    this.lines = [line, ...this.lines].slice(0, this.size);
  }

  drop(isDoomed: Doomed): void {
    this.lines = this.lines.filter((line) => !isDoomed(line));
  }
}

/** Whether what is held answers for a page of a window. */
export function answers(held: Held | undefined, tve: number, page: bigint): boolean {
  return held?.tve === tve && page >= held.firstPage && page < held.firstPage + BigInt(held.pages);
}
