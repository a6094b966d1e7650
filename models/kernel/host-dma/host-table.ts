/**
 * A DMA window that the host itself uses: its TCE table, the pools of its bus addresses and the kills for
 * what changes in it (struct iommu_table on powernv: pnv_ioda2_tce_build and pnv_ioda2_tce_free,
 * arch/powerpc/platforms/powernv/pci-ioda.c). Left out: pnv_tce_free's habit of passing over live entries
 * when a range begins in a leaf that does not exist, which no mapped range does.
 */
import type { BlockAllocator } from '../../memory/buddy.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import { isLevelFailure, TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE } from '../../tce.ts';
import type { Era } from '../era.ts';
import type { TableGroup } from '../group/table-group.ts';
import { hostDmaFacts } from './host-facts.ts';
import type { HostWindow } from './host-window.ts';
import { IovaPools } from './iova-pools.ts';

/** What a device will do with a buffer: read it, write it, or both (enum dma_data_direction). */
export type DmaDirection = 'toDevice' | 'fromDevice' | 'bidirectional';

/** powernv lets a device that may write read as well. */
const PERMISSIONS: Readonly<Record<DmaDirection, number>> = {
  toDevice: TCE_PCI_READ,
  fromDevice: TCE_PCI_READ_WRITE,
  bidirectional: TCE_PCI_READ_WRITE,
};

/** What mapping cost since the table was made. */
export interface TableCosts {
  /** TCEs written to map a page. */
  stores: number;
  /** TCEs zeroed. */
  clears: number;
  /** Kills asked of the PHB, one for each run of entries that was written or zeroed. */
  kills: number;
  /** IO pages that the kills named: register writes on a PHB3. */
  killedPages: number;
}

/** Where a host's table comes from, and who hears its kills. */
export interface HostTableHome {
  readonly era: Era;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
  readonly group: Pick<TableGroup, 'kill'>;
}

export class HostTable {
  readonly table: TceTable;
  readonly pools: IovaPools;
  readonly costs: TableCosts = { stores: 0, clears: 0, kills: 0, killedPages: 0 };
  private readonly group: Pick<TableGroup, 'kill'>;

  /** A table with its pools; `create` makes one for the default window. */
  constructor(table: TceTable, pools: IovaPools, group: Pick<TableGroup, 'kill'>) {
    this.table = table;
    this.pools = pools;
    this.group = group;
  }

  /** The table of a default window; or the level that found no block: "Failed to create 32-bit TCE table". */
  static create(window: HostWindow, home: HostTableHome): HostTable | LevelFailure {
    const { geometry, reserved } = window;
    const { growth, gfp } = home.era.tables;
    const { memory, allocator } = home;
    const table = TceTable.create(geometry, { memory, allocator, gfp, growth, mirror: 'none' });
    if (isLevelFailure(table)) return table;
    const pools = new IovaPools({
      pageShift: geometry.pageShift,
      entries: geometry.tceCount,
      offset: 0,
      largePoolIsLastResort: hostDmaFacts(home.era).largePoolIsLastResort,
      ...(reserved && { reserved }),
    });
    return new HostTable(table, pools, home.group);
  }

  get pageShift(): number {
    return this.pools.space.pageShift;
  }

  /** Bus address of an entry. */
  busAddressOf(entry: number): bigint {
    return (BigInt(this.pools.space.offset) + BigInt(entry)) << BigInt(this.pageShift);
  }

  /** Maps a run of entries to memory; the level that found no block, and the kernel is gone then. */
  set(
    entry: number,
    pages: number,
    realPage: bigint,
    direction: DmaDirection,
  ): LevelFailure | undefined {
    const tce = realPage | BigInt(PERMISSIONS[direction]);
    const written = this.table.setRun(entry, pages, tce, 2 ** this.pageShift);
    this.costs.stores += written.done;
    if (written.failure !== undefined) return written.failure;
    this.kill(entry, pages);
    return undefined;
  }

  /**
   * __iommu_free: zeroes the entries from a bus address on and gives them back. False, and no change, if
   * they are not all of this table: "iommu_free: invalid entry". Nobody checks that they were mapped.
   */
  release(busAddress: bigint, pages: number): boolean {
    const { offset, entries } = this.pools.space;
    const entry = Number((busAddress >> BigInt(this.pageShift)) - BigInt(offset));
    if (entry < 0 || entry + pages > entries) return false;
    this.table.clear(entry, pages);
    this.costs.clears += pages;
    this.kill(entry, pages);
    return this.pools.free(entry, pages);
  }

  /** Gives the table's memory back; true if a driver still had something mapped: "Unexpected TCEs". */
  destroy(): boolean {
    this.table.free();
    return this.pools.isInUse;
  }

  private kill(entry: number, pages: number): void {
    this.costs.kills += 1;
    this.costs.killedPages += pages;
    this.group.kill(this.pageShift, this.busAddressOf(entry), pages);
  }
}

/** Whether the answer of `HostTable.create` is a failure. */
export function isHostTableFailure(answer: HostTable | LevelFailure): answer is LevelFailure {
  return 'largestFreeOrder' in answer;
}
