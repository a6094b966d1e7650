/** One PHB with its software on one memory, replaying the items that come for it. */
import { PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import { Accounts } from '../unit/books/accounts.ts';
import { fixedCyclesOf } from '../unit/books/fixed-cycles.ts';
import { QUAD } from '../unit/items.ts';
import { Outlook, Rehearsal } from '../unit/lookup/foresight.ts';
import type { TceUnit } from '../unit/tce-unit.ts';
import { createFreshUnit } from './fresh-unit.ts';
import { Host, type StartState } from './host.ts';
import type { Machine } from './machine.ts';
import { NotedReads } from './noted-reads.ts';
import { type LogSink, RequestRecorder } from './request-log-recorder.ts';
import type { TimelineTask } from './timeline/record.ts';
import { TimelineRecorder } from './timeline/recorder.ts';
import type { TouchedWindow } from './touched-pages.ts';
import { WatchedAccounts } from './watched-accounts.ts';
import { Windows } from './windows.ts';

/** Where firmware puts the RTT: above all memory that tables or captures use. */
const RTT_BASE = 0x00ff_ffff_0000_0000n;

/** The memory that a PHB's tables live in, and who watches it. */
export interface PhbMemory {
  readonly phb: number;
  readonly memory: SharedMemory;
  /** The windows whose tables stand in the memory already. */
  readonly start?: StartState;
  /** Pages that are mapped before the first item. */
  readonly touched?: readonly TouchedWindow[];
  /** Who gets the requests; of the same thread. */
  readonly sink?: LogSink;
  readonly timeline?: TimelineTask;
  /** For Belady's replacement, what a rehearsal found out; absent: this is the rehearsal. */
  readonly nextUses?: Int32Array;
}

/** Who watches a PHB's unit. */
interface Watchers {
  readonly log?: RequestRecorder;
  readonly timeline?: TimelineRecorder;
  /** How long reads take, and which there were. */
  readonly reads?: NotedReads;
}

export type PhbOutcome = ReturnType<PhbReplay['outcome']>;
export type PhbBooks = ReturnType<PhbReplay['books']>;
export type PhbSoftware = ReturnType<PhbReplay['software']>;

export class PhbReplay {
  private constructor(
    private readonly phb: number,
    private readonly items: Int32Array,
    private readonly memory: PhysicalMemory,
    private readonly unit: TceUnit,
    private readonly windows: Windows,
    private readonly host: Host,
    private readonly watchers: Watchers,
    private readonly rehearsal: Rehearsal | undefined,
  ) {}

  /** A PHB whose tables live in `memory`, and whose items come in `items`; long work looks at `isStopped`. */
  static async create(
    given: PhbMemory,
    machine: Machine,
    items: Int32Array,
    isStopped: () => boolean,
  ): Promise<PhbReplay> {
    const { phb, memory: shared, start, touched = [], nextUses } = given;
    const { config, ioda, pacing } = machine;
    const memory = new PhysicalMemory(shared);
    const seed = `${machine.seed}/phb${phb}`;
    const rttBase = RTT_BASE;
    const watchers = watchersOf(given, machine, memory);
    const watches = [watchers.log, watchers.timeline].filter((watch) => watch !== undefined);
    const [first, second] = watches;
    const accounts = first ? new WatchedAccounts(first, second) : new Accounts();
    const { replacement, granule } = config.tceCache;
    const isRehearsal = replacement === 'belady' && nextUses === undefined;
    const rehearsal = isRehearsal ? new Rehearsal(granule) : undefined;
    const foresight = nextUses ? new Outlook(nextUses) : rehearsal;
    const unit = await createFreshUnit({
      config,
      ioda,
      memory,
      rttBase,
      pacing,
      items,
      accounts,
      seed,
      ...(watchers.reads && { timing: watchers.reads }),
      ...(foresight && { foresight }),
    });
    const windows = new Windows(unit, { ioda, ...config });
    const host = new Host(machine, memory, rttBase, unit, windows, isStopped, start);
    for (const watch of watches) watch.follow(unit);
    host.mapTouched(touched);
    return new PhbReplay(phb, items, memory, unit, windows, host, watchers, rehearsal);
  }

  /** Replays the items in the cells `from..to`. */
  replay(from: number, to: number): void {
    this.goThrough(this.unit.replay, from, to);
  }

  /** Takes the caches through the items in the cells `from..to`; nothing is counted that is not cleared later. */
  skim(from: number, to: number): void {
    this.goThrough(this.unit.skim, from, to);
  }

  /** Requests go to the unit, other items to its software, until a stop cuts its set-up short. */
  private goThrough(requests: TceUnit['replay'], from: number, to: number): void {
    if (this.host.isCutShort) return;
    let at = requests(from, to);
    while (at < to) {
      this.host.execute(this.items, at);
      if (this.host.isCutShort) return;
      at = requests(at + 2 * QUAD, to);
    }
  }

  /** Everything that was counted, as plain data. */
  outcome() {
    this.finish();
    return {
      phb: this.phb,
      ...this.books(),
      ...this.software(),
      nextUses: this.rehearsal?.outlook(),
      timeline: this.watchers.timeline?.records(),
      killSteps: this.watchers.log?.killSteps(this.phb),
    };
  }

  /** The trace is over. */
  finish(): void {
    this.unit.finish();
    this.watchers.log?.finish();
  }

  /** What became of the requests: sums, and what came first or last. */
  books() {
    const { accounts, translations } = this.unit;
    const { kills: _kills, killTimes: _killTimes, ...counts } = this.unit.counts();
    return {
      ...counts,
      walkReads: counts.walkReads.slice(),
      walkCacheHits: counts.walkCacheHits.slice(),
      firstFaults: [...counts.firstFaults],
      accounts: accounts.sums(),
      agreed: translations.agreed,
      differed: translations.differed,
      notCompared: translations.notCompared,
    };
  }

  /** The books are told: they begin anew. Not for traces in which software intervenes. */
  clearBooks(): void {
    this.unit.clearCounts();
  }

  /** What the machine's software did. */
  software() {
    const { kills, killTimes } = this.unit.counts();
    return {
      kills,
      killTimes,
      windows: this.windows.all,
      calls: this.host.log.list(),
      containers: this.host.reports(),
      freeBefore: this.host.freeBefore,
      freeAfter: this.host.allocator.freeBlocks,
      basePageShift: this.host.allocator.pageShift,
      stores: this.host.stores,
      touchedBytes: this.memory.touchedBytes,
    };
  }

  /** What decides about all that is to come, if that is nothing but DMA. */
  state() {
    return { ...this.unit.state(), processes: this.host.processes() };
  }
}

/** Who writes requests down wants to know what they read. */
function watchersOf(
  { phb, sink, timeline }: PhbMemory,
  { config, seed }: Machine,
  memory: PhysicalMemory,
): Watchers {
  if (sink === undefined && timeline === undefined) return {};
  const reads = new NotedReads(config.memory, config.unit.clockMHz, memory);
  const { responseCycles } = config.tceCache;
  const logged = { phb, seed, fixed: fixedCyclesOf(config), responseCycles, reads };
  return {
    reads,
    ...(sink && { log: new RequestRecorder(logged, sink) }),
    ...(timeline && { timeline: new TimelineRecorder(phb, seed, config, timeline, reads) }),
  };
}
