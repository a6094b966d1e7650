/**
 * The OPAL calls through which Linux programs a PHB's TCE unit, after skiboot hw/phb3.c and hw/phb4.c
 * (map_pe_dma_window, phb4_tce_kill) and, for PHB3, whose kill register Linux writes by itself,
 * arch/powerpc/platforms/powernv/pci-ioda.c. Left out: waiting for room in the kill queue and for
 * the read sync afterwards, which cost time and change nothing.
 */
import { log2Exact } from '../bits.ts';
import { encodeKill } from '../tce-kill.ts';
import { encodeTranslated, IODA3_TVT_LEVELS_MAX, type Ioda } from '../tve.ts';

/** Return codes, skiboot include/opal-api.h. */
export const OPAL_SUCCESS = 0;
export const OPAL_PARAMETER = -1;

/** A return code of OPAL; negative is a refusal. */
export type OpalCode = typeof OPAL_SUCCESS | typeof OPAL_PARAMETER;

/** The two places of a PHB's TCE unit that software writes. */
export interface PhbRegisters {
  /** Sets the TVE at an index of the TVT. */
  writeTve(index: number, value: bigint): void;
  /** Writes the TCE kill register (0x210). */
  writeTceKill(value: bigint): void;
}

/** What the firmware knows of the PHB it drives. */
export interface PhbLimits {
  readonly ioda: Ioda;
  readonly peCount: number;
  /** Log2 of the IO page sizes that it accepts. */
  readonly pageShifts: readonly number[];
  /** Whether a page kill becomes a kill of the PE, skiboot's answer to HW560152. */
  readonly escalatePageKill: boolean;
}

/** A table as OPAL_PCI_MAP_PE_DMA_WINDOW takes it; `levelBytes` 0 removes the window. */
export interface DmaWindowTable {
  readonly root: bigint;
  readonly levels: number;
  readonly levelBytes: number;
  readonly pageShift: number;
}

/** Removes a window when given to `mapPeDmaWindow`. */
export const NO_TABLE: DmaWindowTable = { root: 0n, levels: 0, levelBytes: 0, pageShift: 0 };

/** A run of IO pages of a PE, `address` being the bus address of the first. */
export interface PageRun {
  readonly pe: number;
  readonly pageShift: number;
  readonly address: bigint;
  readonly pages: number;
}

export class Opal {
  private readonly registers: PhbRegisters;
  private readonly limits: PhbLimits;

  constructor(registers: PhbRegisters, limits: PhbLimits) {
    this.registers = registers;
    this.limits = limits;
  }

  /** OPAL_PCI_MAP_PE_DMA_WINDOW: checks in the firmware's order, then writes the TVE `windowId`. */
  mapPeDmaWindow(pe: number, windowId: number, table: DmaWindowTable): OpalCode {
    if (pe >= this.limits.peCount || windowId >> 1 !== pe) return OPAL_PARAMETER;
    if (table.levelBytes === 0) {
      this.registers.writeTve(windowId, 0n);
      return OPAL_SUCCESS;
    }
    const { levels, root, pageShift } = table;
    const tableShift = log2Exact(BigInt(table.levelBytes));
    if (levels < 1 || levels > IODA3_TVT_LEVELS_MAX) return OPAL_PARAMETER;
    // The TVE's 5-bit TTS field holds log2 - 11; NaN, not a power of two, is in no range.
    if (!(tableShift >= 12 && tableShift <= 42)) return OPAL_PARAMETER;
    if (!this.limits.pageShifts.includes(pageShift)) return OPAL_PARAMETER;
    this.registers.writeTve(windowId, encodeTranslated({ root, levels, tableShift, pageShift }));
    return OPAL_SUCCESS;
  }

  /** Makes the PHB forget all translations of a PE. */
  killPe(pe: number): void {
    this.registers.writeTceKill(encodeKill({ scope: 'pe', pe }, this.limits.ioda));
  }

  /** Makes the PHB forget pages of a PE; with escalation even none of them kills the whole PE. */
  killPages(run: PageRun): void {
    if (this.limits.escalatePageKill) {
      this.killPe(run.pe);
      return;
    }
    const { pe, pageShift } = run;
    const step = 1n << BigInt(pageShift);
    let address = run.address;
    for (let page = 0; page < run.pages; page += 1) {
      const kill = encodeKill({ scope: 'page', pe, address, pageShift }, this.limits.ioda);
      this.registers.writeTceKill(kill);
      address += step;
    }
  }
}
