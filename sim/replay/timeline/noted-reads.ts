/** How long reads of table memory take, with notes of those that are to be shown. */
import { joinHalves } from '../../../models/bits.ts';
import { MemoryTiming } from '../../unit/walk/memory-timing.ts';

/** A read, and its cycles without the response. */
export interface NotedRead {
  readonly address: bigint;
  readonly cycles: number;
}

export class NotedReads extends MemoryTiming {
  /** The reads since the last `begin`. */
  notes: NotedRead[] = [];
  private isNoting = false;

  /** From now on reads are noted, or not. */
  begin(isNoting: boolean): void {
    this.isNoting = isNoting;
    if (isNoting) this.notes = [];
  }

  override read(upper: number, lower: number): number {
    const cycles = super.read(upper, lower);
    if (this.isNoting) this.notes.push({ address: joinHalves(upper, lower), cycles });
    return cycles;
  }
}
