/**
 * Filling and emptying a window's table for MAP and UNMAP, after tce_iommu_build, tce_iommu_build_v2
 * and tce_iommu_clear (drivers/vfio/vfio_iommu_spapr_tce.c). Building never compares the end of the
 * range with the window: entries that the table can still hold are written, those behind its last
 * block would be stores into foreign kernel memory, and are counted instead.
 */
import type { EntryObserver } from '../../table/entry-cells.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import type { TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../tce.ts';
import { isRefusal, type Refusal, refuseWithCode } from '../call-result.ts';
import type { Platform } from '../kernel.ts';
import type { PageSource } from './page-source.ts';
import type { PreregisteredMemory, Region } from './preregistered.ts';

/** Pages to map, the window's entry numbers. */
export interface PageMapping {
  readonly firstEntry: number;
  readonly pages: number;
  /** Userspace address of the first page. */
  readonly processAddress: bigint;
  /** TCE_PCI_READ, TCE_PCI_WRITE or both. */
  readonly permission: number;
}

/** What a platform makes of a mapping. */
export interface MappingRules {
  /** Whether a device that may write may always read, too. */
  readonly writeImpliesRead: boolean;
  /**
   * Entries behind the end of a table: stores into foreign memory on powernv, which looks at no end;
   * on pseries the hypervisor refuses them, and its H_PARAMETER comes out as the return code.
   */
  readonly beyondTable: 'stored' | 'refused';
}

/** powernv: pnv_tce_xchg. pseries: tce_exchange_pSeries, 6.11. */
export const MAPPING_RULES: Readonly<Record<Platform, MappingRules>> = {
  powernv: { writeImpliesRead: true, beyondTable: 'stored' },
  pseries: { writeImpliesRead: false, beyondTable: 'refused' },
};

const H_PARAMETER = -4;

/** How a mapping ended: pages that are mapped, or why none is. */
export interface MappingResult {
  /** Pages reached before the end or the problem. */
  readonly done: number;
  /** Of those, pages that no block of the table holds. */
  readonly beyondTable: number;
  readonly problem?: LevelFailure | Refusal;
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
  rules: MappingRules,
  use: EntryObserver,
): MappingResult {
  const { pageShift } = table.geometry;
  const { firstEntry } = mapping;
  const isWidened = rules.writeImpliesRead && (mapping.permission & TCE_PCI_WRITE) !== 0;
  const permission = isWidened ? TCE_PCI_READ_WRITE : mapping.permission;
  let done = 0;
  let beyondTable = 0;
  while (done < mapping.pages) {
    const entry = firstEntry + done;
    const address = mapping.processAddress + (BigInt(done) << BigInt(pageShift));
    const found = source.pagesAt(address, pageShift);
    if (isRefusal(found)) {
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
    if (held < run && rules.beyondTable === 'refused') {
      done += held;
      clearPages(table, firstEntry, done, use);
      return { done, beyondTable, problem: behindTable(firstEntry + done) };
    }
    done += run;
    beyondTable += run - held;
  }
  return { done, beyondTable };
}

function behindTable(entry: number): Refusal {
  return refuseWithCode(H_PARAMETER, `the hypervisor's table has no TCE ${entry}: H_PARAMETER`);
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
