/**
 * Posted writes of a PE complete in order (PCIe's producer-consumer rule); reads may pass them.
 */
import { clampPast } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';

export class PostedWrites {
  private readonly lastDone: Int32Array;

  constructor(peCount: number) {
    this.lastDone = new Int32Array(Math.max(32, peCount));
  }

  /** The cycle at which a write of a PE that is translated at `translated` completes. */
  complete(pe: number, translated: number): number {
    // max(translated, last) without a branch.
    const ahead = this.lastDone[pe] - translated;
    const done = translated + (ahead & ~(ahead >> 31));
    this.lastDone[pe] = done;
    return done;
  }

  writeState(state: StateWriter): void {
    for (const done of this.lastDone) state.time(done);
  }

  rebase(cycles: number): void {
    clampPast(this.lastDone, cycles);
  }
}
