/**
 * A PE of a PHB3, PHB4 or PHB5 under a powernv kernel, after powernv/pci-ioda.c and pci-ioda-tce.c:
 * tables come from the host's memory, windows go to the firmware. The host's own windows (the default
 * table of the PE, bypass) are no part of it: they only go away with ownership.
 */
import {
  type DmaWindowTable,
  NO_TABLE,
  OPAL_SUCCESS,
  type Opal,
  type OpalCode,
} from '../../firmware/opal.ts';
import type { BlockAllocator } from '../../memory/buddy.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import { formatSize } from '../../size.ts';
import { FlatView } from '../../table/flat-view.ts';
import {
  type GeometryRefusal,
  isRefused,
  type TableGeometry,
  tableGeometry,
} from '../../table/geometry.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import { isLevelFailure, TceTable } from '../../table/tce-table.ts';
import { type Refusal, refuse } from '../call-result.ts';
import type { Era } from '../era.ts';
import { describeFailure } from '../failed-allocations.ts';
import { EehPe } from './eeh-pe.ts';
import {
  type CreatedTable,
  type GroupInfo,
  type TableGroup,
  WINDOW_SLOTS,
  type WindowRequest,
} from './table-group.ts';
import { placeOf, tableBytesOf } from './window-place.ts';

/** The host that a group's tables live on. */
export interface GroupHome {
  readonly era: Era;
  /** Log2 of the kernel's page: 12 or 16. */
  readonly basePageShift: number;
  /** All of the machine's memory, memory that can be added included (memory_hotplug_max). */
  readonly ramBytes: bigint;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
}

export class PeGroup implements TableGroup {
  readonly platform = 'powernv';
  readonly info: GroupInfo;
  readonly pe: number;
  readonly eeh = new EehPe();
  readonly createView?: (tceCount: number) => FlatView | LevelFailure;
  private readonly opal: Opal;
  private readonly home: GroupHome;

  /** `info.pageShifts` is what the firmware offers; a kernel that knows its own keeps to those. */
  constructor(pe: number, info: GroupInfo, opal: Opal, home: GroupHome) {
    const { pageShifts = info.pageShifts } = home.era.tables;
    this.pe = pe;
    this.info = { ...info, pageShifts };
    this.opal = opal;
    this.home = home;
    const { basePageShift, allocator, era } = home;
    if (era.tables.mirror === 'tree') return;
    this.createView = (tceCount) => FlatView.create(tceCount, basePageShift, allocator);
  }

  takeOwnership(): undefined {
    this.opal.mapPeDmaWindow(this.pe, this.windowId(1), NO_TABLE);
    this.unsetWindow(0);
  }

  releaseOwnership(): void {}

  tableBytes(slot: number, request: WindowRequest): bigint | Refusal {
    const geometry = this.geometryOf(slot, request);
    if (geometry.lockedBytes === 0n) return refuse('EINVAL', reasonOf(geometry));
    const { era, ramBytes } = this.home;
    if (!era.tables.windowMayExceedMemory && request.windowBytes > ramBytes) {
      const { windowBytes } = request;
      const limit = `at most the machine's memory, ${formatSize(ramBytes)}`;
      return refuse('EINVAL', `window size: expected ${limit}, got ${formatSize(windowBytes)}`);
    }
    return geometry.lockedBytes;
  }

  createTable(slot: number, request: WindowRequest): CreatedTable | Refusal {
    const geometry = this.geometryOf(slot, request);
    if (isRefused(geometry)) return refuse(geometry.errno, geometry.reason);
    const { growth, gfp, mirror } = this.home.era.tables;
    const table = TceTable.create(geometry, {
      ...this.home,
      growth,
      gfp,
      mirror: mirror === 'tree' ? 'tree' : 'none',
    });
    if (isLevelFailure(table)) {
      return { ...refuse('ENOMEM', describeFailure(table)), allocation: table };
    }
    const place = placeOf(slot, this.info.tveSelect);
    return { table, place, allocatedBytes: allocatedBytes(table, growth) };
  }

  freeTable({ table }: CreatedTable): void {
    table.free();
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

  private geometryOf(slot: number, request: WindowRequest): TableGeometry | GeometryRefusal {
    const place = placeOf(slot, this.info.tveSelect);
    const windowBytes = tableBytesOf(place, request.windowBytes);
    const { basePageShift, era } = this.home;
    return tableGeometry({ ...request, windowBytes, basePageShift }, era.tables.geometry);
  }

  private windowId(slot: number): number {
    return this.pe * WINDOW_SLOTS + slot;
  }
}

/** The full table where it grows on demand, and where it was made whole, what was allocated. */
function allocatedBytes(table: TceTable, growth: 'whole' | 'onDemand'): bigint {
  const { lockedBytes, levelBytes } = table.geometry;
  if (growth === 'onDemand') return lockedBytes;
  return BigInt(table.hardwareBlocks) * BigInt(levelBytes);
}

function reasonOf(geometry: TableGeometry | GeometryRefusal): string {
  return isRefused(geometry) ? geometry.reason : 'the table has no size';
}
