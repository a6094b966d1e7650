/**
 * How long a read of table memory takes. A line that the host's caches hold (because the unit read
 * it, or software wrote it, not long ago) comes faster than one from DRAM. The caches are one
 * direct-mapped directory of 128-byte lines: assumed, the simplest rule whose answer depends on
 * addresses and order only.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { cyclesOf } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';

const LINE_SHIFT = 7;
const NO_LINE = -1;
/** 2^32 over the golden ratio: spreads neighbouring lines evenly (Knuth's multiplicative hash). */
const GOLDEN = 0x9e3779b1;

export class MemoryTiming {
  /** Reads that the host's caches answered, and that memory answered. */
  cachedReads = 0;
  uncachedReads = 0;
  private readonly readCycles: number;
  private readonly cachedReadCycles: number;
  private readonly retryCycles: number;
  /** Lines whose hash is below it are remote. */
  private readonly remoteBelow: number;
  private readonly mask: number;
  private readonly lineLow: Int32Array;
  private readonly lineHigh: Int32Array;

  constructor(config: UnitConfig['memory'], clockMHz: number) {
    const lines = config.cachedLines;
    this.readCycles = cyclesOf(config.readNs, clockMHz);
    this.cachedReadCycles = cyclesOf(config.cachedReadNs, clockMHz);
    this.retryCycles = cyclesOf(config.retryNs, clockMHz);
    this.remoteBelow = Math.floor((config.remoteShare * 2 ** 32) / 100);
    this.mask = lines - 1;
    this.lineLow = new Int32Array(Math.max(32, lines));
    this.lineHigh = new Int32Array(Math.max(32, lines)).fill(NO_LINE);
  }

  /** Cycles that a read of the line at a real address takes; the line is cached from now on. */
  read(upper: number, lower: number): number {
    if (!this.touch(upper, lower)) return this.readUncached(upper, lower);
    this.cachedReads += 1;
    return this.cachedReadCycles + this.retryOf(upper, lower);
  }

  /** Cycles that a read past the host's caches takes. */
  readUncached(upper: number, lower: number): number {
    this.uncachedReads += 1;
    return this.readCycles + this.retryOf(upper, lower);
  }

  /** Software writes the line at a real address, or the unit reads it; tells whether it was cached. */
  touch(upper: number, lower: number): boolean {
    if (this.mask < 0) return false;
    const low = (upper << (32 - LINE_SHIFT)) | (lower >>> LINE_SHIFT);
    const high = upper >>> LINE_SHIFT;
    const at = low & this.mask;
    if (this.lineLow[at] === low && this.lineHigh[at] === high) return true;
    this.lineLow[at] = low;
    this.lineHigh[at] = high;
    return false;
  }

  /** Which line stands in each place of the host's caches. */
  writeState(state: StateWriter): void {
    state.numbers(this.lineHigh, this.mask + 1);
    state.numbers(this.lineLow, this.mask + 1);
  }

  /** What the retry of a remote line's read takes: which lines are remote is a matter of their number. */
  private retryOf(upper: number, lower: number): number {
    if (this.remoteBelow === 0) return 0;
    const low = (upper << (32 - LINE_SHIFT)) | (lower >>> LINE_SHIFT);
    const hash = Math.imul(low ^ (upper >>> LINE_SHIFT), GOLDEN) >>> 0;
    return hash < this.remoteBelow ? this.retryCycles : 0;
  }
}
