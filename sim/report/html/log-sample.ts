/**
 * Some requests of a log that a page shows in full: of all of them by a hash of their numbers, which is the same
 * choice every time, the slowest, and the first of each outcome.
 */
import { OUTCOMES } from '../../unit/books/outcome.ts';

const ANY_MAX = 1500;
const SLOWEST_MAX = 100;
const OF_EACH_OUTCOME_MAX = 25;

/** What the choice depends on, and how to come by the request. */
export interface Candidate {
  readonly phb: number;
  readonly number: number;
  readonly outcome: number;
  readonly latency: number;
}

export class LogPicks<Request extends Candidate> {
  private readonly any = new Best<Request>(ANY_MAX, (request) => -hashOf(request));
  private readonly slowest = new Best<Request>(SLOWEST_MAX, ({ latency }) => latency);
  private readonly first = OUTCOMES.map(() => [] as Request[]);

  /** Offers a request; `make` is called if it is taken, for now. */
  offer(candidate: Candidate, make: () => Request): void {
    const { outcome } = candidate;
    const isFirst = this.first[outcome].length < OF_EACH_OUTCOME_MAX;
    const isSlow = this.slowest.wants(candidate.latency);
    const isAny = this.any.wants(-hashOf(candidate));
    if (!isFirst && !isSlow && !isAny) return;
    const request = make();
    if (isFirst) this.first[outcome].push(request);
    if (isSlow) this.slowest.add(request);
    if (isAny) this.any.add(request);
  }

  /** The requests, each once, in the order of the log. */
  get picks(): Request[] {
    const all = new Set([...this.any.all, ...this.slowest.all, ...this.first.flat()]);
    return [...all].sort((one, other) => one.phb - other.phb || one.number - other.number);
  }
}

/** The items with the highest score. */
class Best<Item> {
  private items: Item[] = [];
  /** The lowest score that still counts. */
  private least = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly most: number,
    private readonly scoreOf: (item: Item) => number,
  ) {}

  wants(score: number): boolean {
    return score > this.least;
  }

  add(item: Item): void {
    this.items.push(item);
    if (this.items.length >= 2 * this.most) this.drop();
  }

  get all(): readonly Item[] {
    this.drop();
    return this.items;
  }

  private drop(): void {
    if (this.items.length <= this.most) return;
    this.items.sort((one, other) => this.scoreOf(other) - this.scoreOf(one));
    this.items.length = this.most;
    this.least = this.scoreOf(this.items[this.most - 1]);
  }
}

/** Spreads numbers over 32 bits; the last step of MurmurHash3. */
function hashOf({ phb, number }: Candidate): number {
  let bits = (number ^ Math.imul(phb + 1, 0x9e3779b1)) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
