/**
 * One TCE table of a hypervisor, named by its logical IO bus number (LIOBN): a single level over a
 * window of the partition's bus. It stands in simulated memory like the tables of bare machines, so
 * that a DMA is walked through it by the same rules (models/walk.ts).
 */
import { log2Exact } from '../bits.ts';
import type { BlockAllocator } from '../memory/buddy.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import type { TableGeometry } from '../table/geometry.ts';
import { isLevelFailure, TceTable } from '../table/tce-table.ts';
import { encodeTranslated } from '../tve.ts';
import { TABLE_PAGE_SHIFT, type TableMemory } from './table-memory.ts';

const TCE_SHIFT = 3;

/** A window of a partition's bus and the pages that its TCEs translate. */
export interface LiobnWindow {
  readonly liobn: number;
  /** Bus address of the first TCE. */
  readonly start: bigint;
  /** Log2 of the IO page. */
  readonly pageShift: number;
  /** A power of two, at least one page. */
  readonly bytes: bigint;
}

export class LiobnTable {
  readonly window: LiobnWindow;
  /** TCEs of the window. */
  readonly entries: number;
  /** The TCEs themselves, numbered from the window's start. */
  readonly tces: TceTable;

  private readonly memory: PhysicalMemory;

  private constructor(window: LiobnWindow, tces: TceTable, memory: PhysicalMemory) {
    this.window = window;
    this.memory = memory;
    this.entries = Number(window.bytes >> BigInt(window.pageShift));
    this.tces = tces;
  }

  /** A table of zeros, or undefined if the hypervisor has no room for it. */
  static create(
    window: LiobnWindow,
    home: { memory: PhysicalMemory; tables: TableMemory },
  ): LiobnTable | undefined {
    const geometry = oneLevelGeometry(window.pageShift, window.bytes);
    const tces = TceTable.create(geometry, {
      memory: home.memory,
      allocator: home.tables,
      gfp: 'kernel',
      growth: 'whole',
      mirror: 'none',
    });
    return isLevelFailure(tces) ? undefined : new LiobnTable(window, tces, home.memory);
  }

  /** The table as a translation validation entry would name it. */
  get tve(): bigint {
    const { levelShift, pageShift } = this.tces.geometry;
    return encodeTranslated({ root: this.tces.root, levels: 1, tableShift: levelShift, pageShift });
  }

  /** Number of the TCE of a bus address; -1 outside the window. */
  entryOf(busAddress: bigint): number {
    const { start, pageShift, bytes } = this.window;
    const offset = busAddress - start;
    return offset >= 0n && offset < bytes ? Number(offset >> BigInt(pageShift)) : -1;
  }

  /**
   * The same TCEs as the partition's kernel sees them, emptied: for a window of `bytes`, which may be
   * less than the hypervisor's. It owns no memory; whoever closes this table closes its views, too.
   */
  view(bytes: bigint): TceTable {
    const blockBytes = BigInt(this.tces.geometry.levelBytes);
    const geometry = oneLevelGeometry(this.window.pageShift, bytes, blockBytes);
    const view = TceTable.create(geometry, {
      memory: this.memory,
      allocator: new GivenBlock(this.tces.root),
      gfp: 'kernel',
      growth: 'whole',
      mirror: 'none',
    });
    return view as TceTable;
  }

  /** Gives the memory back. */
  free(): void {
    this.tces.free();
  }
}

/** Memory that somebody else owns: the one block that there is. */
class GivenBlock implements BlockAllocator {
  readonly lastFailure = undefined;

  constructor(private readonly address: bigint) {}

  allocate(): bigint {
    return this.address;
  }

  free(): void {}
}

/**
 * The geometry of a hypervisor's table for a window of a power of two: exactly as many TCEs as the
 * window has pages, in one block of at least 4 KiB. `blockBytes` is for a window that is less than the
 * table that serves it.
 */
function oneLevelGeometry(pageShift: number, windowBytes: bigint, blockBytes = 0n): TableGeometry {
  const tceCount = windowBytes >> BigInt(pageShift);
  const tableShift = log2Exact(tceCount) + TCE_SHIFT;
  const blockShift = blockBytes === 0n ? 0 : log2Exact(blockBytes);
  const levelShift = Math.max(tableShift, blockShift, TABLE_PAGE_SHIFT);
  const indexBits = levelShift - TCE_SHIFT;
  return {
    pageShift,
    levels: 1,
    levelShift,
    levelBytes: 2 ** levelShift,
    order: levelShift - TABLE_PAGE_SHIFT,
    indexBits,
    entriesPerLevel: 2 ** indexBits,
    tceCount: Number(tceCount),
    effectiveWindowBytes: windowBytes,
    reachBits: indexBits + pageShift,
    nodesPerLevel: [1],
    createdBytes: 1n << BigInt(levelShift),
    fullTreeBytes: 1n << BigInt(levelShift),
    lockedBytes: 0n,
  };
}
