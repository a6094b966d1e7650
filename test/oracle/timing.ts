/**
 * The oracle's second half: time, one clock edge after the other. At each edge come arrivals, then the
 * stages from the front to the back, again and again until nothing moves. Written from docs/timing.md;
 * slow and plain.
 */
import type { OracleCase } from './case.ts';
import { type Fate, Functional } from './functional.ts';

/** What became of a request, in cycles. */
export interface Settled {
  readonly outcome: string;
  readonly done: number;
  readonly latency: number;
  readonly parts: Record<string, number>;
}

/** An item on its way through the unit. */
interface Flight {
  readonly fate: Fate;
  readonly arrive: number;
  /** Parts that were waited for so far. */
  readonly parts: Record<string, number>;
  /** First edge at which it could leave the stage that it is in. */
  ready: number;
  /** Edge at which it left the lookup stage, for one that still lacks a tag. */
  looked: number;
  /** Edge of its fill's arrival, once it has a tag. */
  filled?: number;
  /** Edge at which it has its real address or its refusal. */
  translated?: number;
  outcome?: string;
  /** Edge at which a write is done, or known to be refused: those behind it wait for that. */
  ordered?: number;
  done?: number;
}

/** No case comes near; more means that something waits for ever. */
const EDGES_MAX = 1_000_000;

/** Replays a case edge by edge and returns its requests in order. Throws when a request never ends. */
export function replayByEdges(drawn: OracleCase): Settled[] {
  return new EdgeReplay(drawn).run();
}

class EdgeReplay {
  private readonly waiting: Fate[];
  private readonly flights: Flight[] = [];
  private readonly rteQueue: Flight[] = [];
  private readonly lookupQueue: Flight[] = [];
  private readonly flightOf = new Map<Fate, Flight>();
  private now = 0;
  /** Things that happened so far. */
  private steps = 0;
  private rowTime = 0;
  private rteFree = 0;
  private lookupFree = 0;
  /** A kill of a closed loop that software waits for. */
  private killInTheWay: Flight | undefined;

  constructor(private readonly drawn: OracleCase) {
    this.waiting = new Functional(drawn).fates();
  }

  run(): Settled[] {
    for (this.now = 0; this.now < EDGES_MAX; this.now += 1) {
      // What happens at an edge can let more happen at the same edge: a slot that frees is taken.
      for (let before = -1; before !== this.steps; ) {
        before = this.steps;
        this.arrivals();
        this.leaveRte();
        this.leaveLookup();
        this.complete();
      }
      if (this.waiting.length === 0 && this.flights.every((flight) => flight.done !== undefined))
        break;
    }
    if (this.now === EDGES_MAX) throw new Error(`edge ${this.now}: a request never ends`);
    return this.flights.filter(({ fate }) => fate.item.kind === 'request').map(settled);
  }

  /** T5. */
  private arrivals(): void {
    for (;;) {
      const [fate] = this.waiting;
      if (fate === undefined) return;
      const { item } = fate;
      if (item.kind === 'store') {
        this.waiting.shift();
        continue;
      }
      const isTimed = this.drawn.outstanding === 0;
      if (isTimed && this.rowTime + item.step > this.now) return;
      if (!isTimed && this.isKillInTheWay()) return;
      if (!isTimed && item.kind === 'request' && this.outstanding() >= this.drawn.outstanding)
        return;
      this.rowTime += item.step;
      this.waiting.shift();
      this.steps += 1;
      const flight: Flight = {
        fate,
        arrive: this.now,
        parts: {},
        ready: this.now + this.drawn.config.rteCycles,
        looked: 0,
      };
      if (!isTimed && item.kind === 'kill') this.killInTheWay = flight;
      this.flights.push(flight);
      this.flightOf.set(fate, flight);
      this.rteQueue.push(flight);
    }
  }

  private isKillInTheWay(): boolean {
    const killInTheWay = this.killInTheWay;
    return killInTheWay !== undefined && !(Number(killInTheWay.done) <= this.now);
  }

  private outstanding(): number {
    return this.flights.filter(
      ({ fate, done }) => fate.item.kind === 'request' && (done === undefined || done > this.now),
    ).length;
  }

  /** T7 to T10. */
  private leaveRte(): void {
    const { config } = this.drawn;
    const [flight] = this.rteQueue;
    if (flight === undefined || flight.ready > this.now || this.rteFree > this.now) return;
    this.rteQueue.shift();
    this.steps += 1;
    const { fate, parts } = flight;
    parts.admission = this.now - flight.ready;
    parts.rte = config.rteCycles + fate.rteRead;
    parts.tve = config.tvtCycles;
    this.rteFree = this.now + 1 + fate.rteRead;
    const decided = this.now + fate.rteRead + config.tvtCycles;
    if (fate.early !== undefined) {
      flight.translated = decided;
      flight.outcome = fate.early;
      return;
    }
    flight.ready = decided + config.lookupCycles;
    this.lookupQueue.push(flight);
  }

  /** T7, T8, T11 to T14, T19: the item in front leaves, or waits there for a tag. */
  private leaveLookup(): void {
    const [flight] = this.lookupQueue;
    if (flight === undefined || flight.ready > this.now || this.lookupFree > this.now) return;
    if (flight.looked === 0) this.look(flight);
    if (flight.outcome === undefined && !this.takeTag(flight)) return;
    this.lookupQueue.shift();
    this.steps += 1;
    this.lookupFree = this.now + 1 + flight.fate.cost;
    if (flight.fate.item.kind === 'kill') flight.done = this.now + flight.fate.cost;
  }

  /** The edge at which a request leaves the lookup stage: hit, merged, or in need of a tag. */
  private look(flight: Flight): void {
    const { fate, parts } = flight;
    flight.looked = this.now + 1;
    if (fate.item.kind === 'kill') {
      flight.outcome = 'kill';
      return;
    }
    parts.admission += this.now - flight.ready;
    parts.lookup = this.drawn.config.lookupCycles;
    if (fate.fillOf === undefined) return;
    const filled = this.flightOf.get(fate.fillOf)?.filled as number;
    if (filled <= this.now) {
      flight.outcome = 'hit';
      flight.translated = this.now;
    } else if (this.drawn.config.merge) {
      flight.outcome = 'merged';
      flight.translated = filled;
      parts.mergeWait = filled - this.now;
    }
  }

  /** T14, T15. */
  private takeTag(flight: Flight): boolean {
    const busy = this.flights.filter(
      ({ filled }) => filled !== undefined && filled > this.now,
    ).length;
    if (busy >= this.drawn.config.tags) return false;
    const { parts } = flight;
    parts.tagWait = this.now - (flight.looked - 1);
    parts.walk = flight.fate.walk();
    flight.outcome = 'miss';
    flight.filled = this.now + parts.walk;
    flight.translated = flight.filled;
    return true;
  }

  /** T17, T18. */
  private complete(): void {
    for (const [index, flight] of this.flights.entries()) {
      const { fate, translated, parts } = flight;
      if (fate.item.kind !== 'request') {
        continue;
      }
      if (flight.done !== undefined || translated === undefined || translated > this.now) continue;
      const isFault = fate.fault !== undefined || isEarlyFault(fate.early);
      this.steps += 1;
      if (isFault) {
        flight.outcome = (fate.fault ?? fate.early) as string;
        flight.done = this.now;
        flight.ordered = this.now;
        continue;
      }
      if (!fate.item.isWrite) {
        flight.done = this.now + (fate.early === 'msi' ? 0 : this.drawn.config.dmaReadCycles);
        parts.dma = flight.done - this.now;
        continue;
      }
      if (!this.isInTurn(index)) {
        this.steps -= 1;
        continue;
      }
      flight.ordered = this.now;
      parts.orderWait = this.now - translated;
      parts.dma = fate.early === 'msi' ? 0 : this.drawn.config.dmaWriteCycles;
      flight.done = this.now + parts.dma;
    }
  }

  /** Whether all writes of the PE in front of a write are done with, or refused. */
  private isInTurn(index: number): boolean {
    const { pe } = this.flights[index].fate;
    return this.flights.slice(0, index).every(({ fate, ordered }) => {
      const { item } = fate;
      return item.kind !== 'request' || !item.isWrite || fate.pe !== pe || ordered !== undefined;
    });
  }
}

function isEarlyFault(early: string | undefined): boolean {
  return early !== undefined && early !== 'msi' && early !== 'bypassed';
}

function settled(flight: Flight): Settled {
  const parts = Object.fromEntries(
    Object.entries(flight.parts).filter(([, cycles]) => cycles !== 0),
  );
  const done = flight.done as number;
  return { outcome: flight.outcome as string, done, latency: done - flight.arrive, parts };
}
