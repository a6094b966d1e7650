/**
 * The DDW calls as a partition's kernel makes them: input cells from the device's place, output cells
 * into what they mean, "busy" tried again (query_ddw, create_ddw, reset_dma_window of Linux
 * arch/powerpc/platforms/pseries/iommu.c). Every call and its outcome is noted in words.
 */
import { hex, joinHalves, lowerHalf, upperHalf } from '../bits.ts';
import { formatSize } from '../size.ts';
import { pageShiftsOfMask } from './ddw-page-sizes.ts';
import type { DdwStep } from './ddw-step.ts';
import { type DdwCall, type DdwFirmware, RTAS_BUSY, RTAS_SUCCESS } from './rtas-ddw.ts';

/** What the device tree says of the node that the windows belong to. */
export interface DdwNode {
  readonly buid: bigint;
  /** Bus number << 16 | device and function << 8. */
  readonly configAddress: number;
  /** Whether ibm,ddw-applicable is there, with the tokens of query, create and remove. */
  readonly hasDdw: boolean;
  /**
   * ibm,ddw-extensions behind its count: a token of reset-pe-dma-windows; 1 for six outputs of a query;
   * 1 for limited addressing. Older firmware has fewer, or none.
   */
  readonly extensions: readonly number[];
  /** Bytes of ibm,dma-window: 20 with two cells each for address and size. */
  readonly defaultPropertyBytes: number;
}

/** What a query tells. */
export interface WindowQuery {
  readonly windowsAvailable: number;
  /** In TCEs. */
  readonly largestBlock: bigint;
  /** LoPAR's mask of page sizes. */
  readonly pageMask: number;
}

/** A window that was created. */
export interface CreatedWindow {
  readonly liobn: number;
  readonly start: bigint;
}

/** RTAS_EXTENDED_DELAY_MIN and _MAX: busy, try again after a while. */
const DELAY_MIN = 9900;
const DELAY_MAX = 9905;
/** The kernel would try for ever; a model must end. */
const BUSY_TRIES_MAX = 10_000;

export class DdwCalls {
  /** Status of the latest call. */
  status: number = RTAS_SUCCESS;
  private readonly firmware: DdwFirmware;
  private readonly node: DdwNode;
  private readonly steps: DdwStep[];

  /** Outcomes are added to `steps`. */
  constructor(firmware: DdwFirmware, node: DdwNode, steps: DdwStep[]) {
    this.firmware = firmware;
    this.node = node;
    this.steps = steps;
  }

  /** Whether the default window can be had back. */
  get canReset(): boolean {
    return this.node.extensions.length >= 1;
  }

  get hasLimitedAddressing(): boolean {
    return this.canReset && this.node.extensions[2] === 1;
  }

  /** Undefined when the call failed. */
  query(): WindowQuery | undefined {
    const hasSixOutputs = this.node.extensions[1] === 1;
    const call = 'ibm,query-pe-dma-windows';
    const [status, windowsAvailable, ...rest] = this.rtas(call, [], hasSixOutputs ? 6 : 5);
    if (status !== RTAS_SUCCESS) return this.failed(call, status);
    const largestBlock = hasSixOutputs ? joinHalves(rest[0], rest[1]) : BigInt(rest[0]);
    const pageMask = rest[hasSixOutputs ? 2 : 1];
    const pages = pageShiftsOfMask(pageMask).map((shift) => formatSize(2 ** shift));
    const windows = `${windowsAvailable} window${windowsAvailable === 1 ? '' : 's'} available`;
    this.note(call, `${windows}, largest block ${largestBlock} TCEs, pages ${pages.join(', ')}`);
    return { windowsAvailable, largestBlock, pageMask };
  }

  /** Undefined when the call failed. */
  create(pageShift: number, windowShift: number): CreatedWindow | undefined {
    const name = 'ibm,create-pe-dma-window';
    const size = `${formatSize(1n << BigInt(windowShift))} of ${formatSize(1n << BigInt(pageShift))} pages`;
    const call = `${name} ${size}`;
    let outputs = this.rtas(name, [pageShift, windowShift], 4);
    for (let tries = 1; isBusy(outputs[0]) && tries < BUSY_TRIES_MAX; tries += 1) {
      this.note(call, 'busy, tried again');
      outputs = this.rtas(name, [pageShift, windowShift], 4);
    }
    const [status, liobn, startUpper, startLower] = outputs;
    if (status !== RTAS_SUCCESS) return this.failed(call, status);
    const start = joinHalves(startUpper, startLower);
    this.note(call, `LIOBN ${hex(BigInt(liobn))} at bus address ${hex(start)}`);
    return { liobn, start };
  }

  /** A failure is only logged by the kernel, too. */
  remove(liobn: number): boolean {
    const call = 'ibm,remove-pe-dma-window';
    const [status] = this.firmware.call(call, [liobn], 1);
    const isGone = status === RTAS_SUCCESS;
    const of = `LIOBN ${hex(BigInt(liobn))}`;
    this.note(`${call} ${of}`, isGone ? 'removed' : `failed, status ${status}`);
    return isGone;
  }

  /** Back to the default window; nothing where firmware knows no such call. */
  reset(): void {
    if (!this.canReset) return;
    const call = 'ibm,reset-pe-dma-windows';
    const [status] = this.rtas(call, [], 1);
    this.note(call, status === RTAS_SUCCESS ? 'default window only' : `failed, status ${status}`);
  }

  /** Asks for windows that devices of less than 64 bits can reach. */
  resetLimited(): boolean {
    const call = 'ibm,reset-pe-dma-windows';
    const [status] = this.rtas(call, [1], 1);
    const isDone = status === RTAS_SUCCESS;
    this.note(`${call} limited`, isDone ? 'limited addressing' : `failed, status ${status}`);
    return isDone;
  }

  private rtas(name: DdwCall, further: readonly number[], outputs: number): number[] {
    const { buid, configAddress } = this.node;
    const inputs = [configAddress, upperHalf(buid), lowerHalf(buid), ...further];
    const answer = this.firmware.call(name, inputs, outputs);
    this.status = answer[0];
    return answer;
  }

  private failed(call: string, status: number): undefined {
    this.note(call, `failed, status ${status}`);
  }

  private note(call: string, outcome: string): void {
    this.steps.push({ call, outcome });
  }
}

function isBusy(status: number): boolean {
  return status === RTAS_BUSY || (status >= DELAY_MIN && status <= DELAY_MAX);
}
