/**
 * A VFIO container of type VFIO_SPAPR_TCE_v2_IOMMU: the calls with which a process makes DMA windows
 * for its devices and fills them, after drivers/vfio/vfio_iommu_spapr_tce.c (Linux 5.17). Checks come
 * in the kernel's order, so that a call wrong in two ways gets the kernel's answer. Left out: the
 * structures' own fields (argsz, flags, reserved), calls from a second process, detaching a group.
 */
import { hex } from '../../bits.ts';
import { OPAL_SUCCESS } from '../../firmware/opal.ts';
import type { BlockAllocator } from '../../memory/buddy.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import { formatSize } from '../../size.ts';
import { isRefused, tableGeometry } from '../../table/geometry.ts';
import type { LevelFailure } from '../../table/level-tree.ts';
import { isLevelFailure, TceTable } from '../../table/tce-table.ts';
import {
  type CallResult,
  isRefusal,
  type Refusal,
  refuse,
  refuseWithCode,
} from '../call-result.ts';
import type { Era } from '../era.ts';
import type { ErrnoName } from '../errno.ts';
import { describeFailure, FailedAllocations } from '../failed-allocations.ts';
import { type TableGroup, WINDOW_SLOTS } from '../group/table-group.ts';
import { clearPages, type MappingResult, mapPages, RegionUse } from './dma-mapping.ts';
import {
  contains,
  type DmaWindow,
  entryOf,
  firmwareTable,
  placeOf,
  tableBytesOf,
} from './dma-window.ts';
import type { Backing } from './preregistered.ts';
import { type Process, Registration } from './registration.ts';

/** The host that the container lives on. */
export interface Kernel {
  readonly era: Era;
  /** Log2 of the kernel's page: 12 or 16. */
  readonly basePageShift: number;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
}

/** Arguments of VFIO_IOMMU_SPAPR_TCE_CREATE. */
export interface WindowRequest {
  readonly pageShift: number;
  readonly windowBytes: bigint;
  readonly levels: number;
}

/** Arguments of VFIO_IOMMU_MAP_DMA. */
export interface MapRequest {
  /** Userspace address. */
  readonly processAddress: bigint;
  /** Bus address. */
  readonly busAddress: bigint;
  readonly bytes: bigint;
  readonly read: boolean;
  readonly write: boolean;
}

/** What VFIO_IOMMU_SPAPR_TCE_GET_INFO tells. */
export interface ContainerInfo {
  readonly dma32Start: bigint;
  readonly dma32Bytes: bigint;
  /** Bit n set: IO pages of 2^n bytes. */
  readonly pageSizes: bigint;
  readonly windowsMax: number;
  readonly levelsMax: number;
}

/** A MAP or UNMAP that reached past the table: the kernel wrote into memory that was not its own. */
export interface RangeOutputs {
  readonly beyondTable: number;
}

/** The default window has TCEs of 4 KiB in one level, whatever the kernel's page is. */
const DEFAULT_WINDOW = { pageShift: 12, levels: 1 } as const;

export class VfioContainer {
  /** Who pays for windows and registered memory. */
  readonly process: Process;
  /** Table levels that found no block. */
  readonly failedAllocations = new FailedAllocations();
  private readonly kernel: Kernel;
  private readonly use: RegionUse;
  /** Newest first. */
  private readonly groups: TableGroup[] = [];
  private readonly slots: (DmaWindow | undefined)[] = new Array(WINDOW_SLOTS).fill(undefined);
  private readonly registration: Registration;
  private isDefaultWindowPending = false;
  private isEnabled = false;

  constructor(kernel: Kernel, process: Process) {
    this.kernel = kernel;
    this.process = process;
    this.use = new RegionUse(process.regions);
    this.registration = new Registration(process, kernel);
  }

  /** The windows that exist, by slot. */
  get windows(): readonly DmaWindow[] {
    return this.slots.filter((window) => window !== undefined);
  }

  /**
   * Brings a group in: the host's windows go, the container's take their place. If the firmware
   * refuses one of those, the group has no window at all; the host's own are not rebuilt here.
   */
  attach(group: TableGroup): CallResult {
    if (this.groups.includes(group)) return refuse('EBUSY', 'the group is attached already');
    group.takeOwnership();
    for (const { slot, table } of this.windows) {
      const code = group.setWindow(slot, firmwareTable(table));
      if (code !== OPAL_SUCCESS) {
        for (const window of this.windows) group.unsetWindow(window.slot);
        return refuseWithCode(code, `the firmware refused window ${slot}, OPAL ${code}`);
      }
    }
    if (this.groups.length === 0 && this.slots[0] === undefined) this.isDefaultWindowPending = true;
    this.groups.unshift(group);
    return { rc: 0 };
  }

  /** VFIO_IOMMU_SPAPR_TCE_GET_INFO, from the group attached last. */
  getInfo(): CallResult<ContainerInfo> {
    if (this.groups.length === 0) return noGroup();
    const { dma32Start, dma32Bytes, pageShifts, windowsMax, levelsMax } = this.groups[0].info;
    const pageSizes = pageShifts.reduce((mask, shift) => mask | (1n << BigInt(shift)), 0n);
    return { rc: 0, dma32Start, dma32Bytes, pageSizes, windowsMax, levelsMax };
  }

  /**
   * VFIO_IOMMU_SPAPR_TCE_CREATE. While the default window is pending it is made first, and the
   * window asked for lands in the other slot.
   */
  create(request: WindowRequest): CallResult<{ startAddress: bigint }> {
    if (this.groups.length === 0) return noGroup();
    const refusal = this.makeDefaultWindow();
    return refusal ?? this.createWindow(request, 'CREATE');
  }

  /** VFIO_IOMMU_SPAPR_TCE_REMOVE: any bus address inside the window will do. */
  remove(startAddress: bigint): CallResult {
    if (this.groups.length === 0) return noGroup();
    if (this.isDefaultWindowPending && startAddress === 0n) {
      this.isDefaultWindowPending = false;
      return { rc: 0 };
    }
    const window = this.windowAt(startAddress);
    if (window === undefined) {
      return refuse('EINVAL', `no window contains bus address ${hex(startAddress)}`);
    }
    for (const group of this.groups) group.unsetWindow(window.slot);
    // The table is linked to no group any more: these entries go without a kill.
    clearPages(window.table, 0, window.table.geometry.tceCount, this.use);
    window.table.free();
    this.process.locked.refund(window.lockedBytes);
    this.slots[window.slot] = undefined;
    return { rc: 0 };
  }

  /** VFIO_IOMMU_SPAPR_REGISTER_MEMORY: pins a range, once per process. MAP works from now on. */
  register(start: bigint, bytes: bigint, backing: Backing): CallResult {
    const result = this.registration.register(start, bytes, backing);
    if (!isRefusal(result)) this.isEnabled = true;
    return result;
  }

  /** VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY: exactly a range that was registered. */
  unregister(start: bigint, bytes: bigint): CallResult {
    return this.registration.unregister(start, bytes);
  }

  /** VFIO_IOMMU_MAP_DMA: all pages or none; one kill at the end either way. */
  map(request: MapRequest): CallResult<RangeOutputs> {
    const { processAddress, busAddress, bytes, read, write } = request;
    const window = this.windowForRange(busAddress);
    if (isRefusedWindow(window)) return window;
    const { pageShift } = window.table.geometry;
    const pageMask = (1n << BigInt(pageShift)) - 1n;
    if (((bytes | processAddress) & pageMask) !== 0n) {
      return misaligned('size or address', pageShift);
    }
    if (!read && !write) return refuse('EINVAL', 'neither reading nor writing is asked for');
    if ((busAddress & pageMask) !== 0n) return this.misalignedBusAddress(pageShift);
    const pages = Number(bytes >> BigInt(pageShift));
    const firstEntry = entryOf(window, busAddress);
    const mapping = { firstEntry, pages, processAddress, write };
    const result = mapPages(window.table, mapping, this.process.regions, this.use);
    this.kill(pageShift, busAddress, result.done);
    return this.mappingAnswer(result, busAddress);
  }

  /** VFIO_IOMMU_UNMAP_DMA: holes are fine, and no table level is ever given back. */
  unmap(busAddress: bigint, bytes: bigint): CallResult<RangeOutputs> {
    const window = this.windowForRange(busAddress);
    if (isRefusedWindow(window)) return window;
    const { pageShift } = window.table.geometry;
    const pageMask = (1n << BigInt(pageShift)) - 1n;
    if ((bytes & pageMask) !== 0n) return misaligned('size', pageShift);
    if ((busAddress & pageMask) !== 0n) return this.misalignedBusAddress(pageShift);
    const pages = Number(bytes >> BigInt(pageShift));
    const beyondTable = clearPages(window.table, entryOf(window, busAddress), pages, this.use);
    this.kill(pageShift, busAddress, pages);
    return { rc: 0, beyondTable };
  }

  /** tce_iommu_create_default_window; a failure leaves it pending. */
  private makeDefaultWindow(): Refusal | undefined {
    if (!this.isDefaultWindowPending) return undefined;
    const windowBytes = this.groups[0].info.dma32Bytes;
    const result = this.createWindow({ ...DEFAULT_WINDOW, windowBytes }, 'default window');
    if (isRefusal(result)) {
      return {
        ...result,
        reason: `default window of ${formatSize(windowBytes)}: ${result.reason}`,
      };
    }
    this.isDefaultWindowPending = false;
    return undefined;
  }

  /** tce_iommu_create_window: slot, page size, geometry, charge, tables, firmware. */
  private createWindow(request: WindowRequest, call: string): CallResult<{ startAddress: bigint }> {
    const slot = this.slots.indexOf(undefined);
    if (slot < 0) return refuse('ENOSPC', `all ${WINDOW_SLOTS} windows exist already`);
    const { pageShifts, tveSelect } = this.groups[0].info;
    if (!pageShifts.includes(request.pageShift)) {
      const sizes = pageShifts.map((shift) => formatSize(2 ** shift)).join(', ');
      return refuse('EINVAL', `IO page shift ${request.pageShift}: the PHB has pages of ${sizes}`);
    }
    const place = placeOf(slot, tveSelect);
    const windowBytes = tableBytesOf(place, request.windowBytes);
    const { basePageShift } = this.kernel;
    const geometry = tableGeometry({ ...request, windowBytes, basePageShift });
    const { lockedBytes } = geometry;
    const limit = this.process.locked.charge(lockedBytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    if (isRefused(geometry)) {
      this.refundFailedCreate(lockedBytes);
      return refuse(geometry.errno, geometry.reason);
    }
    const table = TceTable.create(geometry, { ...this.kernel, mirrored: true });
    if (isLevelFailure(table)) {
      this.refundFailedCreate(lockedBytes);
      return this.outOfBlocks('ENOMEM', table, call);
    }
    const window = { slot, place, requestedBytes: request.windowBytes, table, lockedBytes };
    return this.installWindow(window) ?? { rc: 0, startAddress: place.start };
  }

  /** Lets every group translate through the window, or none. */
  private installWindow(window: DmaWindow): Refusal | undefined {
    for (const group of this.groups) {
      const code = group.setWindow(window.slot, firmwareTable(window.table));
      if (code === OPAL_SUCCESS) continue;
      for (const each of this.groups) each.unsetWindow(window.slot);
      window.table.free();
      this.process.locked.refund(window.lockedBytes);
      return refuseWithCode(code, `the firmware refused the window, OPAL ${code}`);
    }
    this.slots[window.slot] = window;
    return undefined;
  }

  private refundFailedCreate(bytes: bigint): void {
    const { locked } = this.process;
    if (this.kernel.era.failedCreateStaysCharged) locked.leak(bytes);
    else locked.refund(bytes);
  }

  /** The first checks of MAP and UNMAP: a window for the first bus address of the range. */
  private windowForRange(busAddress: bigint): DmaWindow | Refusal {
    if (!this.isEnabled) return refuse('EPERM', 'no memory is registered yet');
    const refusal = this.makeDefaultWindow();
    if (refusal !== undefined) return refusal;
    const window = this.windowAt(busAddress);
    return window ?? refuse('ENXIO', `no window contains bus address ${hex(busAddress)}`);
  }

  private windowAt(address: bigint): DmaWindow | undefined {
    return this.windows.find((window) => contains(window, address));
  }

  private mappingAnswer(result: MappingResult, busAddress: bigint): CallResult<RangeOutputs> {
    const { problem, beyondTable } = result;
    if (problem === undefined) return { rc: 0, beyondTable };
    if (typeof problem === 'string') return refuse('EINVAL', problem);
    return this.outOfBlocks(this.kernel.era.levelFailure, problem, `MAP ${hex(busAddress)}`);
  }

  private outOfBlocks(errno: ErrnoName, failure: LevelFailure, call: string): Refusal {
    this.failedAllocations.add(call, failure);
    return { ...refuse(errno, describeFailure(failure)), allocation: failure };
  }

  private misalignedBusAddress(pageShift: number): Refusal {
    const reason = `bus address: expected a multiple of ${formatSize(2 ** pageShift)}`;
    return refuseWithCode(this.kernel.era.misalignedAddressCode, reason);
  }

  private kill(pageShift: number, address: bigint, pages: number): void {
    for (const group of this.groups) group.kill(pageShift, address, pages);
  }
}

function isRefusedWindow(answer: DmaWindow | Refusal): answer is Refusal {
  return 'rc' in answer;
}

function noGroup(): Refusal {
  return refuse('ENXIO', 'no group is attached');
}

function misaligned(what: string, pageShift: number): Refusal {
  return refuse('EINVAL', `${what}: expected a multiple of ${formatSize(2 ** pageShift)}`);
}
