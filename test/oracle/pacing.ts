/** When requests and software's writes arrive (T5). */
import type { OracleCase } from './case.ts';
import type { ExactTime } from './exact.ts';
import { type Clock, type Flight, Request, type Software, takesTurn } from './flight.ts';

export class PacedArrivals {
  private next = 0;
  private requestsBefore = 0;
  /** Exact time at which the request before was issued, of the PHB or of each RID. */
  private readonly issuedBefore = new Map<number, bigint>();
  private lastArrival = 0;
  private lastKill: Software | undefined;

  constructor(
    private readonly drawn: OracleCase,
    private readonly clock: Clock,
    private readonly time: ExactTime,
    private readonly flights: readonly Flight[],
    private readonly isComplete: (kill: Software) => boolean,
  ) {}

  /** Lets the next item arrive, if it can. */
  step(): boolean {
    const flight = this.flights[this.next];
    if (flight === undefined) return false;
    if (!(flight instanceof Request) && !takesTurn(flight)) {
      this.next += 1;
      return true;
    }
    const edge = this.arrivalOf(flight);
    if (edge === undefined) return false;
    flight.arrive = edge;
    this.lastArrival = edge;
    this.next += 1;
    if (flight instanceof Request) this.requestsBefore += 1;
    else if (flight.item.kind === 'kill') this.lastKill = flight;
    return true;
  }

  /** The edge of arrival of the item in front, once it is known. */
  private arrivalOf(flight: Flight): number | undefined {
    const { pacing } = this.drawn;
    if (pacing.kind === 'trace') return flight.rowEdge;
    if (pacing.kind === 'interval') {
      return this.time.edgeOf(this.time.ticksOf(pacing.ps) * BigInt(this.requestsBefore));
    }
    if (this.lastArrival > this.clock.now) {
      this.clock.wakeAt(this.lastArrival);
      return undefined;
    }
    if (this.lastKill !== undefined && !this.isComplete(this.lastKill)) return undefined;
    if (!(flight instanceof Request)) return this.clock.now;
    const key = pacing.each === 'device' ? flight.item.rid : 0;
    if (!this.hasSlot(flight, pacing.each === 'device', pacing.outstanding)) return undefined;
    const before = this.issuedBefore.get(key);
    const now = this.time.at(this.clock.now);
    const earliest = before === undefined ? now : before + this.time.ticksOf(pacing.everyPs);
    const issued = earliest > now ? earliest : now;
    this.issuedBefore.set(key, issued);
    return this.time.edgeOf(issued);
  }

  /** Whether fewer than `most` requests are outstanding, of all or of the request's RID. */
  private hasSlot(request: Request, isOfDevice: boolean, most: number): boolean {
    let outstanding = 0;
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.next; i += 1) {
      const other = this.flights[i];
      if (!(other instanceof Request)) continue;
      if (isOfDevice && other.item.rid !== request.item.rid) continue;
      if (other.done !== undefined && other.done <= this.clock.now) continue;
      outstanding += 1;
      soonest = Math.min(soonest, other.done ?? Number.POSITIVE_INFINITY);
    }
    if (outstanding < most) return true;
    this.clock.wakeAt(soonest);
    return false;
  }
}
