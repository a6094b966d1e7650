/** The lookup stage: TCE cache, line buffer, merging, tags, walkers (T13 to T18). */
import type { OracleCase } from './case.ts';
import { type Clock, type Fill, type Flight, isKill, Request, type Software } from './flight.ts';
import type { FrontEnd } from './front-end.ts';
import type { MemoryReads } from './memory.ts';
import { answers, type Doomed, type Held, LineBuffer, TceCache } from './tce-cache.ts';
import type { Walks } from './walk.ts';

const TCES_PER_LINE = 16;

/** A walk on its way. */
interface Fetch {
  readonly request: Request;
  readonly cycles: number;
  readonly fill: Fill;
  /** The line that it brings; absent if it brings none, or must not be merged with. */
  line?: Held;
  lineAddress: bigint;
  tagAt: number;
}

export class LookupStage {
  /** Requests that got their real address from another TCE than memory held (T29). */
  staleUses = 0;
  private readonly queue: Flight[] = [];
  private free = 0;
  private readonly cache: TceCache;
  private readonly lines: LineBuffer;
  /** Fetches that have or want a tag; those whose TCE has arrived are left out. */
  private fetches: Fetch[] = [];
  private readonly walkerQueue: Fetch[] = [];
  private wanted: Fetch | undefined;
  /** Requests that wait for a TCE. */
  private waiting: Request[] = [];

  constructor(
    private readonly drawn: OracleCase,
    private readonly clock: Clock,
    private readonly memory: MemoryReads,
    private readonly walks: Walks,
    private readonly frontEnd: () => FrontEnd,
    /** Takes requests that have their TCE. */
    private readonly toCompletion: (request: Request) => void,
    /** A kill leaves the stage; returns the cycles for which it holds it. */
    private readonly onKill: (kill: Software) => number,
  ) {
    this.cache = new TceCache(drawn.config);
    this.lines = new LineBuffer(drawn.config.lineBuffer.entries);
  }

  push(flight: Flight): void {
    this.queue.push(flight);
  }

  /** What the watchdog says of the item in front. */
  front(): { flight: Flight; isWaitingForTag: boolean } | undefined {
    const [flight] = this.queue;
    return flight && { flight, isWaitingForTag: this.wanted !== undefined };
  }

  /** The requests whose TCE is there have it. */
  arrive(): boolean {
    const { now } = this.clock;
    for (const request of this.waiting) this.clock.wakeAt(request.fill?.arrival ?? now);
    const come = this.waiting.filter(({ fill }) => isThere(fill, now));
    if (come.length === 0) return false;
    this.waiting = this.waiting.filter((request) => !come.includes(request));
    for (const request of come) {
      if (request.outcome === 'merged') {
        request.spend('mergeWait', now - (request.looked as number));
      }
      request.translated = now;
      this.toCompletion(request);
    }
    return true;
  }

  /** The fetch in front takes a walker, if one is free (T17). */
  walk(): boolean {
    const [fetch] = this.walkerQueue;
    if (fetch === undefined) return false;
    const { now } = this.clock;
    const { walkers, tags } = this.drawn.config;
    const busy = this.fetches.filter(
      ({ fill }) => fill.arrival !== undefined && fill.arrival > now,
    );
    if (busy.length >= (walkers.count || tags.count)) {
      for (const { fill } of busy) this.clock.wakeAt(fill.arrival as number);
      return false;
    }
    this.walkerQueue.shift();
    fetch.request.spend('walkerWait', now - fetch.tagAt);
    fetch.request.spend('walk', fetch.cycles);
    fetch.fill.arrival = now + fetch.cycles;
    return true;
  }

  /** The item in front leaves the stage, if it can. */
  step(): boolean {
    const [flight] = this.queue;
    if (flight === undefined) return false;
    if (!(flight instanceof Request) && !isKill(flight)) {
      this.queue.shift();
      this.rewrite(flight);
      return true;
    }
    const { now } = this.clock;
    const ready = (flight.decided as number) + this.drawn.config.tceCache.lookupCycles;
    if (ready > now || this.free > now) {
      this.clock.wakeAt(Math.max(ready, this.free));
      return false;
    }
    let held = 0;
    if (!(flight instanceof Request)) held = this.onKill(flight);
    else if (!this.requestLeaves(flight, ready)) return false;
    this.queue.shift();
    this.free = now + 1 + held;
    return true;
  }

  /** T14 to T17. A request that wants a tag stays until it has one. */
  private requestLeaves(request: Request, ready: number): boolean {
    const { now } = this.clock;
    this.fetches = this.fetches.filter(({ fill }) => !isThere(fill, now));
    if (request.looked === undefined) {
      if (this.mustWaitForMisses(request)) return false;
      request.looked = now;
      request.spend('admission', now - ready);
      request.spend('lookup', this.drawn.config.tceCache.lookupCycles);
      this.look(request);
    }
    if (this.wanted !== undefined && !this.takeTag(this.wanted)) return false;
    if (request.outcome === 'hit' || request.outcome === 'line-hit') {
      request.translated = now;
      this.toCompletion(request);
    } else {
      this.waiting.push(request);
    }
    return true;
  }

  /** T13, hit under miss. */
  private mustWaitForMisses({ pe }: Request): boolean {
    const { hitUnderMiss } = this.drawn.config.tceCache;
    if (hitUnderMiss === 'always') return false;
    const inTheWay = this.fetches.filter(
      ({ request }) => hitUnderMiss === 'never' || request.pe === pe,
    );
    for (const { fill } of inTheWay) this.clock.wakeAt(fill.arrival ?? 0);
    return inTheWay.length > 0;
  }

  private takeTag(fetch: Fetch): boolean {
    const busy = this.fetches.filter((other) => other !== fetch);
    if (busy.length >= this.drawn.config.tags.count) {
      for (const { fill } of busy) this.clock.wakeAt(fill.arrival ?? 0);
      return false;
    }
    fetch.tagAt = this.clock.now;
    fetch.request.spend('tagWait', this.clock.now - (fetch.request.looked as number));
    this.walkerQueue.push(fetch);
    this.wanted = undefined;
    return true;
  }

  /** Finds out where a request's TCE comes from, and has the TCE. */
  private look(request: Request): void {
    const { now } = this.clock;
    const page = this.pageOf(request);
    const entry = this.cache.find(request.tve, request.pe, page);
    if (entry !== undefined) {
      request.tce = tceOf(entry, page);
      request.fill = entry.fill;
      if (isThere(entry.fill, now)) request.outcome = 'hit';
      else if (this.drawn.config.tags.merge !== 'none') request.outcome = 'merged';
      else this.fetch(request, page);
    } else {
      const found = this.lookForLine(request, page);
      request.tce = tceOf(found, page);
      this.cache.place(request.pe, this.entryOf(found, page));
    }
    this.countStaleUse(request);
    if (request.isRefused && !this.drawn.config.tceCache.negative) {
      const isRefusing = (held: Held) => answers(held, request.tve, page);
      this.cache.drop(isRefusing);
      this.lines.drop(isRefusing);
    }
  }

  private countStaleUse(request: Request): void {
    if (!this.drawn.config.kill.dropWhenFull) return;
    if (request.outcome === 'miss' || request.isRefused) return;
    if (request.tce !== this.walks.peek(this.placeOf(request))) this.staleUses += 1;
  }

  /** T15 to T17: the line that a request without an entry gets its TCE from. */
  private lookForLine(request: Request, page: bigint): Held {
    const mergesLines = this.drawn.config.tags.merge === 'line';
    const line = this.lines.find(request.tve, page);
    if (line !== undefined && isThere(line.fill, this.clock.now)) {
      request.outcome = 'line-hit';
      return line;
    }
    if (line !== undefined && mergesLines) {
      request.outcome = 'merged';
      request.fill = line.fill;
      return line;
    }
    const fetch = this.fetches.find((each) => answers(each.line, request.tve, page));
    if (mergesLines && fetch?.line !== undefined) {
      request.outcome = 'merged';
      request.fill = fetch.fill;
      return { ...fetch.line, tces: this.memory.line(fetch.lineAddress) };
    }
    const fetched = this.fetch(request, page);
    if (line === undefined && fetched.line !== undefined) this.lines.place(fetched.line);
    return (
      fetched.line ?? this.lineOf(request, page, new Array(TCES_PER_LINE).fill(0n), fetched.fill)
    );
  }

  /** A fetch of a request's own. */
  private fetch(request: Request, page: bigint): Fetch {
    const place = this.placeOf(request);
    const { cycles, line } = this.walks.walk(request.tve, place);
    const fill: Fill = {};
    const fetch: Fetch = { request, cycles, fill, lineAddress: line ?? 0n, tagAt: 0 };
    if (line !== undefined) fetch.line = this.lineOf(request, page, this.memory.line(line), fill);
    request.outcome = 'miss';
    request.fill = fill;
    this.fetches.push(fetch);
    this.wanted = fetch;
    return fetch;
  }

  private lineOf(request: Request, page: bigint, tces: bigint[], fill: Fill): Held {
    const { pageShift } = this.placeOf(request).window;
    const firstPage = (page >> 4n) << 4n;
    return { tve: request.tve, firstPage, pages: TCES_PER_LINE, pageShift, tces, fill };
  }

  /** What the TCE cache keeps of a line. */
  private entryOf(line: Held, page: bigint): Held {
    if (this.drawn.config.tceCache.granule === 'line') return line;
    return { ...line, firstPage: page, pages: 1, tces: [tceOf(line, page)] };
  }

  private placeOf(request: Request) {
    const place = this.frontEnd().places.get(request);
    if (place === undefined) throw new Error(`request ${request.order} has no window`);
    return place;
  }

  private pageOf(request: Request): bigint {
    const { window, address } = this.placeOf(request);
    return address >> window.pageShift;
  }

  /** Drops entries, lines and the merging with fetches; returns how many entries it dropped. */
  drop(isDoomed: Doomed): number {
    this.lines.drop(isDoomed);
    for (const fetch of this.fetches) {
      if (fetch.line !== undefined && isDoomed(fetch.line)) delete fetch.line;
    }
    return this.cache.drop(isDoomed);
  }

  /** What software changes in no time, behind all items before it. */
  private rewrite({ item }: Software): void {
    if (item.kind === 'store') this.memory.store(item.address, item.word);
    if (item.kind === 'tve') {
      this.drop((held) => held.tve === item.index);
      this.walks.forgetWindow(item.index);
    }
    if (item.kind === 'reset') {
      this.drop(() => true);
      this.walks.forgetAll();
    }
  }
}

function isThere(fill: Fill | undefined, now: number): boolean {
  return fill?.arrival !== undefined && fill.arrival <= now;
}

function tceOf(held: Held, page: bigint): bigint {
  return held.tces[Number(page - held.firstPage)];
}
