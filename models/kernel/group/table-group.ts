/**
 * An IOMMU group as the sPAPR TCE driver sees it (struct iommu_table_group_ops,
 * arch/powerpc/include/asm/iommu.h): a PE with two window slots. And the powernv implementation
 * (powernv/pci-ioda.c, 5.17), which hands everything on to the firmware.
 */
import type { TveSelect } from '../../address.ts';
import {
  type DmaWindowTable,
  NO_TABLE,
  OPAL_SUCCESS,
  type Opal,
  type OpalCode,
} from '../../firmware/opal.ts';

/** IOMMU_TABLE_GROUP_MAX_TABLES. */
export const WINDOW_SLOTS = 2;

/** What GET_INFO tells of a group. */
export interface GroupInfo {
  /** The default window, and what it may span: 32-bit bus addresses below the MMIO space. */
  readonly dma32Start: bigint;
  readonly dma32Bytes: bigint;
  /** Log2 of the IO page sizes, `ibm,supported-tce-sizes` of the device tree. */
  readonly pageShifts: readonly number[];
  readonly windowsMax: number;
  readonly levelsMax: number;
  /** What selects the TVE of an address, and so the place of the second window. */
  readonly tveSelect: TveSelect;
}

/** What the driver asks of a group. */
export interface TableGroup {
  readonly info: GroupInfo;
  /** Takes the host's windows away from the devices before a process gets them. */
  takeOwnership(): void;
  /** Lets the PHB translate through a table, and forgets what it knew of the PE. */
  setWindow(slot: number, table: DmaWindowTable): OpalCode;
  unsetWindow(slot: number): OpalCode;
  /** Makes the PHB forget a run of IO pages, `address` being the bus address of the first. */
  kill(pageShift: number, address: bigint, pages: number): void;
}

/** A PE of a PHB3, PHB4 or PHB5 under a powernv kernel. */
export class PeGroup implements TableGroup {
  readonly info: GroupInfo;
  readonly pe: number;
  private readonly opal: Opal;

  constructor(pe: number, info: GroupInfo, opal: Opal) {
    this.pe = pe;
    this.info = info;
    this.opal = opal;
  }

  takeOwnership(): void {
    this.opal.mapPeDmaWindow(this.pe, this.windowId(1), NO_TABLE);
    this.unsetWindow(0);
  }

  setWindow(slot: number, table: DmaWindowTable): OpalCode {
    const code = this.opal.mapPeDmaWindow(this.pe, this.windowId(slot), table);
    if (code === OPAL_SUCCESS) this.opal.killPe(this.pe);
    return code;
  }

  unsetWindow(slot: number): OpalCode {
    return this.setWindow(slot, NO_TABLE);
  }

  kill(pageShift: number, address: bigint, pages: number): void {
    this.opal.killPages({ pe: this.pe, pageShift, address, pages });
  }

  private windowId(slot: number): number {
    return this.pe * WINDOW_SLOTS + slot;
  }
}
