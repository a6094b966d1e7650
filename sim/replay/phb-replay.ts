/** One PHB with its software on one memory, replaying the items that come for it. */
import { PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import { Accounts } from '../unit/accounts.ts';
import { QUAD } from '../unit/items.ts';
import type { TceUnit } from '../unit/tce-unit.ts';
import { createFreshUnit } from './fresh-unit.ts';
import { Host } from './host.ts';
import type { Machine } from './machine.ts';
import { Windows } from './windows.ts';

/** Where firmware puts the RTT: above all memory that tables or captures use. */
const RTT_BASE = 0x00ff_ffff_0000_0000n;

export type PhbOutcome = ReturnType<PhbReplay['outcome']>;

export class PhbReplay {
  private constructor(
    private readonly phb: number,
    private readonly items: Int32Array,
    private readonly memory: PhysicalMemory,
    private readonly unit: TceUnit,
    private readonly windows: Windows,
    private readonly host: Host,
  ) {}

  /** A PHB whose tables live in `shared`, and whose items come in `items`; long work looks at `isStopped`. */
  static async create(
    phb: number,
    machine: Machine,
    shared: SharedMemory,
    items: Int32Array,
    isStopped: () => boolean,
  ): Promise<PhbReplay> {
    const { config, ioda, pacing } = machine;
    const memory = new PhysicalMemory(shared);
    const seed = `${machine.seed}/phb${phb}`;
    const rttBase = RTT_BASE;
    const accounts = new Accounts();
    const unit = await createFreshUnit({
      config,
      ioda,
      memory,
      rttBase,
      pacing,
      items,
      accounts,
      seed,
    });
    const windows = new Windows(unit, { ioda, ...config });
    const host = new Host(machine, memory, rttBase, unit, windows, isStopped);
    return new PhbReplay(phb, items, memory, unit, windows, host);
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
    const { accounts, translations } = this.unit;
    return {
      phb: this.phb,
      ...this.unit.counts(),
      accounts: accounts.sums(),
      windows: this.windows.all,
      agreed: translations.agreed,
      differed: translations.differed,
      calls: this.host.log.list(),
      containers: this.host.reports(),
      stores: this.host.stores,
      touchedBytes: this.memory.touchedBytes,
    };
  }
}
