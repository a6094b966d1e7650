/** What one PHB did as trace events: slices on tracks, arrows from requests to the walks that they wait for, counters. */
import { hex } from '../../../models/bits.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { formatRid } from '../../../models/rte.ts';
import type { FetchRecord, KillRecord, RequestRecord } from '../../replay/timeline/record.ts';
import { OUTCOMES } from '../../unit/books/outcome.ts';
import { nameOfKill, spansOfKill } from '../content.ts';
import { FetchesShown } from '../fetches-shown.ts';
import { Lanes } from '../lanes.ts';
import { type ExactTime, type Passage, Passages, type Span, type WireSpan } from '../passage.ts';
import { Counters } from './counters.ts';
import { PhbTracks, type SingleTrack } from './phb-tracks.ts';
import { TraceClock } from './trace-clock.ts';
import { type Arguments, flow, instant, slice, type Track } from './trace-event.ts';

/** The track of a walk, and when it goes on there. */
interface WalkPlace extends Span {
  readonly track: Track;
}

/** An item as events, and the stretches for which it counts. */
export interface Drawing {
  readonly events: string[];
  readonly counts: readonly (readonly [string, Span])[];
}

export class PhbDrawing {
  private readonly tracks: PhbTracks;
  private readonly passages: Passages;
  private readonly clock: TraceClock;
  private readonly hasWalkers: boolean;
  private readonly fetches = new FetchesShown<WalkPlace>();
  private readonly requestLanes = new Lanes();
  private readonly killLanes = new Lanes();
  private readonly counters = new Counters();

  constructor(
    private readonly phb: number,
    config: UnitConfig,
    /** Answers the number of the next arrow. */
    private readonly nextFlow: () => number,
  ) {
    this.tracks = new PhbTracks(phb);
    this.passages = new Passages(config);
    this.clock = new TraceClock(config.unit.clockMHz, this.passages.partsPerCycle);
    this.hasWalkers = config.walkers.count !== 0;
  }

  /** A request and all that it took. */
  request(record: RequestRecord): Drawing {
    const passage = this.passages.of(record);
    const { tag, walker, merge, upstream, downstream, rteStage, lookupStage } = passage;
    const lane = this.tracks.request(this.requestLanes.take(passage));
    const outcome = OUTCOMES[record.outcome];
    const { number } = record;
    const direction = record.isWrite ? 'write' : 'read';
    const events = [
      this.slice(lane, passage, `${outcome} ${direction}`, 'request', argumentsOf(record)),
      ...passage.parts.map((span) => this.slice(lane, span, span.part, 'part')),
      ...this.onLink('link upstream', upstream, direction, number),
      this.slice(this.tracks.single('RTE stage'), rteStage, outcome, 'unit', { request: number }),
    ];
    if (lookupStage) {
      const stage = this.tracks.single('lookup stage');
      events.push(this.slice(stage, lookupStage, outcome, 'unit', { request: number }));
    }
    if (downstream) events.push(...this.onLink('link downstream', downstream, 'data', number));
    if (record.fetch && tag && walker) {
      events.push(...this.fetch(record, record.fetch, tag, walker, lane));
    }
    if (merge) events.push(...this.merge(record, merge, lane));
    return { events, counts: this.countsOf(passage) };
  }

  /** A kill on its way through the queue and the lookup stage. */
  kill(record: KillRecord): Drawing {
    const { arrive, isLost, written, inTurn, looked, retired, complete, dropped } = record;
    const whole = { from: arrive, until: arrive + complete };
    const track = this.tracks.numbered('kill queue', this.killLanes.take(whole));
    const name = nameOfKill(record);
    if (isLost) {
      const lost = instant(track, this.clock.ns(arrive), `${name} lost`, { cycle: arrive });
      return { events: [lost], counts: [] };
    }
    const left = arrive + inTurn;
    const held = { from: arrive + looked, until: arrive + retired + 1 };
    const events = [
      this.slice(track, whole, name, 'kill', { dropped }),
      ...spansOfKill(record).map((span) => this.slice(track, span, span.step, 'part')),
      this.slice(this.tracks.single('RTE stage'), { from: left, until: left + 1 }, 'kill', 'unit'),
      this.slice(this.tracks.single('lookup stage'), held, 'kill', 'unit'),
    ];
    const queued = { from: arrive + written, until: arrive + retired };
    return { events, counts: [['kills queued', queued]] };
  }

  /** An item is in the timeline: it counts. */
  count({ counts }: Drawing): void {
    for (const [name, span] of counts) this.counters.add(name, span);
  }

  /** The names of the tracks. */
  names(): string[] {
    return this.tracks.names();
  }

  counterEvents(): string[] {
    return this.counters.events(this.tracks.unitPid, this.clock);
  }

  /** A miss has a tag and a walker, which reads level by level. */
  private fetch(
    record: RequestRecord,
    { tag, walker, reads }: FetchRecord,
    tagged: Span,
    walks: Span,
    lane: Track,
  ): string[] {
    const args = { request: record.number };
    const track = this.tracks.numbered('walker', walker);
    this.fetches.add(this.phb, record, walks.until, { ...walks, track });
    let from = walks.from;
    const levels = reads.map(({ level, address, cycles }) => {
      const span = { from, until: from + cycles };
      from = span.until;
      return this.slice(track, span, `level ${level}`, 'read', { address: hex(address) });
    });
    return [
      this.slice(this.tracks.numbered('tag', tag), tagged, 'fetch', 'unit', args),
      this.slice(track, walks, 'walk', 'unit', args),
      ...this.arrow(lane, track, walks, walks.from, 'walk'),
      ...levels,
    ];
  }

  /** An arrow from a request that waits to the walk that it waits for, if that is shown. */
  private merge(record: RequestRecord, merge: Span, lane: Track): string[] {
    const walk = this.fetches.find(this.phb, record, merge.until);
    if (walk === undefined) return [];
    return this.arrow(lane, walk.track, merge, Math.max(merge.from, walk.from), 'mergeWait');
  }

  /** An arrow from where a stretch begins to another track, unless there is no time to see it. */
  private arrow(from: Track, to: Track, span: Span, at: number, name: string): string[] {
    if (span.from === span.until) return [];
    const id = this.nextFlow();
    return [
      flow('from', from, this.clock.ns(span.from), id, name),
      flow('to', to, this.clock.ns(at), id, name),
    ];
  }

  private onLink(
    name: SingleTrack,
    { from, until, bytes }: WireSpan,
    what: string,
    request: number,
  ): string[] {
    if (from.cycle === until.cycle && from.parts === until.parts) return [];
    const text = ({ cycle, parts }: ExactTime) =>
      parts === 0 ? `${cycle}` : `${cycle} ${parts}/${this.passages.partsPerCycle}`;
    const args = { request, bytes, from: text(from), until: text(until) };
    const times = [this.clock.exactNs(from), this.clock.exactNs(until)] as const;
    return [slice(this.tracks.single(name), times, what, 'unit', args)];
  }

  private countsOf(passage: Passage): Drawing['counts'] {
    const { tag, walker } = passage;
    return [
      ['requests under way', passage],
      ...(tag ? [['tags in use', tag] as const] : []),
      ...(walker && this.hasWalkers ? [['walkers in use', walker] as const] : []),
    ];
  }

  /** A slice whose arguments tell its cycles, too. */
  private slice(track: Track, span: Span, name: string, cat: string, args: Arguments = {}): string {
    const { from, until } = span;
    const cycles = { cycle: from, cycles: until - from };
    const times = [this.clock.ns(from), this.clock.ns(until)] as const;
    return slice(track, times, name, cat, { ...args, ...cycles });
  }
}

function argumentsOf(record: RequestRecord): Arguments {
  const { number, rid, pe, address, bytes, real } = record;
  return {
    request: number,
    rid: formatRid(rid),
    pe,
    address: hex(address),
    bytes,
    ...(real !== undefined && { real: hex(real) }),
  };
}
