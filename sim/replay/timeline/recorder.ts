/**
 * Writes down what a unit did in a window of time: requests with what they took of tags, walkers, stages and the
 * link, and kills. It reads what the unit's parts remember of the request at hand, so that they need not tell.
 */
import { joinHalves } from '../../../models/bits.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { Kill } from '../../../models/tce-kill.ts';
import type { KillTimes } from '../../unit/books/accounts.ts';
import { fixedCyclesOf } from '../../unit/books/fixed-cycles.ts';
import { PARTS, RTE, WALK } from '../../unit/books/parts.ts';
import type { NotedReads } from '../noted-reads.ts';
import { LogSample } from '../request-log-sample.ts';
import { FixedShare } from '../request-share.ts';
import { RequestWatch } from '../request-watch.ts';

import type {
  FetchRecord,
  KillRecord,
  RequestRecord,
  TimelineRecords,
  TimelineTask,
} from './record.ts';

type OpenKill = Omit<KillRecord, 'complete'>;

export class TimelineRecorder extends RequestWatch<RequestRecord> {
  private readonly sample: LogSample;
  private readonly hasWalkers: boolean;
  private readonly responseCycles: number;
  private readonly kept: RequestRecord[] = [];
  private readonly keptKills: KillRecord[] = [];
  /** Kills that are not complete, the oldest first; undefined for one that is not wanted. */
  private readonly openKills: (OpenKill | undefined)[] = [];
  /** Reads by level before the request at hand; dropped entries and cycles of polling before the next kill. */
  private readsBefore: readonly number[] = [];
  private toldDropped = 0;
  private toldPolled = 0;

  constructor(
    phb: number,
    seed: string,
    config: UnitConfig,
    private readonly task: TimelineTask,
    private readonly reads: NotedReads,
  ) {
    super(fixedCyclesOf(config));
    this.sample = new LogSample(seed, phb, new FixedShare(task.share));
    this.hasWalkers = config.walkers.count !== 0;
    this.responseCycles = config.tceCache.responseCycles;
  }

  /** All that was written down, when the trace is over and no request waits. */
  records(): TimelineRecords {
    this.kept.sort((one, other) => one.number - other.number);
    return { requests: this.kept, kills: this.keptKills };
  }

  override killed({ kill, arrive, written, inTurn, looked, retired }: KillTimes): void {
    const { droppedEntries, pollCycles } = this.unit.parts.killUnit.counts;
    const open: OpenKill = {
      kill,
      arrive: this.unit.origin() + arrive,
      isLost: false,
      written: written - arrive,
      polled: pollCycles - this.toldPolled,
      inTurn: inTurn - arrive,
      looked: looked - arrive,
      retired: retired - arrive,
      dropped: droppedEntries - this.toldDropped,
    };
    this.toldDropped = droppedEntries;
    this.toldPolled = pollCycles;
    this.openKills.push(this.wants(open.arrive, this.keptKills) ? open : undefined);
  }

  override killLost(kill: Kill, arrive: number): void {
    const lost: OpenKill = {
      kill,
      arrive: this.unit.origin() + arrive,
      isLost: true,
      written: 0,
      polled: 0,
      inTurn: 0,
      looked: 0,
      retired: 0,
      dropped: 0,
    };
    if (this.wants(lost.arrive, this.keptKills)) this.keepKill(lost, 0);
  }

  override killComplete(cycles: number): void {
    const kill = this.openKills.shift();
    if (kill !== undefined) this.keepKill(kill, cycles);
  }

  protected open(number: number, arrive: number): RequestRecord | undefined {
    const isShown = this.wants(arrive, this.kept) && this.sample.takes(number);
    this.reads.begin();
    if (!isShown) return undefined;
    this.readsBefore = [...this.unit.parts.walker.reads];
    const { rid, write, upper, lower, bytes } = this.request;
    return {
      number,
      arrive,
      rid,
      isWrite: write === 1,
      address: joinHalves(upper, lower),
      bytes,
      pe: 0,
      tve: 0,
      pageHigh: 0,
      pageLow: 0,
      real: undefined,
      inTurn: 0,
      upstreamPart: 0,
      downstreamPart: 0,
      parts: PARTS.map(() => 0),
      fetch: undefined,
      outcome: 0,
      latency: 0,
    };
  }

  protected setReal(row: RequestRecord, real: bigint): void {
    row.real = real;
  }

  protected settle(row: RequestRecord): void {
    const { request } = this;
    const { rteStage, port } = this.unit.parts;
    row.pe = request.pe;
    row.tve = request.tve;
    row.pageHigh = request.pageHigh;
    row.pageLow = request.pageLow;
    // The stage is free a cycle after the request left it, and the read of its RTE.
    row.inTurn = rteStage.free - 1 - row.parts[RTE] - request.arrive;
    row.upstreamPart = port.upstream.part;
  }

  protected addPart(row: RequestRecord, part: number, cycles: number): void {
    row.parts[part] += cycles;
    if (part === WALK) row.fetch = this.fetchAtHand();
  }

  protected close(row: RequestRecord, outcome: number, latency: number): void {
    row.outcome = outcome;
    row.latency = latency;
    row.downstreamPart = this.unit.parts.port.downstream.part;
    if (row.arrive + latency > this.task.from) this.kept.push(row);
  }

  /** Whether what arrives at a cycle is written down, beside those of its kind that are kept. */
  private wants(arrive: number, kept: readonly unknown[]): boolean {
    return arrive < this.task.until && kept.length < this.task.most;
  }

  private keepKill(kill: OpenKill, complete: number): void {
    if (kill.arrive + complete >= this.task.from) this.keptKills.push({ ...kill, complete });
  }

  /** The fetch of the request at hand: its reads went from the highest level that was read down. */
  private fetchAtHand(): FetchRecord {
    const { tags, walker } = this.unit.parts;
    const top = walker.reads.findLastIndex((count, level) => count !== this.readsBefore[level]);
    const { count, addressHigh, addressLow, cycles } = this.reads;
    const reads = Array.from({ length: count }, (_, index) => ({
      level: top - index,
      address: joinHalves(addressHigh[index], addressLow[index]),
      cycles: cycles[index] + this.responseCycles,
    }));
    return { tag: tags.tag, walker: this.hasWalkers ? tags.walker : tags.tag, reads };
  }
}
