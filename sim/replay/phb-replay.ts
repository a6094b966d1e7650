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
import type { LogPartTask } from './request-log-part.ts';
import { RequestRecorder } from './request-log-recorder.ts';
import { Windows } from './windows.ts';

/** Where firmware puts the RTT: above all memory that tables or captures use. */
const RTT_BASE = 0x00ff_ffff_0000_0000n;

/** The memory that a PHB's tables live in, and its part of the request log if there is one. */
export interface PhbMemory {
  readonly phb: number;
  readonly memory: SharedMemory;
  /** The windows whose tables stand in the memory already. */
  readonly start?: StartState;
  readonly log?: LogPartTask;
  /** For Belady's replacement, what a rehearsal found out; absent: this is the rehearsal. */
  readonly nextUses?: Int32Array;
}

export type PhbOutcome = ReturnType<PhbReplay['outcome']>;

export class PhbReplay {
  private constructor(
    private readonly phb: number,
    private readonly items: Int32Array,
    private readonly memory: PhysicalMemory,
    private readonly unit: TceUnit,
    private readonly windows: Windows,
    private readonly host: Host,
    private readonly recorder: RequestRecorder | undefined,
    private readonly rehearsal: Rehearsal | undefined,
  ) {}

  /** A PHB whose tables live in `memory`, and whose items come in `items`; long work looks at `isStopped`. */
  static async create(
    { phb, memory: shared, start, log, nextUses }: PhbMemory,
    machine: Machine,
    items: Int32Array,
    isStopped: () => boolean,
  ): Promise<PhbReplay> {
    const { config, ioda, pacing } = machine;
    const memory = new PhysicalMemory(shared);
    const seed = `${machine.seed}/phb${phb}`;
    const rttBase = RTT_BASE;
    const recorder = log && new RequestRecorder(phb, machine.seed, fixedCyclesOf(config), log);
    const accounts = recorder ?? new Accounts();
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
      ...(foresight && { foresight }),
    });
    const windows = new Windows(unit, { ioda, ...config });
    const host = new Host(machine, memory, rttBase, unit, windows, isStopped, start);
    recorder?.follow(unit);
    return new PhbReplay(phb, items, memory, unit, windows, host, recorder, rehearsal);
  }

  /** Replays the items in the cells `from..to`. */
  replay(from: number, to: number): void {
    let at = this.unit.replay(from, to);
    while (at < to) {
      this.host.execute(this.items, at);
      at = this.unit.replay(at + 2 * QUAD, to);
    }
  }

  /** Everything that was counted, as plain data. */
  outcome() {
    this.unit.finish();
    this.recorder?.finish();
    const { accounts, translations } = this.unit;
    return {
      phb: this.phb,
      ...this.unit.counts(),
      accounts: accounts.sums(),
      windows: this.windows.all,
      agreed: translations.agreed,
      differed: translations.differed,
      notCompared: translations.notCompared,
      calls: this.host.log.list(),
      containers: this.host.reports(),
      stores: this.host.stores,
      touchedBytes: this.memory.touchedBytes,
      nextUses: this.rehearsal?.outlook(),
    };
  }
}
