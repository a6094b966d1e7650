/**
 * The walk of a missed TCE: dependent 8-byte reads of the real table in simulated memory, one a
 * level, top first. What the table says at that moment is what happens.
 */

import { bigEndian, type PhysicalMemory } from '../../../models/memory/physical.ts';
import { TCE_PCI_READ_WRITE } from '../../../models/tce.ts';
import { IODA3_TVT_LEVELS_MAX } from '../../../models/tve.ts';
import { windowHigh } from '../lookup/bus-address.ts';
import type { Tvt } from '../lookup/tvt.ts';
import { offsetHigh, offsetLow, shiftedHigh, shiftedLow } from './entry-address.ts';
import type { MemoryTiming } from './memory-timing.ts';
import type { WalkCache } from './walk-cache.ts';

const LINE_BYTES = 128;
/** Bits of the lower half of an indirect TCE that belong to the next table's address. */
export const TABLE_MASK = ~0xfff;

export class Walker {
  /** The leaf TCE of the last walk, in halves; 0 when the walk ended at an indirect TCE. */
  tceLow = 0;
  tceHigh = 0;
  /** Real address of the line that the last walk's leaf read brought, in halves. */
  lineLow = 0;
  lineHigh = 0;
  /** Whether the last walk came to a leaf. */
  isComplete = false;
  /** Cycles of the last walk: its reads and their responses. */
  cycles = 0;
  /** Reads by level, the leaf being 0. */
  readonly reads = new Float64Array(IODA3_TVT_LEVELS_MAX);
  /** Walks so far. */
  walks = 0;
  private tableLow = 0;
  private tableHigh = 0;

  constructor(
    private readonly tvt: Tvt,
    private readonly memory: PhysicalMemory,
    private readonly timing: MemoryTiming,
    private readonly cache: WalkCache,
    private readonly responseCycles: number,
  ) {}

  /** Walks the tables of a translated TVE for a bus address inside its window. */
  walk(tve: number, upper: number, lower: number): void {
    const high = windowHigh(upper);
    this.walks += 1;
    this.cycles = 0;
    for (let level = this.firstLevel(tve, high, lower); level >= 0; level -= 1) {
      this.readEntry(tve, level, high, lower);
      this.isComplete = level === 0;
      if ((this.tceLow & TCE_PCI_READ_WRITE) === 0) {
        this.tceLow = 0;
        this.tceHigh = 0;
        return;
      }
      if (level > 0) this.descend(tve, level, high, lower);
    }
  }

  /** Sets the table to start from: the root, or the deepest one that the walk cache knows. */
  private firstLevel(tve: number, high: number, lower: number): number {
    const top = this.tvt.levels[tve] - 1;
    this.tableLow = this.tvt.rootLow[tve];
    this.tableHigh = this.tvt.rootHigh[tve];
    if (!this.cache.isOn) return top;
    for (let level = 1; level <= top; level += 1) {
      const shift = this.tvt.shiftOf(tve, level);
      if (this.cache.find(level, tve, shiftedHigh(high, shift), shiftedLow(high, lower, shift))) {
        this.tableLow = this.cache.tableLow;
        this.tableHigh = this.cache.tableHigh;
        return level - 1;
      }
    }
    return top;
  }

  /** Reads the entry of one level's table and takes its time. */
  private readEntry(tve: number, level: number, high: number, lower: number): void {
    const bits = this.tvt.indexBits[tve];
    const shift = this.tvt.shiftOf(tve, level);
    const entryLow = this.tableLow | offsetLow(bits, shift, high, lower);
    const entryHigh = this.tableHigh | offsetHigh(bits, shift, high);
    this.lineLow = entryLow & -LINE_BYTES;
    this.lineHigh = entryHigh;
    const at = this.memory.find(entryHigh, entryLow);
    this.tceHigh = bigEndian(this.memory.cells[at]);
    this.tceLow = bigEndian(this.memory.cells[at + 1]);
    this.cycles += this.timing.read(entryHigh, entryLow) + this.responseCycles;
    this.reads[level] += 1;
  }

  /** Follows the indirect TCE that was just read. */
  private descend(tve: number, level: number, high: number, lower: number): void {
    this.tableLow = this.tceLow & TABLE_MASK;
    this.tableHigh = this.tceHigh;
    if (!this.cache.isOn) return;
    const shift = this.tvt.shiftOf(tve, level);
    const prefixHigh = shiftedHigh(high, shift);
    const prefixLow = shiftedLow(high, lower, shift);
    this.cache.place(level, tve, prefixHigh, prefixLow, this.tableHigh, this.tableLow);
  }
}
