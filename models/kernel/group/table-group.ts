/**
 * An IOMMU group as the sPAPR TCE driver of VFIO sees it: a PE with two window slots, and what its
 * platform can do with them (struct iommu_table_group_ops, arch/powerpc/include/asm/iommu.h).
 */
import type { TveSelect } from '../../address.ts';
import type { DmaWindowTable, OpalCode } from '../../firmware/opal.ts';
import type { FlatView } from '../../table/flat-view.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import type { TceTable } from '../../table/tce-table.ts';
import type { Refusal } from '../call-result.ts';
import type { Platform } from '../kernel.ts';
import type { EehPe } from './eeh-pe.ts';
import type { WindowPlace } from './window-place.ts';

/** IOMMU_TABLE_GROUP_MAX_TABLES. */
export const WINDOW_SLOTS = 2;

/** What GET_INFO tells of a group. */
export interface GroupInfo {
  /** The default window, and what it may span: 32-bit bus addresses below the MMIO space. */
  readonly dma32Start: bigint;
  readonly dma32Bytes: bigint;
  /** Log2 of the IO page sizes that windows may have. */
  readonly pageShifts: readonly number[];
  /** Windows that software may make; 0: only the default window, which is there already. */
  readonly windowsMax: number;
  readonly levelsMax: number;
  /** What selects the TVE of an address, and so the place of the second window. */
  readonly tveSelect: TveSelect;
}

/** Arguments of VFIO_IOMMU_SPAPR_TCE_CREATE. */
export interface WindowRequest {
  readonly pageShift: number;
  readonly windowBytes: bigint;
  readonly levels: number;
}

/** A table that a group made for a window, and where the window lies. */
export interface CreatedTable {
  readonly table: TceTable;
  readonly place: WindowPlace;
  /** it_allocated_size: what the process is given back when the table is freed. */
  readonly allocatedBytes: bigint;
}

/** What the driver asks of a group. */
export interface TableGroup {
  readonly info: GroupInfo;
  /** Groups of one container must make tables alike. */
  readonly platform: Platform;
  /** The isolation state of the PE, if EEH watches it. */
  readonly eeh?: EehPe;
  /** Of a group that cannot make windows: the one table that it has. */
  readonly fixedTable?: CreatedTable;
  /** Takes the host's windows away from the devices before a process gets them. */
  takeOwnership(): Refusal | undefined;
  /** Gives the devices back to the host, with its own windows. */
  releaseOwnership(): void;
  /** get_table_size: what a window will be charged, before anything is allocated. */
  tableBytes(slot: number, request: WindowRequest): bigint | Refusal;
  createTable(slot: number, request: WindowRequest): CreatedTable | Refusal;
  /** An array for userspace addresses, where the driver has to keep them itself (Linux 4.2 to 4.18). */
  createView?(tceCount: number): FlatView | LevelFailure;
  /** Forgets a table that `createTable` made. */
  freeTable(created: CreatedTable): void;
  /** Lets the PHB translate through a table, and forgets what it knew of the PE. */
  setWindow(slot: number, table: DmaWindowTable): OpalCode;
  unsetWindow(slot: number): OpalCode;
  /** Makes the PHB forget a run of IO pages, `address` being the bus address of the first. */
  kill(pageShift: number, address: bigint, pages: number): void;
}
