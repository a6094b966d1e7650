/** How long reads of table memory take, with a note of those that the walk at hand makes. */
import { joinHalves } from '../../../models/bits.ts';
import { MemoryTiming } from '../../unit/walk/memory-timing.ts';

/** A read, and its cycles without the response. */
export interface NotedRead {
  readonly address: bigint;
  readonly cycles: number;
}

export class NotedReads extends MemoryTiming {
  private notes: NotedRead[] = [];

  override read(upper: number, lower: number): number {
    const cycles = super.read(upper, lower);
    this.notes.push({ address: joinHalves(upper, lower), cycles });
    return cycles;
  }

  /** The reads since it was asked last. */
  take(): NotedRead[] {
    const { notes } = this;
    this.notes = [];
    return notes;
  }
}
