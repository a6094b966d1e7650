/** The port: one TLP at a time on the link, with flow-control credits (T7, T8). */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { ExactTime } from './exact.ts';
import type { Clock, Request } from './flight.ts';

const BYTES_PER_DATA_CREDIT = 16;

/** One kind of credits: those who hold some, in the order in which they took them. */
class Credits {
  private readonly holders: [request: Request, count: number][] = [];

  constructor(private readonly total: number) {}

  /** Whether so many can be had. Credits come back in the order in which they were taken. */
  has(count: number): boolean {
    if (this.total === 0) return true;
    while (this.holders.length > 0 && this.holders[0][0].isReleased) this.holders.shift();
    const held = this.holders.reduce((sum, [, each]) => sum + each, 0);
    return held + count <= this.total;
  }

  take(request: Request, count: number): void {
    if (count > 0) this.holders.push([request, count]);
  }
}

export class Port {
  private next = 0;
  private endBefore = 0n;
  private readonly credits: Record<string, Credits>;

  constructor(
    private readonly config: UnitConfig,
    private readonly clock: Clock,
    private readonly time: ExactTime,
    private readonly requests: readonly Request[],
  ) {
    const { postedHeaders, postedData, nonPostedHeaders } = config.credits;
    this.credits = {
      'posted header': new Credits(postedHeaders),
      'posted data': new Credits(postedData),
      'non-posted header': new Credits(nonPostedHeaders),
    };
  }

  /** Sends the request in front, if it is there and has its credits. */
  step(): boolean {
    const request = this.requests[this.next];
    if (request?.arrive === undefined) return false;
    const { now } = this.clock;
    if (request.arrive > now) {
      this.clock.wakeAt(request.arrive);
      return false;
    }
    if (this.lacking(request) !== undefined) return false;
    for (const [kind, count] of creditsOf(request)) this.credits[kind].take(request, count);
    this.send(request, now, request.arrive);
    this.next += 1;
    return true;
  }

  /** The kind of credits that the request in front waits for, for the watchdog. */
  waiting(): { request: Request; kind: string } | undefined {
    const request = this.requests[this.next];
    if (request?.arrive === undefined || request.arrive > this.clock.now) return undefined;
    const kind = this.lacking(request);
    return kind === undefined ? undefined : { request, kind };
  }

  /** The first edge with credits is `edge`, unless they were there before the request was. */
  private send(request: Request, edge: number, arrive: number): void {
    const couldBeSent = Math.max(arrive, this.time.edgeOf(this.endBefore));
    const wait = Math.max(0, edge - couldBeSent);
    const now = this.time.at(edge);
    const start = this.endBefore > now ? this.endBefore : now;
    const bytes = this.config.link.requestOverheadBytes + (request.isWrite ? request.bytes : 0);
    this.endBefore = start + BigInt(bytes) * this.time.byteTicks;
    request.received = this.time.edgeOf(this.endBefore);
    request.spend('creditWait', wait);
    request.spend('link', request.received - arrive - wait);
  }

  private lacking(request: Request): string | undefined {
    return creditsOf(request).find(([kind, count]) => !this.credits[kind].has(count))?.[0];
  }
}

function creditsOf(request: Request): [kind: string, count: number][] {
  if (!request.isWrite) return [['non-posted header', 1]];
  return [
    ['posted header', 1],
    ['posted data', Math.ceil(request.bytes / BYTES_PER_DATA_CREDIT)],
  ];
}
