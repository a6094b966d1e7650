/**
 * A PE of a partition under a pseries kernel of 6.11 and later, after spapr_tce_table_group_ops
 * (arch/powerpc/platforms/pseries/iommu.c): windows are firmware's (RTAS), TCEs the hypervisor's, and a
 * window is open from creation on; setting it only looks whether it is the one that was made. Left out:
 * H_GET_TCE and H_PUT_TCE of each page that VFIO maps are not counted, only what they write is.
 */
import { log2Exact } from '../../bits.ts';
import {
  type DmaWindowTable,
  OPAL_PARAMETER,
  OPAL_SUCCESS,
  type OpalCode,
} from '../../firmware/opal.ts';
import type { BlockAllocator } from '../../memory/buddy.ts';
import { type CreatedWindow, DdwCalls } from '../../pseries/ddw-calls.ts';
import { pageShiftsOfMask } from '../../pseries/ddw-page-sizes.ts';
import { WINDOW_PROPERTY_BYTES, type WindowProperty } from '../../pseries/ddw-property.ts';
import type { DdwNodeState } from '../../pseries/ddw-state.ts';
import type { DdwStep } from '../../pseries/ddw-step.ts';
import { clearRun, describeRun } from '../../pseries/direct-map.ts';
import { TCE_LIST_ENTRIES_MAX } from '../../pseries/hcall.ts';
import type { LiobnTable } from '../../pseries/liobn-table.ts';
import type { PartitionPlatform } from '../../pseries/platform.ts';
import { formatSize } from '../../size.ts';
import { FlatView } from '../../table/flat-view.ts';
import { type Refusal, refuse, refuseWithCode } from '../call-result.ts';
import {
  type CreatedTable,
  type GroupInfo,
  type TableGroup,
  WINDOW_SLOTS,
  type WindowRequest,
} from './table-group.ts';

/** `~0U`: what get_table_size answers for more levels than one. */
const TABLE_BYTES_OF_LEVELS = 0xffff_ffffn;
/** max_dynamic_windows_supported of a node that could not be asked: -1. */
const WINDOWS_UNKNOWN = 0xffff_ffff;
const DEFAULT_PAGE_SHIFT = 12;
/** The mask of page sizes is computed in 32 bits, where 16 GiB is lost. */
const PAGE_SHIFT_LIMIT = 32;

/** The partition that the group belongs to. */
export interface LparHome {
  readonly platform: PartitionPlatform;
  /** Log2 of the kernel's page. */
  readonly basePageShift: number;
  /** The partition's own memory, for the array of userspace addresses. */
  readonly allocator: BlockAllocator;
}

/** A window of the group: table_group->tables of the kernel. */
interface OpenWindow {
  readonly property: WindowProperty;
  readonly isDefault: boolean;
  readonly table: LiobnTable;
  /** The table as a container has it. */
  view?: CreatedTable['table'];
}

export class LparGroup implements TableGroup {
  readonly platform = 'pseries';
  readonly info: GroupInfo;
  /** What the kernel asked of firmware and hypervisor, and what came of it. */
  readonly steps: DdwStep[] = [];
  private readonly state: DdwNodeState;
  private readonly home: LparHome;
  private readonly calls: DdwCalls;
  /** ibm,dma-window as it was at boot; the kernel saves it before it takes it out of the tree. */
  private readonly savedDefault: WindowProperty;
  private readonly slots: (OpenWindow | undefined)[] = new Array(WINDOW_SLOTS).fill(undefined);
  private readonly views = new Map<CreatedTable['table'], FlatView>();

  /** A node as it is after boot; throws RangeError for one without a default window. */
  constructor(state: DdwNodeState, home: LparHome) {
    if (state.defaultWindow === undefined) throw new RangeError('a node without ibm,dma-window');
    this.state = state;
    this.home = home;
    this.savedDefault = state.defaultWindow;
    this.calls = new DdwCalls(home.platform.firmware, state.node, this.steps);
    this.slots[0] = this.windowOf(state.defaultWindow, true);
    this.info = this.describe();
  }

  /** The host's own windows go: what a driver had made, and in name the default window. */
  takeOwnership(): undefined {
    if (this.slots[0] === undefined && this.info.windowsMax !== 1) return;
    const { window } = this.state;
    if (window !== undefined) {
      this.clear(window.property);
      this.calls.remove(window.property.liobn);
      this.state.window = undefined;
    }
    // A driver's window may have cost the default window its place.
    if (this.state.defaultWindow !== undefined) this.forgetDefaultWindow();
    this.slots[0] = undefined;
  }

  /** The default window comes back, empty. */
  releaseOwnership(): void {
    if (this.slots[0] !== undefined) return;
    this.restoreDefaultWindow();
    this.clear(this.savedDefault);
    this.slots[0] = this.windowOf(this.savedDefault, true);
  }

  tableBytes(_slot: number, request: WindowRequest): bigint | Refusal {
    const { levels, windowBytes, pageShift } = request;
    if (levels > 1) return TABLE_BYTES_OF_LEVELS;
    const bytes = windowBytes >> BigInt(pageShift - 3);
    const size = `a window of ${formatSize(windowBytes)} of ${formatSize(2 ** pageShift)} pages`;
    return bytes > 0n ? bytes : refuse('EINVAL', `${size} has no TCE`);
  }

  /** spapr_tce_create_table, its checks in the kernel's order. */
  createTable(slot: number, request: WindowRequest): CreatedTable | Refusal {
    const problem = this.requestProblem(request) ?? this.slotProblem(slot, request);
    if (problem !== undefined) return problem;
    if (slot === 0 && this.isDefaultRequest(request) && this.state.defaultWindow === undefined) {
      // Assumed: nobody wrote down what a default window without a single TCE comes to.
      if (request.windowBytes >> BigInt(request.pageShift) === 0n) {
        return refuse('EINVAL', 'window size: less than one page, a table without TCEs');
      }
      this.restoreDefaultWindow();
      const property = { ...this.savedDefault, windowShift: log2Exact(request.windowBytes) };
      return this.opened(slot, property, request);
    }
    const created = this.createWindow(request);
    if ('rc' in created) return created;
    const windowShift = log2Exact(request.windowBytes);
    return this.opened(slot, { ...created, pageShift: request.pageShift, windowShift }, request);
  }

  freeTable({ table }: CreatedTable): void {
    this.views.get(table)?.free();
    this.views.delete(table);
  }

  /** Whether it is the window that this group made. */
  setWindow(slot: number, { root }: DmaWindowTable): OpalCode {
    return this.slots[slot]?.table.tces.root === root ? OPAL_SUCCESS : OPAL_PARAMETER;
  }

  unsetWindow(slot: number): OpalCode {
    const window = this.slots[slot];
    if (window === undefined) return OPAL_SUCCESS;
    if (window.isDefault) {
      this.forgetDefaultWindow();
      return OPAL_SUCCESS;
    }
    if (!this.calls.remove(window.property.liobn)) this.state.isFailed = true;
    // A container may keep the table; its LIOBN means nothing any more, or another window.
    window.view?.close();
    this.slots[slot] = undefined;
    return OPAL_SUCCESS;
  }

  /** The hypervisor sees to it; the kernel has no such call. */
  kill(): void {}

  /** A window as a translation validation entry would name its table; 0: none. */
  tve(slot: number): bigint {
    return this.slots[slot]?.table.tve ?? 0n;
  }

  /** What the node's first query tells of it (spapr_tce_init_table_group). */
  private describe(): GroupInfo {
    const { start, windowShift } = this.savedDefault;
    const base = {
      dma32Start: start,
      dma32Bytes: 1n << BigInt(windowShift),
      tveSelect: 'bit59',
    } as const;
    const query = this.state.node.hasDdw ? this.calls.query() : undefined;
    if (query === undefined) {
      const pageShifts = [DEFAULT_PAGE_SHIFT];
      return { ...base, pageShifts, windowsMax: WINDOWS_UNKNOWN, levelsMax: 0 };
    }
    const offered = pageShiftsOfMask(query.pageMask).filter((shift) => shift < PAGE_SHIFT_LIMIT);
    const pageShifts = [...new Set([DEFAULT_PAGE_SHIFT, ...offered])];
    const windowsMax = query.windowsAvailable === 0 ? 1 : WINDOW_SLOTS;
    return { ...base, pageShifts, windowsMax, levelsMax: 1 };
  }

  private requestProblem({ windowBytes, levels }: WindowRequest): Refusal | undefined {
    if (Number.isNaN(log2Exact(windowBytes))) {
      return refuse(
        'EINVAL',
        `window size: expected a power of two, got ${formatSize(windowBytes)}`,
      );
    }
    if (levels > 1) {
      return refuse('EINVAL', `levels: the hypervisor's tables have 1, got ${levels}`);
    }
    if (!this.state.isFailed) return undefined;
    return refuse('ENODEV', 'windows failed for this node before, and are not tried again');
  }

  /** Slot 0 is for the default window, or for another one as long as there is none. */
  private slotProblem(slot: number, request: WindowRequest): Refusal | undefined {
    if (slot !== 0 || !this.hasOtherWindow) return undefined;
    if (!this.isDefaultRequest(request)) return refuse('EPERM', '64-bit window already present');
    if (this.state.defaultWindow !== undefined) return undefined;
    return refuse('EPERM', "the default window could only come back at the 64-bit window's cost");
  }

  private get hasOtherWindow(): boolean {
    return this.slots.some((window) => window?.isDefault === false);
  }

  private isDefaultRequest({ pageShift, windowBytes }: WindowRequest): boolean {
    return pageShift === DEFAULT_PAGE_SHIFT && windowBytes <= this.info.dma32Bytes;
  }

  /** Query and create; what firmware refuses is not asked again, but for a block that is too small. */
  private createWindow({ pageShift, windowBytes }: WindowRequest): CreatedWindow | Refusal {
    if (!this.state.node.hasDdw) {
      this.state.isFailed = true;
      return refuse('EINVAL', 'firmware makes no windows: no ibm,ddw-applicable');
    }
    const query = this.calls.query();
    if (query === undefined) {
      this.state.isFailed = true;
      return refuseWithCode(this.calls.status, `${this.lastStep()}; RTAS status as it is`);
    }
    if (query.largestBlock < windowBytes >> BigInt(pageShift)) {
      const wanted = `${windowBytes >> BigInt(pageShift)} TCEs wanted`;
      return refuse('EINVAL', `${wanted}, the largest DDW block has ${query.largestBlock}`);
    }
    const created = this.calls.create(pageShift, log2Exact(windowBytes));
    if (created !== undefined) return created;
    this.state.isFailed = true;
    return refuse('ENODEV', this.lastStep());
  }

  /** The window as the kernel takes it over: emptied, with an array for userspace addresses. */
  private opened(
    slot: number,
    property: WindowProperty,
    request: WindowRequest,
  ): CreatedTable | Refusal {
    this.clear(property);
    const isDefault = slot === 0 && this.isDefaultRequest(request);
    const window = this.windowOf(property, isDefault);
    if (window === undefined) return refuse('ENODEV', 'firmware did not bring the window back');
    this.slots[slot] = window;
    const table = window.table.view(request.windowBytes);
    window.view = table;
    const { allocator, basePageShift } = this.home;
    const view = FlatView.create(table.geometry.tceCount, basePageShift, allocator);
    // The kernel does not look whether it got the array.
    if (view instanceof FlatView) this.views.set(table, view);
    const { start } = property;
    const place = { start, limit: start + request.windowBytes, tableStart: start };
    const allocatedBytes = request.windowBytes >> BigInt(request.pageShift - 3);
    return { table, place, allocatedBytes };
  }

  /** Undefined for a LIOBN that the hypervisor has closed. */
  private windowOf(property: WindowProperty, isDefault: boolean): OpenWindow | undefined {
    const table = this.home.platform.hypervisor.table(property.liobn);
    return table && { property, isDefault, table };
  }

  /**
   * Takes ibm,dma-window out of the tree. The kernel means to remove the window, too, but asks first
   * whether the property is as long as its own (see ddw-property.ts). It is not, and so firmware keeps
   * the window open.
   */
  private forgetDefaultWindow(): void {
    const { defaultPropertyBytes } = this.state.node;
    if (defaultPropertyBytes >= WINDOW_PROPERTY_BYTES) this.calls.remove(this.savedDefault.liobn);
    this.state.defaultWindow = undefined;
    this.slots[0]?.view?.close();
    this.slots[0] = undefined;
    this.steps.push({ call: 'ibm,dma-window', outcome: 'taken out of the device tree' });
  }

  private restoreDefaultWindow(): void {
    this.calls.reset();
    this.state.defaultWindow = this.savedDefault;
  }

  /** iommu_init_table empties a table, 512 TCEs a call. */
  private clear(property: WindowProperty): void {
    const run = { start: 0n, bytes: 1n << BigInt(property.windowShift) };
    const { hypervisor } = this.home.platform;
    const outcome = clearRun(hypervisor, property, run, TCE_LIST_ENTRIES_MAX);
    this.steps.push(describeRun(property, outcome));
  }

  private lastStep(): string {
    const { call, outcome } = this.steps[this.steps.length - 1];
    return `${call}: ${outcome}`;
  }
}
