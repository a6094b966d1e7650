/** How long reads of table memory take, with notes of those of the request at hand, for who writes requests down. */
import { bigEndian, type PhysicalMemory } from '../../models/memory/physical.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { IODA3_TVT_LEVELS_MAX } from '../../models/tve.ts';
import { MemoryTiming } from '../unit/walk/memory-timing.ts';

/** A walk reads each level once. */
export const READS_MAX = IODA3_TVT_LEVELS_MAX;

export class NotedReads extends MemoryTiming {
  /** Reads of the request at hand, from the highest level that was read down. */
  count = 0;
  /** Real address of each, and its cycles without the response. */
  readonly addressHigh = new Int32Array(READS_MAX);
  readonly addressLow = new Int32Array(READS_MAX);
  readonly cycles = new Int32Array(READS_MAX);

  constructor(
    config: UnitConfig['memory'],
    clockMHz: number,
    private readonly memory: PhysicalMemory,
  ) {
    super(config, clockMHz);
  }

  /** Another request is at hand. */
  begin(): void {
    this.count = 0;
  }

  override read(upper: number, lower: number): number {
    const cycles = super.read(upper, lower);
    const at = this.count;
    this.addressHigh[at] = upper;
    this.addressLow[at] = lower;
    this.cycles[at] = cycles;
    this.count = at + 1;
    return cycles;
  }

  /** Puts the word that a read found into a pair of cells. */
  wordInto(read: number, cells: Uint32Array, at: number): void {
    const cell = this.memory.find(this.addressHigh[read], this.addressLow[read]);
    cells[at] = bigEndian(this.memory.cells[cell + 1]);
    cells[at + 1] = bigEndian(this.memory.cells[cell]);
  }
}
