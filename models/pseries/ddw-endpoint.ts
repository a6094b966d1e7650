/**
 * A partitionable endpoint (PE) as firmware sees it through the DDW calls: a device or a PHB, the
 * windows that it may have and those that are open, after LoPAR "Dynamic DMA Windows".
 */
import type { Hypervisor } from './hypervisor.ts';
import type { LiobnTable } from './liobn-table.ts';

/** Pages of the default window. */
export const DEFAULT_WINDOW_PAGE_SHIFT = 12;

/** What firmware knows of an endpoint. */
export interface EndpointSpec {
  /** Bus unit identifier of the PHB. */
  readonly buid: bigint;
  /** Bus number << 16 | device and function << 8. */
  readonly configAddress: number;
  /** The LIOBN of each window that may be open, the default window's first: 2, for some devices 1. */
  readonly liobns: readonly number[];
  /** Log2 of the IO page sizes. */
  readonly pageShifts: readonly number[];
  readonly defaultWindow: { readonly start: bigint; readonly bytes: bigint };
  /** TCEs that all windows may have together. */
  readonly tceBudget: bigint;
  /** Whether the partition may make windows at all. */
  readonly hasDdw: boolean;
  /** Whether reset-pe-dma-windows can put windows where devices of less than 64 bits reach them. */
  readonly hasLimitedAddressing: boolean;
}

export class DdwEndpoint {
  readonly spec: EndpointSpec;
  /** Windows begin where devices of less than 64 bits reach them. */
  isLimited = false;
  private readonly hypervisor: Hypervisor;

  /** The endpoint as the partition finds it: with its default window. */
  constructor(spec: EndpointSpec, hypervisor: Hypervisor) {
    this.spec = spec;
    this.hypervisor = hypervisor;
    this.openDefaultWindow();
  }

  /** Tables of the windows that are open. */
  get windows(): LiobnTable[] {
    const tables = this.spec.liobns.map((liobn) => this.hypervisor.table(liobn));
    return tables.filter((table) => table !== undefined);
  }

  /** A LIOBN without a window; undefined when all windows are open. */
  get freeLiobn(): number | undefined {
    return this.spec.liobns.find((liobn) => this.hypervisor.table(liobn) === undefined);
  }

  /** TCEs that a new window may have. */
  get freeTces(): bigint {
    const used = this.windows.reduce((sum, { entries }) => sum + entries, 0);
    const left = this.spec.tceBudget - BigInt(used);
    return left > 0n ? left : 0n;
  }

  isDefaultWindow(table: LiobnTable): boolean {
    const { start, pageShift, bytes } = table.window;
    const { defaultWindow } = this.spec;
    const isPlace = start === defaultWindow.start && bytes === defaultWindow.bytes;
    return isPlace && pageShift === DEFAULT_WINDOW_PAGE_SHIFT;
  }

  /** Closes all windows and opens the default one, empty. */
  reset(isLimited: boolean): void {
    for (const { window } of this.windows) this.hypervisor.close(window.liobn);
    this.isLimited = isLimited;
    this.openDefaultWindow();
  }

  private openDefaultWindow(): void {
    const { liobns, defaultWindow } = this.spec;
    const pageShift = DEFAULT_WINDOW_PAGE_SHIFT;
    this.hypervisor.open({ liobn: liobns[0], pageShift, ...defaultWindow });
  }
}
