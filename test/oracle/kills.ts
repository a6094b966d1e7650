/** TCE kills: the queue, the work, what is complete when, and the stale window (T26 to T29). */
import type { OracleCase } from './case.ts';
import { type Clock, type Flight, isKill, Request, Software } from './flight.ts';
import { type KillScope, killScopeOf } from './formats.ts';
import type { LookupStage } from './lookup.ts';
import type { Doomed } from './tce-cache.ts';
import type { Walks } from './walk.ts';

const FOUR_GIB = 1n << 32n;
const BELOW_BIT_59 = (1n << 59n) - 1n;

/** Sum, number and largest of some times in cycles. */
export interface Times {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
}

export class Kills {
  readonly counts = {
    all: 0,
    pe: 0,
    page: 0,
    ignored: 0,
    lost: 0,
    droppedEntries: 0,
    heldCycles: 0,
    polls: 0,
    pollCycles: 0,
  };
  private readonly kills: readonly Software[];
  private next = 0;
  /** When software wrote the last kill, or lost it. */
  private lastWritten = 0;
  /** Kills in the queue or done with, without those that were lost. */
  private readonly kept: Software[] = [];

  constructor(
    private readonly drawn: OracleCase,
    private readonly clock: Clock,
    private readonly flights: readonly Flight[],
    private readonly walks: Walks,
  ) {
    this.kills = flights.filter(
      (flight): flight is Software => flight instanceof Software && isKill(flight),
    );
    this.counts.ignored = flights.filter(
      (flight) => flight.item.kind === 'kill' && !isKill(flight as Software),
    ).length;
  }

  /** The next kill is written, or lost, if it has arrived and there is room (T26). */
  write(): boolean {
    const kill = this.kills[this.next];
    if (kill?.arrive === undefined) return false;
    const { now } = this.clock;
    if (kill.arrive > now) {
      this.clock.wakeAt(kill.arrive);
      return false;
    }
    const { queueDepth, dropWhenFull } = this.drawn.config.kill;
    const before = queueDepth === 0 ? undefined : this.kept.at(-queueDepth);
    const hasRoom = before === undefined || (before.retired ?? Number.POSITIVE_INFINITY) <= now;
    if (!hasRoom && dropWhenFull && scopeOf(kill).kind === 'page') {
      kill.isLost = true;
      this.counts.lost += 1;
    } else if (hasRoom) {
      kill.written = now;
      const ready = Math.max(kill.arrive, this.lastWritten);
      if (now > ready) this.counts.polls += 1;
      this.counts.pollCycles += now - ready;
      this.kept.push(kill);
    } else {
      this.clock.wakeAt(before?.retired ?? 0);
      return false;
    }
    this.lastWritten = now;
    this.next += 1;
    return true;
  }

  /** When the last kill is retired; 0: there was none. */
  get lastRetired(): number {
    return this.kept.reduce((last, { retired }) => Math.max(last, retired as number), 0);
  }

  /** A kill leaves the lookup stage; returns the cycles for which it holds it (T27). */
  leave(kill: Software, lookup: LookupStage): number {
    const { allCycles, peCycles, pageCycles, dropsWalkCaches } = this.drawn.config.kill;
    const scope = scopeOf(kill);
    const cycles = { all: allCycles, pe: peCycles, page: pageCycles }[scope.kind];
    this.counts[scope.kind] += 1;
    this.counts.heldCycles += cycles;
    this.counts.droppedEntries += lookup.drop(this.doomedBy(scope));
    if (dropsWalkCaches) this.walks.forgetAll();
    kill.retired = this.clock.now + cycles;
    return cycles;
  }

  private doomedBy(scope: KillScope): Doomed {
    if (scope.kind === 'all') return () => true;
    if (scope.kind === 'pe') return (held) => held.tve >> 1 === scope.pe;
    const { start, end, pe } = scope;
    const isByBit59 = this.drawn.config.pe.tveSelect === 'bit59';
    const isHigh = isByBit59 ? start >> 59n : start >= FOUR_GIB;
    const tve = pe * 2 + Number(isHigh);
    const from = isByBit59 ? start & BELOW_BIT_59 : start;
    const to = from + (end - start);
    return (held) =>
      held.tve === tve &&
      held.firstPage << held.pageShift < to &&
      (held.firstPage + BigInt(held.pages)) << held.pageShift > from;
  }

  /** Whether software that wrote a kill may go on (T29). */
  isComplete(kill: Software): boolean {
    const at = kill.isLost ? 0 : this.completeAt(kill);
    this.clock.wakeAt(at ?? 0);
    return at !== undefined && at <= this.clock.now;
  }

  /** Cycles from the arrival of kills until they were complete, and their stale windows. */
  times(): { completion: Times; stale: Times } {
    return {
      completion: timesOf(this.kept.map((kill) => timeOf(kill, this.completeAt(kill)))),
      stale: timesOf(this.kept.map((kill) => timeOf(kill, this.staleUntil(kill)))),
    };
  }

  /** The edge at which a kill is complete, as soon as it is known. */
  private completeAt(kill: Software): number | undefined {
    const { sync } = this.drawn.config.kill;
    if (sync === 'none') return kill.retired;
    return this.lastOf(kill, ({ isWrite }) => sync === 'all' || !isWrite);
  }

  private staleUntil(kill: Software): number | undefined {
    const scope = scopeOf(kill);
    return this.lastOf(kill, ({ pe }) => !('pe' in scope) || scope.pe === pe);
  }

  /**
   * When a kill is retired and some of the requests before it have their data, are complete, or are
   * refused; undefined as long as nobody knows.
   */
  private lastOf(kill: Software, counts: (request: Request) => boolean): number | undefined {
    if (kill.retired === undefined) return undefined;
    let last = kill.retired;
    for (let i = 0; i < kill.order; i += 1) {
      const request = this.flights[i];
      if (!(request instanceof Request) || !counts(request)) continue;
      if (request.outcome === 'msi') continue;
      const end = request.isWrite ? request.done : (request.dataAt ?? request.done);
      if (end === undefined) return undefined;
      last = Math.max(last, end);
    }
    return last;
  }
}

function scopeOf({ item }: Software): KillScope {
  const scope = item.kind === 'kill' ? killScopeOf(item.register) : undefined;
  if (scope === undefined) throw new Error('this kill names nothing');
  return scope;
}

/** Cycles from the arrival of a kill until an edge. */
function timeOf(kill: Software, edge: number | undefined): number {
  return (edge as number) - (kill.arrive as number);
}

function timesOf(cycles: readonly number[]): Times {
  const sum = cycles.reduce((before, each) => before + each, 0);
  return { count: cycles.length, sum, max: Math.max(0, ...cycles) };
}
