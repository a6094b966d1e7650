/** One PHB with its software on one memory, replaying the items that come for it. */
import { PhysicalMemory, type SharedMemory } from '../../models/memory/physical.ts';
import { QUAD } from '../unit/items.ts';
import { createTceUnit } from '../unit/tce-unit.ts';
import { Host } from './host.ts';
import type { Machine } from './machine.ts';
import { Windows } from './windows.ts';

/** Where firmware puts the RTT: above all memory that tables or captures use. */
const RTT_BASE = 0x00ff_ffff_0000_0000n;

export type PhbOutcome = ReturnType<PhbReplay['outcome']>;

export class PhbReplay {
  private readonly unit;
  private readonly host: Host;
  private readonly windows: Windows;
  private readonly memory: PhysicalMemory;

  constructor(
    private readonly phb: number,
    machine: Machine,
    memory: SharedMemory,
    private readonly items: Int32Array,
  ) {
    const { config, ioda, pacing } = machine;
    this.memory = new PhysicalMemory(memory);
    const seed = `${machine.seed}/phb${phb}`;
    this.unit = createTceUnit({
      config,
      ioda,
      memory: this.memory,
      rttBase: RTT_BASE,
      pacing,
      items,
      seed,
    });
    this.windows = new Windows(this.unit, { ioda, ...config });
    this.host = new Host(machine, this.memory, RTT_BASE, this.unit, this.windows);
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
      freeBytes: this.host.allocator.freeBytes,
      largestFreeOrder: this.host.allocator.largestFreeOrder,
    };
  }
}
