/**
 * How programs get a DMA window out of a VFIO container: what they want, every call they make on the
 * way, and what they end with. A refused CREATE costs more than time: since Linux 4.19 its charge stays
 * in the process's locked memory, so that a program that tries again pays for each attempt.
 */
import type { CallResult } from '../kernel/call-result.ts';
import type { WindowRequest } from '../kernel/group/table-group.ts';
import type { VfioContainer } from '../kernel/vfio/container.ts';
import type { ContainerInfo, WindowsInfo } from '../kernel/vfio/requests.ts';

/** The calls of a container that these programs use. */
export type WindowCalls = Pick<VfioContainer, 'getInfo' | 'create' | 'remove'>;

/** Locked memory of the process that calls. */
export interface LockedBytes {
  readonly lockedBytes: bigint;
  /** Of those, charged for tables that never came into being. */
  readonly leakedBytes: bigint;
}

/** The window that a program wants. */
export interface Wish {
  readonly windowBytes: bigint;
  /** Log2 of the IO page: of the guest's for QEMU, of the huge page for DPDK. */
  readonly pageShift: number;
  /** Log2 of the smallest page of the memory that is to be mapped. */
  readonly backingShift: number;
  /** Bus address that the program wants; what the kernel gives is not for it to choose. */
  readonly startAddress: bigint;
}

/** What a call was asked to do. */
export type CallArguments =
  | { readonly call: 'GET_INFO' }
  | { readonly call: 'REMOVE'; readonly startAddress: bigint }
  | ({ readonly call: 'CREATE' } & WindowRequest);

/** A call that a program made, and the process's account after it. */
export type Attempt = CallArguments & LockedBytes & { readonly result: CallResult };

/** What programs find in the structure of GET_INFO where the kernel wrote nothing. */
const ZEROES: WindowsInfo = { pageSizes: 0n, windowsMax: 0, levelsMax: 0 };

/** What a program may ask of CREATE, as it reads it in the answer of GET_INFO. */
export function windowsOf({ windows = ZEROES }: ContainerInfo): WindowsInfo {
  return windows;
}

/** A window that a program ended with. */
export interface GrantedWindow extends WindowRequest {
  readonly startAddress: bigint;
}

/** How a program's attempts ended. */
export interface PolicyOutcome {
  readonly attempts: readonly Attempt[];
  /** The window that was wanted; absent: the program gave up. */
  readonly window?: GrantedWindow;
  /** What the program prints when it gives up, line by line. */
  readonly messages: readonly string[];
}

/** Makes calls and keeps them. */
export class CallRecorder {
  readonly attempts: Attempt[] = [];
  private readonly container: WindowCalls;
  private readonly account: LockedBytes;

  constructor(container: WindowCalls, account: LockedBytes) {
    this.container = container;
    this.account = account;
  }

  getInfo(): ReturnType<WindowCalls['getInfo']> {
    return this.note({ call: 'GET_INFO' }, this.container.getInfo());
  }

  remove(startAddress: bigint): CallResult {
    return this.note({ call: 'REMOVE', startAddress }, this.container.remove(startAddress));
  }

  create(request: WindowRequest): ReturnType<WindowCalls['create']> {
    return this.note({ call: 'CREATE', ...request }, this.container.create(request));
  }

  /** Ends with a window. */
  granted(window: GrantedWindow): PolicyOutcome {
    return { attempts: this.attempts, window, messages: [] };
  }

  /** Ends without one. */
  gaveUp(...messages: string[]): PolicyOutcome {
    return { attempts: this.attempts, messages };
  }

  private note<Result extends CallResult>(asked: CallArguments, result: Result): Result {
    const { lockedBytes, leakedBytes } = this.account;
    this.attempts.push({ ...asked, result, lockedBytes, leakedBytes });
    return result;
  }
}
