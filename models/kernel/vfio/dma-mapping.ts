/**
 * Filling and emptying a window's table for MAP and UNMAP, after tce_iommu_build, tce_iommu_build_v2
 * and tce_iommu_clear (drivers/vfio/vfio_iommu_spapr_tce.c). Building never compares the end of the
 * range with the window: entries that the table can still hold are written, those behind its last
 * block would be stores into foreign kernel memory, and are counted instead.
 */
import type { LevelFailure } from '../../table/level-tree.ts';
import type { EntryObserver, TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE } from '../../tce.ts';
import { isUnmappable, type PageSource, type UnmappablePage } from './page-source.ts';
import type { PreregisteredMemory, Region } from './preregistered.ts';

/** Pages to map, the window's entry numbers. */
export interface PageMapping {
  readonly firstEntry: number;
  readonly pages: number;
  /** Userspace address of the first page. */
  readonly processAddress: bigint;
  /** What the device may do; being allowed to write implies being allowed to read. */
  readonly write: boolean;
}

/** How a mapping ended: pages that are mapped, or why none is. */
export interface MappingResult {
  /** Pages reached before the end or the problem. */
  readonly done: number;
  /** Of those, pages that no block of the table holds. */
  readonly beyondTable: number;
  readonly problem?: LevelFailure | UnmappablePage;
}

/** Keeps count of the TCEs that point into each region of a process. */
export class RegionUse implements EntryObserver {
  private readonly regions: PreregisteredMemory;
  private last: Region | undefined;
  private start = 0;
  private end = 0;

  constructor(regions: PreregisteredMemory) {
    this.regions = regions;
  }

  dropped(realPage: number): void {
    const isElsewhere = realPage < this.start || realPage >= this.end;
    if (isElsewhere || this.last?.users === 0) this.turnTo(BigInt(realPage));
    if (this.last !== undefined) this.last.mappedEntries -= 1;
  }

  /** Runs of entries mostly fall into one region: it is kept until its last user is gone. */
  private turnTo(realPage: bigint): void {
    const found = this.regions.byRealAddress(realPage);
    this.last = found?.region;
    this.start = Number(found?.from ?? 0n);
    this.end = Number(found?.to ?? 0n);
  }
}

/** Maps pages in ascending order. On a problem those of this call are cleared, not restored. */
export function mapPages(
  table: TceTable,
  mapping: PageMapping,
  source: PageSource,
  use: EntryObserver,
): MappingResult {
  const { pageShift } = table.geometry;
  const { firstEntry } = mapping;
  const permission = mapping.write ? TCE_PCI_READ_WRITE : TCE_PCI_READ;
  let done = 0;
  let beyondTable = 0;
  while (done < mapping.pages) {
    const entry = firstEntry + done;
    const address = mapping.processAddress + (BigInt(done) << BigInt(pageShift));
    const found = source.pagesAt(address, pageShift);
    if (isUnmappable(found)) {
      if (source.growsMirrorFirst && entry < table.reachEntries) table.growMirror(entry);
      clearPages(table, firstEntry, done, use);
      return { done, beyondTable, problem: found };
    }
    const run = Math.min(mapping.pages - done, Number(found.bytes >> BigInt(pageShift)));
    const held = Math.max(Math.min(run, table.reachEntries - entry), 0);
    const tce = found.realAddress | BigInt(permission);
    const from = Math.min(entry, table.reachEntries);
    const written = table.setRun(from, held, tce, 2 ** pageShift, use);
    if (found.region !== undefined) found.region.mappedEntries += written.done;
    if (written.failure !== undefined) {
      done += written.done;
      clearPages(table, firstEntry, done, use);
      return { done, beyondTable, problem: written.failure };
    }
    done += run;
    beyondTable += run - held;
  }
  return { done, beyondTable };
}

/** Clears pages, absent ones included; returns how many no block of the table holds. */
export function clearPages(
  table: TceTable,
  firstEntry: number,
  pages: number,
  use: EntryObserver,
): number {
  const held = Math.max(Math.min(pages, table.reachEntries - firstEntry), 0);
  table.clear(Math.min(firstEntry, table.reachEntries), held, use);
  return pages - held;
}
