/**
 * Writes runs of entries into the leaves of a table, which come into being with the first entry that needs
 * them. A writer remembers where the last entry stood, so that a run that begins nearby is written without a
 * walk down the levels: it is for a moment in which nobody else makes levels, frees them or moves them.
 */
import { bigEndian, type PhysicalMemory } from '../memory/physical.ts';
import { type EntryObserver, entriesUpToBoundary, reportDropped } from './entry-cells.ts';
import type { TableGeometry } from './geometry.ts';
import type { LevelFailure } from './level-tree.ts';

const HALF = 2 ** 32;

/** The table that is written. */
export interface WritableTable {
  readonly geometry: TableGeometry;
  readonly memory: PhysicalMemory;
  /** Blocks of the tree that is written. */
  readonly hardwareBlocks: number;
  /** Asserts that entries exist. */
  checked(index: number, count: number): number;
  /** Real address of the leaf of an entry, which is made if it is missing. */
  growLeaf(index: number): number | LevelFailure;
}

export class RunWriter {
  /** Why the last run ended early; undefined if it did not. */
  failure: LevelFailure | undefined;
  /** Entries that lie side by side around the last one: the first, the one behind them, the first's cell. */
  private first = 0;
  private end = 0;
  private at = 0;
  /** Entries of a leaf made here that nobody wrote yet: reading them for nothing takes as long as writing them. */
  private blankFrom = 0;
  private blankEnd = 0;
  private readonly stepUpper: number;
  private readonly stepLower: number;

  /** From one entry of a run to the next the word grows by `step`. */
  constructor(
    private readonly table: WritableTable,
    private readonly step: number,
    private readonly replaced: EntryObserver | undefined,
  ) {
    this.stepUpper = Math.floor(step / HALF);
    this.stepLower = step >>> 0;
  }

  /**
   * Writes `count` entries from `index` on, the first being a word in unsigned halves; returns how many were
   * written before a level found no block (`failure`).
   */
  write(index: number, count: number, upper: number, lower: number): number {
    this.table.checked(index, count);
    this.failure = undefined;
    for (let done = 0; done < count; ) {
      const next = index + done;
      const isNear = next >= this.first && next < this.end;
      if (!isNear && !this.turnTo(next)) return done;
      const run = Math.min(count - done, this.end - next);
      const ahead = done * this.step;
      const low = lower + (ahead >>> 0);
      const high = upper + Math.floor(ahead / HALF);
      const carry = low >= HALF ? 1 : 0;
      const cell = this.at + 2 * (next - this.first);
      if (!this.takeBlank(next, run)) this.reportDropped(cell, run);
      this.fill(cell, run, high + carry, low - carry * HALF);
      done += run;
    }
    return count;
  }

  /** Finds the place of an entry; false if its leaf could not be made. */
  private turnTo(index: number): boolean {
    const { geometry, memory } = this.table;
    const { hardwareBlocks } = this.table;
    const leaf = this.table.growLeaf(index);
    if (typeof leaf !== 'number') {
      this.failure = leaf;
      return false;
    }
    if (this.table.hardwareBlocks !== hardwareBlocks) {
      this.blankFrom = index;
      this.blankEnd = (Math.floor(index / geometry.entriesPerLevel) + 1) * geometry.entriesPerLevel;
    }
    const address = leaf + (index & (geometry.entriesPerLevel - 1)) * 8;
    this.first = index;
    this.end = index + entriesUpToBoundary(address);
    this.at = memory.claim(Math.floor(address / HALF), address >>> 0);
    return true;
  }

  /** Whether nobody wrote entries yet, which are written now. */
  private takeBlank(index: number, entries: number): boolean {
    if (index < this.blankFrom || index >= this.blankEnd) return false;
    this.blankFrom = index + entries;
    return true;
  }

  private reportDropped(from: number, entries: number): void {
    if (this.replaced === undefined) return;
    const { cells } = this.table.memory;
    for (let at = from; at < from + 2 * entries; at += 2) reportDropped(cells, at, this.replaced);
  }

  private fill(from: number, entries: number, upper: number, lower: number): void {
    const { cells } = this.table.memory;
    let high = upper;
    let low = lower;
    for (let at = from; at < from + 2 * entries; at += 2) {
      cells[at] = bigEndian(high);
      cells[at + 1] = bigEndian(low);
      low += this.stepLower;
      high += this.stepUpper;
      if (low >= HALF) {
        low -= HALF;
        high += 1;
      }
    }
  }
}
