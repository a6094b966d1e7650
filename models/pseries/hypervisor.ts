/**
 * A hypervisor's TCE calls: H_PUT_TCE, H_PUT_TCE_INDIRECT, H_STUFF_TCE and H_GET_TCE on the tables of a
 * partition, after LoPAR and QEMU hw/ppc/spapr_iommu.c, whose order of checks this is. A list or a run
 * that fails half way keeps what it wrote. Every call is counted: they are what a mapping costs a guest.
 * Left out: H_PUT_TCE's answers when the partition runs out of IO entitlement (active memory sharing).
 */
import type { PhysicalMemory } from '../memory/physical.ts';
import {
  H_PARAMETER,
  H_SUCCESS,
  type HcallCode,
  type HcallName,
  TCE_LIST_BYTES,
  TCE_LIST_ENTRIES_MAX,
} from './hcall.ts';
import type { HcallRules } from './hcall-rules.ts';
import { LiobnTable, type LiobnWindow } from './liobn-table.ts';
import type { TableMemory } from './table-memory.ts';

/** What a hypervisor works on. */
export interface HypervisorHome {
  /** Where its tables stand, and what the PHB reads. */
  readonly memory: PhysicalMemory;
  readonly tables: TableMemory;
  /** The partition's memory, by the partition's own real addresses: lists of TCEs are read there. */
  readonly guestMemory: PhysicalMemory;
}

/** What H_GET_TCE returns. */
export interface GetTceAnswer {
  readonly code: HcallCode;
  /** Zero unless the call succeeded. */
  readonly tce: bigint;
}

export class Hypervisor {
  /** Calls so far, refused ones included. */
  readonly calls: Record<HcallName, number> = {
    H_GET_TCE: 0,
    H_PUT_TCE: 0,
    H_STUFF_TCE: 0,
    H_PUT_TCE_INDIRECT: 0,
  };
  private readonly home: HypervisorHome;
  private readonly rules: HcallRules;
  private readonly tables = new Map<number, LiobnTable>();

  constructor(home: HypervisorHome, rules: HcallRules) {
    this.home = home;
    this.rules = rules;
  }

  /** The table of a LIOBN, if it is open. */
  table(liobn: number): LiobnTable | undefined {
    return this.tables.get(liobn);
  }

  /** Opens a table of zeros; undefined if there is no memory for it or the LIOBN is taken. */
  open(window: LiobnWindow): LiobnTable | undefined {
    if (this.tables.has(window.liobn)) return undefined;
    const table = LiobnTable.create(window, this.home);
    if (table !== undefined) this.tables.set(window.liobn, table);
    return table;
  }

  /** Closes a table with all its TCEs. */
  close(liobn: number): void {
    this.tables.get(liobn)?.free();
    this.tables.delete(liobn);
  }

  /** H_PUT_TCE: one TCE, any value. */
  putTce(liobn: number, busAddress: bigint, tce: bigint): HcallCode {
    this.calls.H_PUT_TCE += 1;
    const table = this.tables.get(liobn);
    if (table === undefined || this.isMisaligned(table, busAddress)) return H_PARAMETER;
    return this.write(table, busAddress, 1, tce);
  }

  /** H_PUT_TCE_INDIRECT: `count` TCEs from the list at a real address of the partition. */
  putTceIndirect(liobn: number, busAddress: bigint, list: bigint, count: number): HcallCode {
    this.calls.H_PUT_TCE_INDIRECT += 1;
    const table = this.tables.get(liobn);
    if (table === undefined) return H_PARAMETER;
    if (count > TCE_LIST_ENTRIES_MAX || list % TCE_LIST_BYTES !== 0n) return H_PARAMETER;
    if (this.isMisaligned(table, busAddress)) return H_PARAMETER;
    if (count === 0) return this.rules.emptyCall.value;
    const step = 1n << BigInt(table.window.pageShift);
    for (let entry = 0n; entry < count; entry += 1n) {
      const tce = this.home.guestMemory.read(list + entry * 8n);
      const code = this.write(table, busAddress + entry * step, 1, tce);
      if (code !== H_SUCCESS) return code;
    }
    return H_SUCCESS;
  }

  /** H_STUFF_TCE: the same TCE, any value, `count` times. */
  stuffTce(liobn: number, busAddress: bigint, tce: bigint, count: number): HcallCode {
    this.calls.H_STUFF_TCE += 1;
    const table = this.tables.get(liobn);
    if (table === undefined) return H_PARAMETER;
    const { value: countMax } = this.rules.stuffMax;
    if (count > (countMax === 'table' ? table.entries : countMax)) return H_PARAMETER;
    if (this.isMisaligned(table, busAddress)) return H_PARAMETER;
    if (count === 0) return this.rules.emptyCall.value;
    return this.write(table, busAddress, count, tce);
  }

  /** H_GET_TCE. */
  getTce(liobn: number, busAddress: bigint): GetTceAnswer {
    this.calls.H_GET_TCE += 1;
    const table = this.tables.get(liobn);
    const entry = table?.entryOf(busAddress) ?? -1;
    if (table === undefined || entry < 0 || this.isMisaligned(table, busAddress)) {
      return { code: H_PARAMETER, tce: 0n };
    }
    return { code: H_SUCCESS, tce: table.tces.get(entry) };
  }

  private isMisaligned(table: LiobnTable, busAddress: bigint): boolean {
    if (this.rules.misalignedAddress.value === 'roundedDown') return false;
    return busAddress % (1n << BigInt(table.window.pageShift)) !== 0n;
  }

  /** Writes one TCE into entries as far as the window goes. */
  private write(table: LiobnTable, busAddress: bigint, count: number, tce: bigint): HcallCode {
    const entry = table.entryOf(busAddress);
    if (entry < 0) return H_PARAMETER;
    const held = Math.min(count, table.entries - entry);
    // Memory that nobody wrote to must stay unborn: clearing a fresh window costs nothing.
    if (tce === 0n) table.tces.clear(entry, held);
    else table.tces.setRun(entry, held, tce, 0);
    return held < count ? H_PARAMETER : H_SUCCESS;
  }
}
