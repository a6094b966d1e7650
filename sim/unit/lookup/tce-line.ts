/** The 16 TCEs of a 128-byte line, on their way from memory or the line buffer into a cache. */
import { bigEndian, type PhysicalMemory } from '../../../models/memory/physical.ts';

/** log2 of the TCEs of a line. */
export const LINE_TCE_BITS = 4;
export const TCES_OF_LINE = 1 << LINE_TCE_BITS;

export class TceLine {
  /** The TCEs, in halves; more cells than needed keep the arrays outside of V8's heap. */
  readonly low = new Int32Array(2 * TCES_OF_LINE);
  readonly high = new Int32Array(2 * TCES_OF_LINE);

  /** Reads the line at a real address, in halves. */
  read(memory: PhysicalMemory, upper: number, lower: number): void {
    const at = memory.find(upper, lower);
    for (let slot = 0; slot < TCES_OF_LINE; slot += 1) {
      this.high[slot] = bigEndian(memory.cells[at + 2 * slot]);
      this.low[slot] = bigEndian(memory.cells[at + 2 * slot + 1]);
    }
  }

  /** No line at all: TCEs without permission. */
  clear(): void {
    this.low.fill(0);
    this.high.fill(0);
  }
}
