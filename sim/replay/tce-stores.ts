/**
 * Where software's TCE stores go: the lines that a core has just written stand in its cache, so that the
 * unit's next read of them is a fast one. The stores before a kill are the TCEs of the pages that it
 * names; they are found as the unit would find them, by a walk.
 */
import { type TveSelect, tveIndex } from '../../models/address.ts';
import { lowerHalf, upperHalf } from '../../models/bits.ts';
import type { PageRun } from '../../models/firmware/opal.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { decodeTve, type Ioda } from '../../models/tve.ts';
import { TCE_LINE_BYTES, walk } from '../../models/walk.ts';
import type { MemoryTiming } from '../unit/walk/memory-timing.ts';

const TCES_PER_LINE = TCE_LINE_BYTES / 8n;

export class TceStores {
  /** TVEs as they stand, by index. */
  private readonly tves = new Map<number, bigint>();

  constructor(
    private readonly memory: PhysicalMemory,
    private readonly timing: MemoryTiming,
    private readonly ioda: Ioda,
    private readonly select: TveSelect,
  ) {}

  /** A TVE was written. */
  setTve(index: number, word: bigint): void {
    this.tves.set(index, word);
  }

  /** The TVE at an index, 0 where nobody wrote one. */
  tveAt(index: number): bigint {
    return this.tves.get(index) ?? 0n;
  }

  /** One word was written by a plain store. */
  storeWord(address: bigint): void {
    this.timing.touch(upperHalf(address), lowerHalf(address));
  }

  /** The TCEs of a run of pages were written. */
  storeTces({ pe, pageShift, address, pages }: PageRun): void {
    const tve = decodeTve(this.tveAt(tveIndex(pe, address, this.select)), this.ioda);
    const lineReach = TCES_PER_LINE << BigInt(pageShift);
    const end = address + (BigInt(pages) << BigInt(pageShift));
    const first = address - (address % lineReach);
    for (let at = first; at < end; at += lineReach) {
      const { reads } = walk(tve, at, 'read', (word) => this.memory.read(word));
      const leaf = reads.at(-1);
      if (leaf?.level === 0) this.storeWord(leaf.address);
    }
  }
}
