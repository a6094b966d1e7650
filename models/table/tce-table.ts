/**
 * A TCE table of 1 to 5 levels in simulated memory, as Linux powernv keeps it for a VFIO window
 * (pci-ioda-tce.c, 5.17): the tree that the PHB walks, and beside it a mirror tree of the same shape
 * for userspace addresses, of which only the memory it takes is modelled. A leaf comes into being in
 * the mirror first, then in the hardware's tree. Until 4.18 the whole tree was made at creation, and
 * there was no mirror tree. Entry numbers are counted from the window's start.
 */
import { joinHalves, lowerHalf, upperHalf } from '../bits.ts';
import { bigEndian, type PhysicalMemory } from '../memory/physical.ts';
import { clearCells, type EntryObserver, entriesUpToBoundary } from './entry-cells.ts';
import type { TableGeometry } from './geometry.ts';
import { ABSENT, type LevelFailure, LevelTree, type TreeHome } from './level-tree.ts';
import { RunWriter, type WritableTable } from './run-writer.ts';

const HALF = 2 ** 32;

/** Where a table lives, and how it comes into being. */
export interface TableHome extends TreeHome {
  /** All levels at creation, or the root, and the rest with the first entry that needs it. */
  readonly growth: 'whole' | 'onDemand';
  /** A second tree of the same shape for userspace addresses, which VFIO's windows have since 4.19. */
  readonly mirror: 'tree' | 'none';
}

/** How far a run of entries came, and what stopped it. */
export interface RunResult {
  readonly done: number;
  readonly failure?: LevelFailure;
}

export class TceTable implements WritableTable {
  readonly geometry: TableGeometry;
  readonly memory: PhysicalMemory;
  private entriesHeld: number;
  private holders = 1;
  private readonly hardware: LevelTree;
  private readonly mirror: LevelTree | undefined;

  private constructor(geometry: TableGeometry, home: TableHome) {
    this.geometry = geometry;
    const { tceCount, indexBits, levels } = geometry;
    this.entriesHeld = home.growth === 'whole' ? tceCount : 2 ** (indexBits * levels);
    this.memory = home.memory;
    this.hardware = new LevelTree('hardware', geometry, home);
    this.mirror = home.mirror === 'tree' ? new LevelTree('mirror', geometry, home) : undefined;
  }

  /** A table with all entries zero; or the level that found no block, and nothing is kept. */
  static create(geometry: TableGeometry, home: TableHome): TceTable | LevelFailure {
    const table = new TceTable(geometry, home);
    const failure =
      table.hardware.growRoot() ??
      table.mirror?.growRoot() ??
      (home.growth === 'whole' ? table.hardware.growLeaves(geometry.tceCount) : undefined);
    if (failure === undefined) return table;
    table.free();
    return failure;
  }

  /** A table that stands in memory already, from whomever; it must not be freed. */
  static adopt(geometry: TableGeometry, home: TableHome, root: bigint): TceTable {
    const table = new TceTable(geometry, home);
    table.hardware.adopt(root);
    return table;
  }

  /** Entries that exist or can still be made, at least those of the window; none once it is closed. */
  get reachEntries(): number {
    return this.entriesHeld;
  }

  /** Real address of the root of the hardware's tree. */
  get root(): bigint {
    return BigInt(this.hardware.root);
  }

  /** Blocks of the hardware's tree, each of the geometry's order. */
  get hardwareBlocks(): number {
    return this.hardware.blocks;
  }

  /** Real address of the root of the mirror tree; undefined where there is none. */
  get mirrorRoot(): bigint | undefined {
    return this.mirror && BigInt(this.mirror.root);
  }

  /** Blocks of the mirror tree. */
  get mirrorBlocks(): number {
    return this.mirror?.blocks ?? 0;
  }

  /** The entry, zero if its leaf does not exist. */
  get(index: number): bigint {
    const leaf = this.hardware.leafOf(this.checked(index, 1));
    if (leaf === ABSENT) return 0n;
    const address = leaf + this.offsetInLeaf(index);
    const at = this.memory.find(Math.floor(address / HALF), address >>> 0);
    const { cells } = this.memory;
    return joinHalves(bigEndian(cells[at]), bigEndian(cells[at + 1]));
  }

  /** Writes one entry; the failure if a level for it found no block. */
  set(index: number, tce: bigint, replaced?: EntryObserver): LevelFailure | undefined {
    return this.setRun(index, 1, tce, 0, replaced).failure;
  }

  /**
   * Writes `count` entries from `index` on: `tce`, `tce + step`, and so on (`step` in bytes). Stops
   * where a level finds no block; what was written before stays.
   */
  setRun(
    index: number,
    count: number,
    tce: bigint,
    step: number,
    replaced?: EntryObserver,
  ): RunResult {
    const writer = this.writer(step, replaced);
    const done = writer.write(index, count, upperHalf(tce), lowerHalf(tce));
    return writer.failure === undefined ? { done } : { done, failure: writer.failure };
  }

  /** For many runs in rising order, as `setRun` writes them one by one. */
  writer(step: number, replaced?: EntryObserver): RunWriter {
    return new RunWriter(this, step, replaced);
  }

  /** Zeroes `count` entries from `index` on and steps over leaves that do not exist. */
  clear(index: number, count: number, dropped?: EntryObserver): void {
    const end = this.checked(index, count) + count;
    let next = this.hardware.firstPresent(index, end);
    while (next < end) {
      const address = this.hardware.leafOf(next) + this.offsetInLeaf(next);
      const run = Math.min(end - next, entriesUpToBoundary(address));
      const at = this.memory.find(Math.floor(address / HALF), address >>> 0);
      clearCells(this.memory.cells, at, run, dropped);
      next = this.hardware.firstPresent(next + run, end);
    }
  }

  /** Allocates the mirror's levels for an entry: what a mapping does before it looks at the page. */
  growMirror(index: number): LevelFailure | undefined {
    const grown = this.mirror?.growLeaf(this.checked(index, 1));
    return typeof grown === 'object' ? grown : undefined;
  }

  /** Somebody else needs the table, too (iommu_tce_table_get): it stays until each of them frees it. */
  hold(): void {
    this.holders += 1;
  }

  /** The last holder gives all blocks back, the hardware's tree first. */
  free(): void {
    this.holders -= 1;
    if (this.holders > 0) return;
    this.hardware.free();
    this.mirror?.free();
  }

  /** What the table stood for is gone: it has no entries any more. */
  close(): void {
    this.entriesHeld = 0;
  }

  /** Real address of the leaf of an entry; what is missing on the way is made, in the mirror first. */
  growLeaf(index: number): number | LevelFailure {
    const leaf = this.hardware.leafOf(index);
    if (leaf !== ABSENT) return leaf;
    return this.growMirror(index) ?? this.hardware.growLeaf(index);
  }

  private offsetInLeaf(index: number): number {
    return (index & (this.geometry.entriesPerLevel - 1)) * 8;
  }

  /** Asserts that the entries exist for the hardware; returns `index`. */
  checked(index: number, count: number): number {
    if (index < 0 || count < 0 || index + count > this.reachEntries) {
      throw new RangeError(
        `TCE table: entries ${index} to ${index + count - 1} of ${this.reachEntries}`,
      );
    }
    return index;
  }
}

/** Whether the answer of `TceTable.create` is a failure. */
export function isLevelFailure(answer: TceTable | LevelFailure): answer is LevelFailure {
  return 'largestFreeOrder' in answer;
}
