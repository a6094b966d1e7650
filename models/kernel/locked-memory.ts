/**
 * The locked memory of one process (mm->locked_vm) against RLIMIT_MEMLOCK, after mm/util.c
 * account_locked_vm (5.17). Registered memory and the tables of every window share the one account.
 */
import { describeBytes } from '../size.ts';

/** The account's rules: ulimit -l, and whether the process may pass it. */
export interface LockedMemoryLimit {
  readonly limitBytes: bigint;
  /** CAP_IPC_LOCK: counts, but never refuses. */
  readonly capIpcLock: boolean;
  /** Log2 of the kernel's page, the unit of the account. */
  readonly pageShift: number;
}

export class LockedMemory {
  private readonly limit: LockedMemoryLimit;
  private readonly shift: bigint;
  private pages = 0n;
  private leakedPages = 0n;

  constructor(limit: LockedMemoryLimit) {
    this.limit = limit;
    this.shift = BigInt(limit.pageShift);
  }

  /** Charged now, leaks included. */
  get lockedBytes(): bigint {
    return this.pages << this.shift;
  }

  /** Charged for tables that never came into being; only the process's end gives it back. */
  get leakedBytes(): bigint {
    return this.leakedPages << this.shift;
  }

  /** Charges whole pages; why not, if the limit does not allow it, and then nothing is charged. */
  charge(bytes: bigint): string | undefined {
    const pages = bytes >> this.shift;
    const limitPages = this.limit.limitBytes >> this.shift;
    if (pages > 0n && this.pages + pages > limitPages && !this.limit.capIpcLock) {
      const wanted = `${describeBytes(bytes)} of locked memory wanted`;
      const state = `${describeBytes(this.lockedBytes)} of ${describeBytes(this.limit.limitBytes)} in use`;
      return `${wanted}, ${state} (RLIMIT_MEMLOCK)`;
    }
    this.pages += pages;
    return undefined;
  }

  /** Gives a charge back; more than was charged leaves nothing, as the kernel does with a warning. */
  refund(bytes: bigint): void {
    const pages = bytes >> this.shift;
    this.pages = pages > this.pages ? 0n : this.pages - pages;
  }

  /** Notes that a charge will never be given back. */
  leak(bytes: bigint): void {
    this.leakedPages += bytes >> this.shift;
  }
}
