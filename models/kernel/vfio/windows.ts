/**
 * The window slots of one container: making a window from slot to firmware, and taking it away, after
 * tce_iommu_create_window, tce_iommu_create_table and tce_iommu_remove_window
 * (drivers/vfio/vfio_iommu_spapr_tce.c). What a failed step leaves behind is the kernel's, too.
 */
import { OPAL_SUCCESS } from '../../firmware/opal.ts';
import { formatSize } from '../../size.ts';
import { FlatView } from '../../table/flat-view.ts';
import {
  type CallResult,
  isRefusal,
  type Refusal,
  refuse,
  refuseWithCode,
} from '../call-result.ts';
import { describeFailure, type FailedAllocations } from '../failed-allocations.ts';
import {
  type CreatedTable,
  type TableGroup,
  WINDOW_SLOTS,
  type WindowRequest,
} from '../group/table-group.ts';
import type { Kernel } from '../kernel.ts';
import type { LockedMemory } from '../locked-memory.ts';
import type { Process } from '../process.ts';
import type { ContainerType } from './calls.ts';
import { contains, type DmaWindow, firmwareTable } from './dma-window.ts';

/** What the container's rules need to know of its kernel. */
export type ContainerKernel = Pick<Kernel, 'era' | 'basePageShift' | 'platform'>;

/** A window, and what it takes to give it back. */
interface OwnedWindow extends DmaWindow {
  readonly created: CreatedTable;
  /** The group that made the table. */
  readonly maker: TableGroup;
  readonly payer: Process;
}

/** Who asks for a window, and for what call the failures are noted. */
export interface Asker {
  readonly payer: Process;
  readonly call: string;
}

export class WindowSlots {
  private readonly type: ContainerType;
  private readonly kernel: ContainerKernel;
  private readonly failures: FailedAllocations;
  private readonly slots: (OwnedWindow | undefined)[] = new Array(WINDOW_SLOTS).fill(undefined);

  constructor(type: ContainerType, kernel: ContainerKernel, failures: FailedAllocations) {
    this.type = type;
    this.kernel = kernel;
    this.failures = failures;
  }

  /** The windows that exist, by slot. */
  get all(): readonly DmaWindow[] {
    return this.slots.filter((window) => window !== undefined);
  }

  /** The window that a bus address lies in. */
  at(address: bigint): DmaWindow | undefined {
    return this.all.find((window) => contains(window, address));
  }

  get isFirstFree(): boolean {
    return this.slots[0] === undefined;
  }

  /**
   * Slot, page size, charge, tables, firmware; the lowest free slot wins. The maker's memory takes the
   * tables, all groups translate through them.
   */
  create(
    request: WindowRequest,
    maker: TableGroup,
    groups: readonly TableGroup[],
    asker: Asker,
  ): CallResult<{ startAddress: bigint }> {
    const slot = this.slots.indexOf(undefined);
    if (slot < 0) return refuse('ENOSPC', `all ${WINDOW_SLOTS} windows exist already`);
    const { pageShifts } = maker.info;
    if (!pageShifts.includes(request.pageShift)) {
      const sizes = pageShifts.map((shift) => formatSize(2 ** shift)).join(', ');
      return refuse('EINVAL', `${pageName(request.pageShift)}: the PHB has pages of ${sizes}`);
    }
    const bytes = maker.tableBytes(slot, request);
    if (typeof bytes !== 'bigint') return bytes;
    const { locked } = asker.payer;
    const limit = locked.charge(bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    const created = maker.createTable(slot, request);
    if (isRefusal(created)) {
      this.endFailedCreate(locked, bytes);
      return this.noted(created, asker.call);
    }
    const view = this.createView(maker, created, asker);
    if (view !== undefined && !(view instanceof FlatView)) {
      maker.freeTable(created);
      this.endFailedCreate(locked, bytes);
      return view;
    }
    const { table, place, allocatedBytes } = created;
    const window: OwnedWindow = {
      slot,
      place,
      requestedBytes: request.windowBytes,
      table,
      view,
      lockedBytes: allocatedBytes + (view?.bytes ?? 0n),
      created,
      maker,
      payer: asker.payer,
    };
    return this.install(window, groups) ?? { rc: 0, startAddress: place.start };
  }

  /** The one table of a group that cannot make any. */
  adopt(maker: TableGroup, created: CreatedTable, payer: Process): void {
    const { table, place } = created;
    const requestedBytes = table.geometry.effectiveWindowBytes;
    const window = { slot: 0, place, requestedBytes, table, view: undefined, lockedBytes: 0n };
    this.slots[0] = { ...window, created, maker, payer };
  }

  /** Gives an adopted table back, as it is. */
  disown(): void {
    this.slots[0] = undefined;
  }

  /** Whose locked memory a window is. */
  payerOf({ slot }: DmaWindow): Process {
    return (this.slots[slot] as OwnedWindow).payer;
  }

  /** Frees the table of a window that no group translates through any more. */
  free({ slot }: DmaWindow): void {
    const window = this.slots[slot];
    if (window === undefined) return;
    window.view?.free();
    window.maker.freeTable(window.created);
    window.payer.locked.refund(window.lockedBytes);
    this.slots[slot] = undefined;
  }

  /** Programs every window into a group; all of them are taken back if one is refused. */
  program(group: TableGroup): Refusal | undefined {
    for (const { slot, table } of this.all) {
      const code = group.setWindow(slot, firmwareTable(table));
      if (code === OPAL_SUCCESS) continue;
      this.unprogram(group);
      return this.refusedProgramming(code, slot);
    }
    return undefined;
  }

  /** Takes every window out of a group. */
  unprogram(group: TableGroup): void {
    for (const { slot } of this.all) group.unsetWindow(slot);
  }

  /** Lets every group translate through the window, or none. */
  private install(window: OwnedWindow, groups: readonly TableGroup[]): Refusal | undefined {
    this.slots[window.slot] = window;
    for (const group of groups) {
      const code = group.setWindow(window.slot, firmwareTable(window.table));
      if (code === OPAL_SUCCESS) continue;
      for (const each of groups) each.unsetWindow(window.slot);
      this.free(window);
      return this.refusedProgramming(code, window.slot);
    }
    return undefined;
  }

  /** Until 4.18 the driver keeps the userspace addresses itself, and charges them apart. */
  private createView(
    maker: TableGroup,
    { table }: CreatedTable,
    { payer, call }: Asker,
  ): FlatView | Refusal | undefined {
    if (this.type === 'v1' || maker.createView === undefined) return undefined;
    const { tceCount } = table.geometry;
    const bytes = FlatView.bytesFor(tceCount, this.kernel.basePageShift);
    const limit = payer.locked.charge(bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    const view = maker.createView(tceCount);
    if (view instanceof FlatView) return view;
    payer.locked.refund(bytes);
    return this.noted({ ...refuse('ENOMEM', describeFailure(view)), allocation: view }, call);
  }

  /** On powernv the firmware's code comes out as it is; on pseries the kernel refuses by itself. */
  private refusedProgramming(code: number, slot: number): Refusal {
    const firmware = `the firmware refused window ${slot}, OPAL ${code}`;
    const foreign = `window ${slot} is one that the hypervisor opened for another group`;
    return refuseWithCode(code, this.kernel.platform === 'powernv' ? firmware : foreign);
  }

  private endFailedCreate(locked: LockedMemory, bytes: bigint): void {
    if (this.kernel.era.vfio.failedCreateStaysCharged) locked.leak(bytes);
    else locked.refund(bytes);
  }

  /** The refusal, remembered if it is about a block that could not be had. */
  private noted(refusal: Refusal, call: string): Refusal {
    if (refusal.allocation !== undefined) this.failures.add(call, refusal.allocation);
    return refusal;
  }
}

/** Shifts that no size has are named as they are. */
function pageName(shift: number): string {
  return shift < 64 ? `IO page of ${formatSize(2 ** shift)}` : `IO page shift ${shift}`;
}
