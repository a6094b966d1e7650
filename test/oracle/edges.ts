/**
 * The oracle: a plain simulator of docs/timing.md that goes from clock edge to clock edge. At each edge
 * everything that can move does, until nothing moves any more; then time goes on to the next edge for
 * which somebody waits. It shares no code with sim/, knows nothing of its tricks, and is slow.
 */
import type { OracleCase } from './case.ts';
import { Completion } from './completion.ts';
import { ExactTime } from './exact.ts';
import { Clock, type Flight, flightsOf, Request } from './flight.ts';
import { type FenceRecord, type FreezeRecord, Freezes } from './freeze.ts';
import { FrontEnd } from './front-end.ts';
import { Kills, type Times } from './kills.ts';
import { LookupStage } from './lookup.ts';
import { MemoryReads } from './memory.ts';
import { PacedArrivals } from './pacing.ts';
import { Port } from './port.ts';
import { Walks } from './walk.ts';

/** What became of a request; latency and parts in cycles, parts of 0 cycles left out. */
export interface Settled {
  readonly outcome: string;
  /** Cycle of its completion. */
  readonly done: number;
  readonly latency: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly real?: bigint;
}

/** All that engine and oracle must agree on. */
export interface Replayed {
  readonly settled: readonly Settled[];
  readonly cycles: number;
  /** By level, the leaf first. */
  readonly walkReads: readonly number[];
  readonly walkCacheHits: readonly number[];
  readonly rteMisses: number;
  readonly cachedReads: number;
  readonly uncachedReads: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly killTimes: { readonly completion: Times; readonly stale: Times };
  /** By cycle and PE. */
  readonly freezes: readonly FreezeRecord[];
  readonly fences: readonly FenceRecord[];
}

/** Replays a case; `everyEdge` visits all edges, for comparison with jumping. Throws if it hangs. */
export function replayByEdges(drawn: OracleCase, everyEdge = false): Replayed {
  return new EdgeReplay(drawn).run(everyEdge);
}

/** Addresses of the words of table memory that the walks of a case read. */
export function wordsReadByEdges(drawn: OracleCase): ReadonlySet<bigint> {
  const replay = new EdgeReplay(drawn);
  replay.run(false);
  return replay.memory.wordsRead;
}

class EdgeReplay {
  private readonly clock = new Clock();
  private readonly flights: readonly Flight[];
  private readonly requests: readonly Request[];
  readonly memory: MemoryReads;
  private readonly walks: Walks;
  private readonly freezes: Freezes;
  private readonly kills: Kills;
  private readonly completion: Completion;
  private readonly lookup: LookupStage;
  private readonly frontEnd: FrontEnd;
  private readonly port: Port;
  private readonly arrivals: PacedArrivals;

  constructor(drawn: OracleCase) {
    const { config } = drawn;
    const { clock } = this;
    const time = new ExactTime(config);
    this.flights = flightsOf(drawn);
    this.requests = this.flights.filter((flight) => flight instanceof Request);
    this.memory = new MemoryReads(config, drawn.words);
    this.walks = new Walks(config, this.memory);
    this.freezes = new Freezes(config, clock, this.flights);
    this.kills = new Kills(drawn, clock, this.flights, this.walks);
    this.completion = new Completion(drawn, clock, time, this.freezes, (request) =>
      this.frontEnd.places.get(request),
    );
    this.lookup = new LookupStage(
      drawn,
      clock,
      this.memory,
      this.walks,
      () => this.frontEnd,
      (request) => this.completion.translated(request),
      (kill) => this.kills.leave(kill, this.lookup),
    );
    this.frontEnd = new FrontEnd(
      drawn,
      clock,
      this.flights,
      this.memory,
      this.freezes,
      (flight) => {
        if (flight instanceof Request && flight.isWrite) this.completion.expect(flight);
        this.lookup.push(flight);
      },
      (request) => {
        if (request.isWrite) this.completion.expect(request);
        this.completion.translated(request);
      },
    );
    this.port = new Port(config, clock, time, this.requests);
    this.arrivals = new PacedArrivals(drawn, clock, time, this.flights, (kill) =>
      this.kills.isComplete(kill),
    );
  }

  run(everyEdge: boolean): Replayed {
    for (;;) {
      this.settleEdge();
      if (this.isOver()) return this.result();
      const next = this.clock.nextAlarm;
      if (next === Number.POSITIVE_INFINITY) throw new Error(this.watchdog());
      this.clock.now = everyEdge ? this.clock.now + 1 : next;
    }
  }

  /**
   * Everything that can move at this edge. Whoever stands further back in the unit goes first, so that
   * what frees at an edge can be taken at it (T3). What waits below a line is asked only when all above
   * stands still: a request is decided when all refusals of this edge are known, a read takes its
   * engine when all reads translated at this edge are known, a kill finds room when all have retired
   * that do so at this edge.
   */
  private settleEdge(): void {
    let hasMoved = true;
    while (hasMoved) {
      this.clock.forgetAlarms();
      hasMoved =
        this.lookup.arrive() ||
        this.completion.order() ||
        this.lookup.walk() ||
        this.lookup.step() ||
        this.frontEnd.step() ||
        this.port.step() ||
        // All refusals are known.
        this.freezes.commit() ||
        this.frontEnd.decide() ||
        // All translations are known.
        this.completion.fetchData() ||
        // All retirements and completions are known.
        this.kills.write() ||
        this.arrivals.step();
    }
  }

  private isOver(): boolean {
    return (
      this.frontEnd.waiting() === undefined &&
      this.lookup.front() === undefined &&
      this.frontEnd.isQuiet &&
      this.requests.every(({ done }) => done !== undefined)
    );
  }

  /** What stands still, in words. */
  private watchdog(): string {
    const edge = `edge ${this.clock.now}`;
    const atPort = this.port.waiting();
    if (atPort) {
      const number = this.requests.indexOf(atPort.request);
      return `${edge}: request ${number} waits for ${atPort.kind} credits`;
    }
    const atLookup = this.lookup.front();
    if (atLookup) {
      const reason = atLookup.isWaitingForTag ? 'for a tag' : 'at the lookup stage';
      return `${edge}: item ${atLookup.flight.order} waits ${reason}`;
    }
    const next = this.frontEnd.waiting();
    if (next) return `${edge}: item ${next.order} waits in front of the RTE stage`;
    const number = this.requests.findIndex(({ done }) => done === undefined);
    return `${edge}: request ${number} waits for its completion`;
  }

  private result(): Replayed {
    const { rteMisses } = this.frontEnd;
    const { cachedReads, uncachedReads } = this.memory;
    return {
      settled: this.requests.map(settledOf),
      cycles: this.requests.reduce(
        (last, { done }) => Math.max(last, done as number),
        this.kills.lastRetired,
      ),
      walkReads: this.walks.reads,
      walkCacheHits: this.walks.cacheHits,
      rteMisses,
      cachedReads,
      uncachedReads,
      kills: { ...this.kills.counts, staleUses: this.lookup.staleUses },
      killTimes: this.kills.times(),
      freezes: [...this.freezes.records].sort((a, b) => a.cycle - b.cycle || a.pe - b.pe),
      fences: this.freezes.fences,
    };
  }
}

function settledOf(request: Request): Settled {
  const parts = Object.fromEntries(
    Object.entries(request.parts).filter(([, cycles]) => cycles !== 0),
  );
  const done = request.done as number;
  const latency = done - (request.arrive as number);
  const sum = Object.values(parts).reduce((before, cycles) => before + cycles, 0);
  if (sum !== latency) {
    throw new Error(`request ${request.order}: latency ${latency} is not the sum ${sum}`);
  }
  const outcome = request.outcome as string;
  return request.real === undefined
    ? { outcome, done, latency, parts }
    : { outcome, done, latency, parts, real: request.real };
}
