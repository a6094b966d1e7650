/** The way of one request through the unit, from what was written down of it: docs/timing.md names the times. */
import { linkRate } from '../../models/phb/link-rate.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { RequestRecord } from '../replay/timeline/record.ts';
import { LOOKED_UP, SERVED } from '../unit/books/fixed-cycles.ts';
import {
  ADMISSION,
  COMPLETION,
  CREDIT_WAIT,
  DMA,
  ENGINE_WAIT,
  LINK,
  LOOKUP,
  MERGE_WAIT,
  ORDER_WAIT,
  PARTS,
  type PartName,
  RTE,
  TAG_WAIT,
  TVE,
  WALK,
  WALKER_WAIT,
} from '../unit/books/parts.ts';

/** A stretch of time in whole cycles since the trace's start. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface PartSpan extends Span {
  readonly part: PartName;
}

/** A time on the link: a cycle, and parts of the next one. */
export interface ExactTime {
  readonly cycle: number;
  readonly parts: number;
}

/** A TLP, or the completions of a read, on the link. */
export interface WireSpan {
  readonly from: ExactTime;
  readonly until: ExactTime;
  readonly bytes: number;
}

export interface Passage extends Span {
  /** One behind the other from arrival to completion; admission and link may come twice. None is empty. */
  readonly parts: readonly PartSpan[];
  readonly upstream: WireSpan;
  /** The data of a read that got some. */
  readonly downstream: WireSpan | undefined;
  /** For how long it had the RTE stage, and the lookup stage if it came to it. */
  readonly rteStage: Span;
  readonly lookupStage: Span | undefined;
  /** For how long a miss had its tag and its walker. */
  readonly tag: Span | undefined;
  readonly walker: Span | undefined;
  /** While it waited for the fetch of another request. */
  readonly merge: Span | undefined;
}

/** Tells the ways of requests through a unit. */
export class Passages {
  private readonly rate;
  private readonly link: UnitConfig['link'];
  private readonly rteCycles: number;

  constructor({ link, rteCache, unit }: UnitConfig) {
    this.rate = linkRate(link, unit.clockMHz);
    this.link = link;
    this.rteCycles = rteCache.hitCycles;
  }

  /** Parts of a cycle that times on the link count in. */
  get partsPerCycle(): number {
    return this.rate.partsPerCycle;
  }

  of(request: RequestRecord): Passage {
    const { arrive, inTurn, latency, outcome, fetch, parts } = request;
    const upstream = this.upstreamOf(request);
    const spans = this.partsOf(request, upstream.from.cycle - arrive);
    const left = arrive + inTurn;
    const looked = parts.slice(0, LOOKUP + 1).reduce((sum, cycles) => sum + cycles, arrive);
    const tagged = looked + parts[TAG_WAIT];
    const walks = tagged + parts[WALKER_WAIT];
    const arrives = walks + parts[WALK];
    return {
      from: arrive,
      until: arrive + latency,
      parts: spans,
      upstream,
      downstream: this.downstreamOf(request),
      rteStage: { from: left, until: left + 1 + parts[RTE] - this.rteCycles },
      lookupStage: LOOKED_UP.includes(outcome) ? { from: looked, until: tagged + 1 } : undefined,
      tag: fetch && { from: tagged, until: arrives },
      walker: fetch && { from: walks, until: arrives },
      merge: spans.find(({ part }) => part === 'mergeWait'),
    };
  }

  /** `sent` is when the link begins to carry it, since its arrival. */
  private partsOf({ arrive, inTurn, parts }: RequestRecord, sent: number): PartSpan[] {
    // The wait for the link comes before that for credits, and what the link takes behind it.
    const linkWait = parts[CREDIT_WAIT] === 0 ? 0 : sent - parts[CREDIT_WAIT];
    const received = parts[CREDIT_WAIT] + parts[LINK];
    const firstAdmission = inTurn - this.rteCycles - received;
    const steps: [number, number][] = [
      [LINK, linkWait],
      [CREDIT_WAIT, parts[CREDIT_WAIT]],
      [LINK, parts[LINK] - linkWait],
      [ADMISSION, firstAdmission],
      [RTE, parts[RTE]],
      [TVE, parts[TVE]],
      [ADMISSION, parts[ADMISSION] - firstAdmission],
    ];
    const rest = [LOOKUP, TAG_WAIT, WALKER_WAIT, WALK, MERGE_WAIT, ORDER_WAIT, ENGINE_WAIT];
    for (const part of [...rest, DMA, COMPLETION]) steps.push([part, parts[part]]);
    let until = arrive;
    return steps
      .map(([part, cycles]) => {
        const from = until;
        until += cycles;
        return { part: PARTS[part], from, until };
      })
      .filter((span) => span.until > span.from);
  }

  private upstreamOf({ arrive, isWrite, bytes, parts, upstreamPart }: RequestRecord): WireSpan {
    const received = arrive + parts[CREDIT_WAIT] + parts[LINK];
    const wireBytes = this.link.requestOverheadBytes + (isWrite ? bytes : 0);
    return this.onWire(received, upstreamPart, wireBytes);
  }

  private downstreamOf(request: RequestRecord): WireSpan | undefined {
    const { arrive, isWrite, bytes, latency, outcome, downstreamPart } = request;
    if (isWrite || !SERVED.includes(outcome)) return undefined;
    const { payloadBytes, completionOverheadBytes } = this.link;
    const wireBytes = bytes + Math.ceil(bytes / payloadBytes) * completionOverheadBytes;
    return this.onWire(arrive + latency, downstreamPart, wireBytes);
  }

  /** So many bytes that are there at an edge, the last of them `part` parts behind the edge before if that is not 0. */
  private onWire(edge: number, part: number, bytes: number): WireSpan {
    const { parts, partsPerCycle } = this.rate;
    const until = { cycle: part === 0 ? edge : edge - 1, parts: part };
    const begin = until.parts - bytes * parts;
    const cycles = Math.floor(begin / partsPerCycle);
    const from = { cycle: until.cycle + cycles, parts: begin - cycles * partsPerCycle };
    return { from, until, bytes };
  }
}
