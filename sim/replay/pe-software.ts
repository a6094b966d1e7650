/**
 * The process that owns one PE's devices: a VFIO container with the PE as its group, the windows it
 * creates and the pages it maps. All of real memory is registered, process address equal to real
 * address, so that a trace can map any page; tables come from the node's free memory.
 */

import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import type { Opal } from '../../models/firmware/opal.ts';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import { type GroupHome, PeGroup } from '../../models/kernel/group/pe-group.ts';
import type { GroupInfo } from '../../models/kernel/group/table-group.ts';
import { startProcess } from '../../models/kernel/process.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import {
  type ContainerReport,
  reportContainer,
} from '../../models/kernel/vfio/container-report.ts';
import { contains, type DmaWindow, effectiveBytes } from '../../models/kernel/vfio/dma-window.ts';
import type { WindowFill } from '../../models/kernel/vfio/window-fill.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import type { CallLog } from './call-log.ts';
import type { WindowPlan } from './machine.ts';
import type { PageRuns } from './page-runs.ts';
import { type TceRun, writeTces } from './tce-run.ts';

/** Registered memory: every real address that a TCE can name, on pages as large as any IO page. */
const REGISTERED_BYTES = 1n << 60n;
const REGISTERED_PAGE_SHIFT = 30;
/** Pages of one MAP call when a whole window is mapped: one that fails leaves those before it. */
const PAGES_PER_MAP = 2 ** 16;

/** What a PE's process stands on. */
export interface PeHome {
  readonly opal: Opal;
  readonly groupInfo: GroupInfo;
  readonly host: GroupHome;
  readonly log: CallLog;
}

export class PeSoftware {
  private readonly container: VfioContainer;
  private readonly group: PeGroup;
  private readonly log: CallLog;
  /** Log2 of a guest's page, by the bus address of its window. */
  private readonly guestShifts = new Map<bigint, number>();
  /** The default window exists only as a promise until it is needed or refused. */
  private isDefaultPending = true;

  constructor(pe: number, home: PeHome) {
    const { basePageShift, era } = home.host;
    const process = startProcess({ limitBytes: 0n, capIpcLock: true, pageShift: basePageShift });
    process.memory.add({
      start: 0n,
      bytes: REGISTERED_BYTES,
      realAddress: 0n,
      pageShift: REGISTERED_PAGE_SHIFT,
    });
    this.log = home.log;
    this.group = new PeGroup(pe, home.groupInfo, home.opal, home.host);
    this.container = new VfioContainer('v2', { era, basePageShift, platform: 'powernv' }, process);
    this.container.attach(this.group);
    this.container.register(0n, REGISTERED_BYTES);
  }

  /** The windows of the plan, the first at bus address 0; maps all their pages if asked to. */
  carryOut(plan: readonly WindowPlan[], isMapped: boolean, isStopped: () => boolean): void {
    for (const window of plan) {
      const result = this.create(window, 0n);
      if (isMapped && !isRefusal(result)) this.mapWindow(window, result.startAddress, isStopped);
    }
  }

  /**
   * VFIO_IOMMU_SPAPR_TCE_CREATE. The default window gives way to one that is wanted at bus address 0;
   * before one that is wanted elsewhere it comes into being, as in the kernel.
   */
  create(window: WindowPlan, wanted: bigint): CallResult<{ startAddress: bigint }> {
    if (wanted === 0n && this.isDefaultPending) this.container.remove(0n);
    this.isDefaultPending = false;
    const { pageShift, levels, bytes } = window;
    const result = this.container.create({ pageShift, levels, windowBytes: bytes });
    return this.log.note('CREATE', result);
  }

  /**
   * A window for a guest whose pages are 2^guestShift bytes. The host's may be smaller: then one TCE of
   * the guest is so many of the host, as in KVM's handlers (arch/powerpc/kvm/book3s_64_vio.c).
   */
  createForGuest(window: WindowPlan, guestShift: number, wanted: bigint): void {
    const result = this.create(window, wanted);
    if (!isRefusal(result)) this.guestShifts.set(result.startAddress, guestShift);
  }

  /** VFIO_IOMMU_SPAPR_TCE_REMOVE. */
  remove(busAddress: bigint): void {
    this.log.note('REMOVE', this.container.remove(busAddress));
  }

  /** VFIO_IOMMU_MAP_DMA of contiguous real memory; `permission` as the bits of a TCE. */
  map(busAddress: bigint, bytes: bigint, real: bigint, permission: number): boolean {
    const read = (permission & TCE_PCI_READ) !== 0;
    const write = (permission & TCE_PCI_WRITE) !== 0;
    const result = this.container.map({ processAddress: real, busAddress, bytes, read, write });
    return !isRefusal(this.log.note('MAP', result));
  }

  /**
   * Maps runs of pages from bus address `start` on, each by a MAP of its own, to the real addresses that equal their
   * offsets. For the machine's set-up: nothing is killed.
   */
  mapRuns(start: bigint, pageBytes: number, runs: PageRuns, isStopped: () => boolean): void {
    const fill = this.fillFrom(start, pageBytes);
    while (!isStopped() && runs.turn()) {
      const { first, pages } = runs;
      if (fill !== undefined && first + pages <= fill.pages) {
        this.log.note('MAP', fill.map(first, pages));
      } else {
        const offset = BigInt(first) * BigInt(pageBytes);
        const bytes = BigInt(pages * pageBytes);
        this.map(start + offset, bytes, offset, TCE_PCI_READ_WRITE);
      }
    }
  }

  /** VFIO_IOMMU_UNMAP_DMA. */
  unmap(busAddress: bigint, bytes: bigint): void {
    this.log.note('UNMAP', this.container.unmap(busAddress, bytes));
  }

  /** H_PUT_TCE and its relatives: the hypervisor writes the guest's TCEs into the window's table. */
  putTces(call: string, run: TceRun): void {
    this.log.note(call, this.writeTces(run));
  }

  /** Windows, tables and failures for the report. */
  report(): ContainerReport {
    return reportContainer(this.container);
  }

  /** The quick way to map pages of a window from a bus address on, if there is one. */
  private fillFrom(start: bigint, pageBytes: number): WindowFill | undefined {
    const window = this.windowAt(start);
    // Where the first window was refused, the second one stands in its place, perhaps with other pages.
    if (window === undefined || 2 ** window.table.geometry.pageShift !== pageBytes) {
      return undefined;
    }
    const bytes = effectiveBytes(window) - (start - window.place.start);
    const request = { processAddress: 0n, busAddress: start, bytes, read: true, write: true };
    return this.container.fill(request);
  }

  private writeTces(run: TceRun): CallResult {
    const window = this.windowAt(run.busAddress);
    const guestShift = window && this.guestShifts.get(window.place.start);
    return writeTces(window, run, guestShift, (pageShift, address, pages) =>
      this.group.kill(pageShift, address, pages),
    );
  }

  private windowAt(busAddress: bigint): DmaWindow | undefined {
    return this.container.windows.find((window) => contains(window, busAddress));
  }

  /** Maps each page of a window to the real address that equals its offset in the window. */
  private mapWindow(window: WindowPlan, start: bigint, isStopped: () => boolean): void {
    const step = BigInt(PAGES_PER_MAP) << BigInt(window.pageShift);
    for (let offset = 0n; offset < window.bytes && !isStopped(); offset += step) {
      const rest = window.bytes - offset;
      const real = offset & TABLE_ADDRESS_MASK;
      const bytes = rest < step ? rest : step;
      if (!this.map(start + offset, bytes, real, TCE_PCI_READ | TCE_PCI_WRITE)) return;
    }
  }
}
