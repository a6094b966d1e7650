/**
 * The tables that a machine had before the trace began. Their makers are not simulated: what the trace maps
 * goes straight into them, as a kernel would write it, and a table level that is missing comes from the
 * node's memory. Who creates a window in such a PE takes the PE over, and the windows that it had go.
 */
import { type TveSelect, tveIndex } from '../../models/address.ts';
import { hex } from '../../models/bits.ts';
import type { Opal } from '../../models/firmware/opal.ts';
import {
  type CallResult,
  isRefusal,
  type Refusal,
  refuse,
} from '../../models/kernel/call-result.ts';
import { describeFailure } from '../../models/kernel/failed-allocations.ts';
import type { GroupHome } from '../../models/kernel/group/pe-group.ts';
import { WINDOW_SLOTS } from '../../models/kernel/group/table-group.ts';
import { placeOf } from '../../models/kernel/group/window-place.ts';
import { clearPages, MAPPING_RULES, mapPages } from '../../models/kernel/vfio/dma-mapping.ts';
import { type DmaWindow, entryOf } from '../../models/kernel/vfio/dma-window.ts';
import type { PageSource } from '../../models/kernel/vfio/page-source.ts';
import { mapProblem, unmapProblem } from '../../models/kernel/vfio/range-check.ts';
import { GEOMETRY_4_2, isRefused, tableGeometry } from '../../models/table/geometry.ts';
import { TceTable } from '../../models/table/tce-table.ts';
import { TCE_PCI_READ, TCE_PCI_WRITE } from '../../models/tce.ts';
import { decodeTve, spanBits } from '../../models/tve.ts';
import type { CallLog } from './call-log.ts';
import { type TceRun, writeTces } from './tce-run.ts';

/** The smallest table that a TVE can name, 4 KiB. */
const TABLE_SHIFT_MIN = 12;

/** Real addresses stand for themselves. */
const REAL_MEMORY: PageSource = {
  growsMirrorFirst: false,
  pagesAt: (address) => ({ realAddress: address, bytes: 1n << 60n }),
};

/** Nobody counts what an overwritten entry named. */
const NO_OBSERVER = { dropped() {} };

/** The PHB and its host. */
export interface StandingHome {
  readonly host: GroupHome;
  readonly opal: Opal;
  readonly select: TveSelect;
  readonly log: CallLog;
  /** The TVEs as they stand. */
  tveAt(index: number): bigint;
  writeTve(index: number, value: bigint): void;
}

/** A window by the TVE that made it. */
interface Standing {
  readonly tve: bigint;
  readonly window: DmaWindow;
}

export class StandingTables {
  private readonly pes: Set<number>;
  private readonly windows = new Map<number, Standing>();

  /** `indexes` in the TVT that are in use. */
  constructor(
    indexes: readonly number[],
    private readonly home: StandingHome,
  ) {
    this.pes = new Set(indexes.map((index) => Math.floor(index / WINDOW_SLOTS)));
  }

  /** Whether a PE still has the windows that it had. */
  has(pe: number): boolean {
    return this.pes.has(pe);
  }

  /** Somebody takes the PE over: its windows go. */
  leave(pe: number): void {
    this.pes.delete(pe);
    for (let slot = 0; slot < WINDOW_SLOTS; slot += 1) {
      this.home.writeTve(pe * WINDOW_SLOTS + slot, 0n);
    }
    this.home.opal.killPe(pe);
  }

  /** Takes one window away. */
  remove(pe: number, busAddress: bigint): void {
    const window = this.windowAt(pe, busAddress);
    this.home.log.note('REMOVE', isRefusal(window) ? window : { rc: 0 });
    if (isRefusal(window)) return;
    this.home.writeTve(pe * WINDOW_SLOTS + window.slot, 0n);
    this.home.opal.killPe(pe);
  }

  /** Maps contiguous real memory; `permission` as the bits of a TCE. */
  map(pe: number, busAddress: bigint, bytes: bigint, real: bigint, permission: number): void {
    this.home.log.note('MAP', this.mapNow(pe, busAddress, bytes, real, permission));
  }

  /** Unmaps pages; holes are fine. */
  unmap(pe: number, busAddress: bigint, bytes: bigint): void {
    this.home.log.note('UNMAP', this.unmapNow(pe, busAddress, bytes));
  }

  /** H_PUT_TCE and its relatives. */
  putTces(pe: number, call: string, run: TceRun): void {
    const window = this.windowAt(pe, run.busAddress);
    const known = isRefusal(window) ? undefined : window;
    const kill = (shift: number, at: bigint, pages: number) => this.kill(pe, shift, at, pages);
    this.home.log.note(call, writeTces(known, run, undefined, kill));
  }

  private mapNow(
    pe: number,
    busAddress: bigint,
    bytes: bigint,
    real: bigint,
    permission: number,
  ): CallResult {
    const window = this.windowAt(pe, busAddress);
    if (isRefusal(window)) return window;
    const read = (permission & TCE_PCI_READ) !== 0;
    const write = (permission & TCE_PCI_WRITE) !== 0;
    const request = { processAddress: real, busAddress, bytes, read, write };
    const problem = mapProblem(window, request, this.home.host.era.vfio);
    if (problem !== undefined) return problem;
    const { table } = window;
    const { pageShift } = table.geometry;
    const pages = Number(bytes >> BigInt(pageShift));
    const mapping = {
      firstEntry: entryOf(window, busAddress),
      pages,
      processAddress: real,
      permission,
    };
    const result = mapPages(table, mapping, REAL_MEMORY, MAPPING_RULES.powernv, NO_OBSERVER);
    this.kill(pe, pageShift, busAddress, result.done);
    if (result.problem === undefined) return { rc: 0 };
    if (isRefusal(result.problem)) return result.problem;
    return refuse('ENOMEM', describeFailure(result.problem));
  }

  private unmapNow(pe: number, busAddress: bigint, bytes: bigint): CallResult {
    const window = this.windowAt(pe, busAddress);
    if (isRefusal(window)) return window;
    const problem = unmapProblem(window, busAddress, bytes, this.home.host.era.vfio);
    if (problem !== undefined) return problem;
    const { pageShift } = window.table.geometry;
    const pages = Number(bytes >> BigInt(pageShift));
    clearPages(window.table, entryOf(window, busAddress), pages, NO_OBSERVER);
    this.kill(pe, pageShift, busAddress, pages);
    return { rc: 0 };
  }

  private kill(pe: number, pageShift: number, address: bigint, pages: number): void {
    this.home.opal.killPages({ pe, pageShift, address, pages });
  }

  /** The window behind the TVE that serves a bus address; the trace may have written another TVE since. */
  private windowAt(pe: number, busAddress: bigint): DmaWindow | Refusal {
    const index = tveIndex(pe, busAddress, this.home.select);
    const tve = this.home.tveAt(index);
    const known = this.windows.get(index);
    const window = known?.tve === tve ? known.window : this.open(index % WINDOW_SLOTS, tve);
    if (window === undefined)
      return refuse('ENXIO', `no window contains bus address ${hex(busAddress)}`);
    this.windows.set(index, { tve, window });
    return window;
  }

  /** The tables of a TVE as a window; undefined where it has none that software could fill. */
  private open(slot: number, word: bigint): DmaWindow | undefined {
    const tve = decodeTve(word);
    if (tve.kind !== 'translated') return undefined;
    const { pageShift, levels, tableShift, root } = tve;
    const request = { pageShift, levels, windowBytes: 1n << BigInt(spanBits(tve)) };
    const shape = tableGeometry({ ...request, basePageShift: TABLE_SHIFT_MIN }, GEOMETRY_4_2);
    if (isRefused(shape)) return undefined;
    const { host, select } = this.home;
    const geometry = { ...shape, order: Math.max(tableShift - host.basePageShift, 0) };
    const { gfp } = host.era.tables;
    const growth = { growth: 'onDemand', mirror: 'none' } as const;
    const table = TceTable.adopt(geometry, { ...host, ...growth, gfp }, root);
    const place = placeOf(slot, select);
    const { effectiveWindowBytes: requestedBytes } = geometry;
    return { slot, place, requestedBytes, table, view: undefined, lockedBytes: 0n };
  }
}
