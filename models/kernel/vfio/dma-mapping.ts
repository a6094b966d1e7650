/**
 * Filling and emptying a window's table for MAP and UNMAP, after tce_iommu_build_v2 and
 * tce_iommu_clear (drivers/vfio/vfio_iommu_spapr_tce.c, 5.17). Neither compares the end of the range
 * with the window: entries that the table can still hold are written, those behind its last block
 * would be stores into foreign kernel memory, and are counted instead.
 */
import { hex } from '../../bits.ts';
import { formatSize } from '../../size.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import type { EntryObserver, TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE } from '../../tce.ts';
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
  readonly problem?: LevelFailure | string;
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
    this.last = this.regions.byRealAddress(realPage);
    this.start = Number(this.last?.realAddress ?? 0n);
    this.end = this.start + Number(this.last?.bytes ?? 0n);
  }
}

/** Maps pages in ascending order. On a problem those of this call are cleared, not restored. */
export function mapPages(
  table: TceTable,
  mapping: PageMapping,
  regions: PreregisteredMemory,
  use: RegionUse,
): MappingResult {
  const { pageShift } = table.geometry;
  const pageBytes = 1n << BigInt(pageShift);
  const permission = mapping.write ? TCE_PCI_READ_WRITE : TCE_PCI_READ;
  let done = 0;
  let beyondTable = 0;
  while (done < mapping.pages) {
    const entry = mapping.firstEntry + done;
    const address = mapping.processAddress + BigInt(done) * pageBytes;
    const region = regions.lookup(address, pageBytes);
    if (region === undefined || pageShift > region.pageShift) {
      if (entry < table.reachEntries) table.growMirror(entry);
      const problem = unmappable(address, pageBytes, region);
      clearPages(table, mapping.firstEntry, done, use);
      return { done, beyondTable, problem };
    }
    const offset = address - region.start;
    const run = Math.min(mapping.pages - done, Number((region.bytes - offset) / pageBytes));
    const held = Math.max(Math.min(run, table.reachEntries - entry), 0);
    const tce = (region.realAddress + offset) | BigInt(permission);
    const written = table.setRun(
      Math.min(entry, table.reachEntries),
      held,
      tce,
      2 ** pageShift,
      use,
    );
    region.mappedEntries += written.done;
    if (written.failure !== undefined) {
      done += written.done;
      clearPages(table, mapping.firstEntry, done, use);
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
  use: RegionUse,
): number {
  const held = Math.max(Math.min(pages, table.reachEntries - firstEntry), 0);
  table.clear(Math.min(firstEntry, table.reachEntries), held, use);
  return pages - held;
}

function unmappable(address: bigint, pageBytes: bigint, region: Region | undefined): string {
  const page = `the IO page of ${formatSize(pageBytes)} at ${hex(address)}`;
  if (region === undefined) return `${page} is not wholly in registered memory`;
  return `${page} is larger than the pages of ${formatSize(2 ** region.pageShift)} behind it`;
}
