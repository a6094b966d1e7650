/**
 * How a partition's kernel fills a window page by page, for the DMA calls of its drivers
 * (tce_buildmulti_pSeriesLP, tce_build_pSeriesLP and tce_freemulti_pSeriesLP, arch/powerpc/platforms/
 * pseries/iommu.c). Devices may always read; they may write unless data only goes to them.
 */
import { TCE_PCI_READ, TCE_PCI_READ_WRITE } from '../tce.ts';
import type { WindowProperty } from './ddw-property.ts';
import { clearRun, type TceCaller } from './direct-map.ts';
import {
  H_NOT_ENOUGH_RESOURCES,
  H_SUCCESS,
  type HcallCode,
  TCE_LIST_ENTRIES_MAX,
} from './hcall.ts';

/** Pages of contiguous memory to be mapped. */
export interface TceRange {
  /** Number of the first TCE, counted from the window's start. */
  readonly entry: number;
  readonly pages: number;
  /** The partition's real address of the first page. */
  readonly real: bigint;
  /** Whether data only goes to the device (DMA_TO_DEVICE). */
  readonly isToDevice: boolean;
}

export class GuestTable {
  private readonly caller: TceCaller;
  private readonly window: WindowProperty;
  /** TCEs cleared with one call; 512 since 6.5, before that any number. */
  private readonly stuffMax: number;

  constructor(caller: TceCaller, window: WindowProperty, stuffMax = Number.POSITIVE_INFINITY) {
    this.caller = caller;
    this.window = window;
    this.stuffMax = stuffMax;
  }

  /**
   * Maps pages: one by H_PUT_TCE, more by lists of at most 512. What is mapped is undone when the
   * hypervisor has no resources left; any other failure is only logged by the kernel, and returned here.
   */
  map(range: TceRange): HcallCode {
    const isList = range.pages > 1 && this.caller.hasIndirect;
    const step = isList ? TCE_LIST_ENTRIES_MAX : 1;
    let code: HcallCode = H_SUCCESS;
    for (let done = 0; done < range.pages; done += step) {
      const count = Math.min(step, range.pages - done);
      code = isList ? this.putList(range, done, count) : this.put(range, done);
      if (code === H_NOT_ENOUGH_RESOURCES) this.clear(range.entry, done);
      // Lists stop at any failure; single TCEs go on past those that are only logged.
      if (code === H_NOT_ENOUGH_RESOURCES || (isList && code !== H_SUCCESS)) return code;
    }
    return code;
  }

  /** Clears TCEs with H_STUFF_TCE. */
  clear(entry: number, pages: number): HcallCode {
    const shift = BigInt(this.window.pageShift);
    const run = { start: BigInt(entry) << shift, bytes: BigInt(pages) << shift };
    return clearRun(this.caller.hypervisor, this.window, run, this.stuffMax).code;
  }

  private put(range: TceRange, done: number): HcallCode {
    const at = this.busAddress(range.entry + done);
    return this.caller.hypervisor.putTce(this.window.liobn, at, this.tce(range, done));
  }

  private putList(range: TceRange, done: number, count: number): HcallCode {
    const { hypervisor, guestMemory, listPage } = this.caller;
    for (let at = 0; at < count; at += 1) {
      guestMemory.write(listPage + BigInt(at) * 8n, this.tce(range, done + at));
    }
    const busAddress = this.busAddress(range.entry + done);
    return hypervisor.putTceIndirect(this.window.liobn, busAddress, listPage, count);
  }

  private tce({ real, isToDevice }: TceRange, page: number): bigint {
    const permission = isToDevice ? TCE_PCI_READ : TCE_PCI_READ_WRITE;
    const shift = BigInt(this.window.pageShift);
    return (((real >> shift) + BigInt(page)) << shift) | BigInt(permission);
  }

  private busAddress(entry: number): bigint {
    return this.window.start + (BigInt(entry) << BigInt(this.window.pageShift));
  }
}
