/**
 * A VFIO container with sPAPR TCE tables: the calls with which a process makes DMA windows for its
 * devices and fills them, after drivers/vfio/vfio_iommu_spapr_tce.c. What must hold before a call's own
 * work begins stands in calls.ts, what differs between kernels in the era; here is the work, its checks
 * in the kernel's order, so that a call wrong in two ways gets the kernel's answer. Left out: a second
 * thread in the middle of a call.
 */
import { hex } from '../../bits.ts';
import type { EntryObserver } from '../../table/entry-cells.ts';
import { TCE_PCI_READ, TCE_PCI_WRITE } from '../../tce.ts';
import { type CallResult, isRefusal, type Refusal, refuse } from '../call-result.ts';
import { describeFailure, FailedAllocations } from '../failed-allocations.ts';
import type { TableGroup, WindowRequest } from '../group/table-group.ts';
import type { Process } from '../process.ts';
import { Admission, type AdmissionState } from './admission.ts';
import { attachProblem } from './attachment.ts';
import {
  type CallName,
  type ContainerType,
  type Frame,
  hasRoomForWindows,
  MAP_READ,
  MAP_WRITE,
  PROPER_CALL,
} from './calls.ts';
import { DefaultWindow } from './default-window.ts';
import {
  clearPages,
  MAPPING_RULES,
  type MappingResult,
  mapPages,
  RegionUse,
} from './dma-mapping.ts';
import { type DmaWindow, entryOf } from './dma-window.ts';
import { type InjectedError, operateEeh } from './eeh-call.ts';
import { PinnedPages, RegisteredPages } from './page-source.ts';
import { mapProblem, unmapProblem } from './range-check.ts';
import { Registration } from './registration.ts';
import type { ContainerInfo, MapRequest, RangeOutputs } from './requests.ts';
import { fillRange, WindowFill } from './window-fill.ts';
import { type ContainerKernel, WindowSlots } from './windows.ts';

/** VFIO_SPAPR_TCE_IOMMU, VFIO_EEH, VFIO_SPAPR_TCE_v2_IOMMU. */
export const EXTENSION = { v1: 2, eeh: 5, v2: 7 } as const;

export class VfioContainer {
  readonly type: ContainerType;
  /** Who opened it: makes the calls that do not say who makes them. */
  readonly process: Process;
  /** Table levels that found no block. */
  readonly failedAllocations = new FailedAllocations();
  private readonly kernel: ContainerKernel;
  private readonly admission: Admission;
  private readonly slots: WindowSlots;
  private readonly defaultWindow: DefaultWindow;
  private readonly registration: Registration;
  /** Newest first. */
  private readonly groups: TableGroup[] = [];
  private isEnabled = false;
  /** v1: what ENABLE charged, and to whom. */
  private charged: { readonly payer: Process; readonly bytes: bigint } | undefined;

  constructor(type: ContainerType, kernel: ContainerKernel, process: Process) {
    this.type = type;
    this.kernel = kernel;
    this.process = process;
    this.admission = new Admission(process);
    this.slots = new WindowSlots(type, kernel, this.failedAllocations);
    this.defaultWindow = new DefaultWindow(kernel, this.slots);
    this.registration = new Registration(kernel);
  }

  /** The windows that exist, by slot. */
  get windows(): readonly DmaWindow[] {
    return this.slots.all;
  }

  /** Whether the default window is promised and not made yet. */
  get hasPendingDefaultWindow(): boolean {
    return this.defaultWindow.isPending;
  }

  /** VFIO_CHECK_EXTENSION: 1 for what is there, 0 for anything else. */
  checkExtension(extension: number): number {
    if (extension === EXTENSION.eeh) return this.kernel.platform === 'powernv' ? 1 : 0;
    return extension === EXTENSION.v1 || extension === EXTENSION.v2 ? 1 : 0;
  }

  /** Brings a group in: the host's windows go, the container's take their place. */
  attach(group: TableGroup): CallResult {
    const refusal =
      attachProblem(group, this.groups, this.type, this.kernel.era) ?? group.takeOwnership();
    if (refusal !== undefined) return refusal;
    const failure = group.fixedTable === undefined ? this.settle(group) : this.adopt(group);
    if (failure === undefined) this.groups.unshift(group);
    return failure ?? { rc: 0 };
  }

  /** Gives a group back to the host. The container keeps its windows, for the next group. */
  detach(group: TableGroup): CallResult {
    const at = this.groups.indexOf(group);
    if (at < 0) return refuse('ENODEV', 'the group is not attached');
    this.groups.splice(at, 1);
    if (group.fixedTable === undefined) this.slots.unprogram(group);
    else this.disown();
    group.releaseOwnership();
    return { rc: 0 };
  }

  /** The last file descriptor is closed: groups, windows and registered memory go, in this order. */
  release(): void {
    while (this.groups.length > 0) this.detach(this.groups[0]);
    for (const window of this.windows) {
      this.clear(window);
      this.slots.free(window);
    }
    this.registration.release();
    this.disableNow();
  }

  /** VFIO_IOMMU_SPAPR_TCE_GET_INFO, from the group attached last. */
  getInfo(frame = PROPER_CALL): CallResult<ContainerInfo> {
    const refusal = this.admit('GET_INFO', frame);
    if (refusal !== undefined) return refusal;
    const { dma32Start, dma32Bytes, pageShifts, windowsMax, levelsMax } = this.groups[0].info;
    const makesWindows = this.type === 'v2' && windowsMax > 0;
    const info = { rc: 0 as const, dma32Start, dma32Bytes, makesWindows };
    if (!makesWindows || !hasRoomForWindows(frame)) return info;
    const pageSizes = pageShifts.reduce((mask, shift) => mask | (1n << BigInt(shift)), 0n);
    return { ...info, windows: { pageSizes, windowsMax, levelsMax } };
  }

  /**
   * VFIO_IOMMU_SPAPR_TCE_CREATE. While the default window is pending it is made first, and the
   * window asked for lands in the other slot.
   */
  create(request: WindowRequest, frame = PROPER_CALL): CallResult<{ startAddress: bigint }> {
    const refusal = this.admit('CREATE', frame) ?? this.makeDefaultWindow(frame);
    if (refusal !== undefined) return refusal;
    const asker = { call: 'CREATE', payer: this.payerOf(frame) };
    return this.slots.create(request, this.groups[0], this.groups, asker);
  }

  /** VFIO_IOMMU_SPAPR_TCE_REMOVE: any bus address inside the window will do. */
  remove(startAddress: bigint, frame = PROPER_CALL): CallResult {
    const refusal = this.admit('REMOVE', frame);
    if (refusal !== undefined) return refusal;
    if (this.defaultWindow.isPending && startAddress === 0n) {
      this.defaultWindow.renounce();
      return { rc: 0 };
    }
    const window = this.slots.at(startAddress);
    if (window === undefined) {
      return refuse('EINVAL', `no window contains bus address ${hex(startAddress)}`);
    }
    const clearsFirst = this.kernel.era.vfio.removeClears === 'beforeUnset';
    if (clearsFirst) {
      this.clear(window);
      const { pageShift, tceCount } = window.table.geometry;
      this.kill(pageShift, window.place.tableStart, tceCount);
    }
    for (const group of this.groups) group.unsetWindow(window.slot);
    // The table is linked to no group any more: these entries go without a kill.
    if (!clearsFirst) this.clear(window);
    this.slots.free(window);
    return { rc: 0 };
  }

  /** VFIO_IOMMU_SPAPR_REGISTER_MEMORY: pins a range, once per process. MAP works from now on. */
  register(start: bigint, bytes: bigint, frame = PROPER_CALL): CallResult {
    const refusal = this.admit('REGISTER', frame);
    if (refusal !== undefined) return refusal;
    const result = this.registration.register(this.payerOf(frame), start, bytes);
    if (!isRefusal(result)) this.isEnabled = true;
    return result;
  }

  /** VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY: exactly a range that was registered. */
  unregister(start: bigint, bytes: bigint, frame = PROPER_CALL): CallResult {
    const refusal = this.admit('UNREGISTER', frame);
    return refusal ?? this.registration.unregister(this.payerOf(frame), start, bytes);
  }

  /** VFIO_IOMMU_ENABLE of a v1 container: charges the whole 32-bit window. */
  enable(frame = PROPER_CALL): CallResult {
    const refusal = this.admit('ENABLE', frame);
    if (refusal !== undefined) return refusal;
    if (this.isEnabled) return refuse('EBUSY', 'the container is enabled already');
    if (this.groups.length === 0) return refuse('ENODEV', 'no group is attached');
    const { dma32Bytes } = this.groups[0].info;
    if (dma32Bytes === 0n) return refuse('EPERM', 'the group has no 32-bit window');
    this.admission.takeOwner(frame, this.admissionState);
    const payer = this.payerOf(frame);
    const limit = payer.locked.charge(dma32Bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    this.charged = { payer, bytes: dma32Bytes };
    this.isEnabled = true;
    return { rc: 0 };
  }

  /** VFIO_IOMMU_DISABLE of a v1 container. */
  disable(frame = PROPER_CALL): CallResult {
    const refusal = this.admit('DISABLE', frame);
    if (refusal !== undefined) return refusal;
    this.disableNow();
    return { rc: 0 };
  }

  /** VFIO_IOMMU_MAP_DMA: all pages or none; one kill at the end either way. */
  map(request: MapRequest, frame = PROPER_CALL): CallResult<RangeOutputs> {
    const { processAddress, busAddress, bytes, read, write } = request;
    const flags = (read ? MAP_READ : 0) | (write ? MAP_WRITE : 0);
    const window = this.windowForRange('MAP', busAddress, frame, flags);
    if (isRefusal(window)) return window;
    const problem = mapProblem(window, request, this.kernel.era.vfio);
    if (problem !== undefined) return problem;
    const { pageShift } = window.table.geometry;
    const pages = Number(bytes >> BigInt(pageShift));
    const permission = (read ? TCE_PCI_READ : 0) | (write ? TCE_PCI_WRITE : 0);
    const mapping = { firstEntry: entryOf(window, busAddress), pages, processAddress, permission };
    const { regions, memory } = this.payerOf(frame);
    const rules = MAPPING_RULES[this.kernel.platform];
    const result =
      this.type === 'v2'
        ? mapPages(
            window.table,
            mapping,
            new RegisteredPages(regions),
            rules,
            new RegionUse(regions),
          )
        : mapPages(window.table, mapping, new PinnedPages(memory), rules, NO_REGIONS);
    this.kill(pageShift, busAddress, result.done);
    return this.mappingAnswer(result, busAddress);
  }

  /**
   * For MAP calls of one run of pages after the other in a range, before any device runs; see window-fill.ts.
   * Undefined where some of them could be refused for what they ask: `map` says why.
   */
  fill(request: MapRequest): WindowFill | undefined {
    if (this.type !== 'v2') return undefined;
    const window = this.windowForRange('MAP', request.busAddress, PROPER_CALL, 0);
    if (isRefusal(window)) return undefined;
    const { regions } = this.payerOf(PROPER_CALL);
    const range = fillRange(window, request, regions, this.kernel.era.vfio);
    if (range === undefined) return undefined;
    const pageShift = BigInt(window.table.geometry.pageShift);
    return new WindowFill(range, regions, (result, page) =>
      this.mappingAnswer(result, request.busAddress + (BigInt(page) << pageShift)),
    );
  }

  /** VFIO_IOMMU_UNMAP_DMA: holes are fine, and no table level is ever given back. */
  unmap(busAddress: bigint, bytes: bigint, frame = PROPER_CALL): CallResult<RangeOutputs> {
    const window = this.windowForRange('UNMAP', busAddress, frame, 0);
    if (isRefusal(window)) return window;
    const problem = unmapProblem(window, busAddress, bytes, this.kernel.era.vfio);
    if (problem !== undefined) return problem;
    const { pageShift } = window.table.geometry;
    const pages = Number(bytes >> BigInt(pageShift));
    const entry = entryOf(window, busAddress);
    const missed = clearPages(window.table, entry, pages, this.useOf(window));
    this.kill(pageShift, busAddress, pages);
    const isStored = MAPPING_RULES[this.kernel.platform].beyondTable === 'stored';
    return { rc: 0, beyondTable: isStored ? missed : 0 };
  }

  /** VFIO_EEH_PE_OP on every group; `state` is the ioctl's return value. */
  eeh(
    operation: number,
    frame = PROPER_CALL,
    error: InjectedError = { type: 0, func: 0 },
  ): CallResult<{ readonly state: number }> {
    const refusal = this.admit('EEH', frame);
    if (refusal !== undefined) return refusal;
    return operateEeh(this.groups, { operation, error }, frame, this.admission);
  }

  /** An ioctl that no container knows: -ENOTTY, but only for the owner. */
  unknownCall(request: number, caller = this.process): Refusal {
    const foreign = this.admission.foreignProblem({ caller }, this.admissionState);
    return foreign ?? refuse('ENOTTY', `ioctl 0x${request.toString(16)} is unknown`);
  }

  private get admissionState(): AdmissionState {
    const { type, isEnabled, groups } = this;
    const { checksOwner } = this.kernel.era.vfio;
    return { type, checksOwner, isEnabled, groups: groups.length };
  }

  private admit(name: CallName, frame: Frame, flags = 0): Refusal | undefined {
    return this.admission.admit(name, frame, flags, this.admissionState);
  }

  private payerOf(frame: Frame): Process {
    return this.admission.payerOf(frame);
  }

  /** A group that makes windows gets those of the container, and perhaps the default window. */
  private settle(group: TableGroup): Refusal | undefined {
    const isFirst = this.groups.length === 0;
    const payer = this.payerOf(PROPER_CALL);
    const failure =
      (isFirst ? this.defaultWindow.begin(group, payer) : undefined) ?? this.slots.program(group);
    if (failure !== undefined) group.releaseOwnership();
    return failure;
  }

  private adopt(group: TableGroup): undefined {
    if (group.fixedTable !== undefined) this.slots.adopt(group, group.fixedTable, this.process);
  }

  /** The group's own table goes back to it, empty. */
  private disown(): void {
    for (const window of this.windows) this.clear(window);
    this.slots.disown();
  }

  private makeDefaultWindow(frame: Frame): Refusal | undefined {
    return this.defaultWindow.make(this.groups, this.payerOf(frame));
  }

  private clear(window: DmaWindow): void {
    clearPages(window.table, 0, window.table.geometry.tceCount, this.useOf(window));
  }

  /** Whose regions a window's entries are counted in. */
  private useOf(window: DmaWindow): EntryObserver {
    return this.type === 'v2' ? new RegionUse(this.slots.payerOf(window).regions) : NO_REGIONS;
  }

  private disableNow(): void {
    this.charged?.payer.locked.refund(this.charged.bytes);
    this.charged = undefined;
    this.isEnabled = false;
  }

  /** The first checks of MAP and UNMAP: a window for the first bus address of the range. */
  private windowForRange(
    call: CallName,
    busAddress: bigint,
    frame: Frame,
    flags: number,
  ): DmaWindow | Refusal {
    const refusal = this.admit(call, frame, flags) ?? this.makeDefaultWindow(frame);
    if (refusal !== undefined) return refusal;
    const window = this.slots.at(busAddress);
    return window ?? refuse('ENXIO', `no window contains bus address ${hex(busAddress)}`);
  }

  private mappingAnswer(result: MappingResult, busAddress: bigint): CallResult<RangeOutputs> {
    const { problem, beyondTable } = result;
    if (problem === undefined) return { rc: 0, beyondTable };
    if (isRefusal(problem)) return problem;
    this.failedAllocations.add(`MAP ${hex(busAddress)}`, problem);
    const refusal = refuse(this.kernel.era.vfio.levelFailure, describeFailure(problem));
    return { ...refusal, allocation: problem };
  }

  private kill(pageShift: number, address: bigint, pages: number): void {
    for (const group of this.groups) group.kill(pageShift, address, pages);
  }
}

/** Pinned pages are counted nowhere. */
const NO_REGIONS: EntryObserver = { dropped() {} };
