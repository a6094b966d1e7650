/** Table levels that found no block: who wanted them, how large, and what was free then. */
import { describeBytes } from '../size.ts';
import type { LevelFailure } from '../table/level-tree.ts';

/** A table level that could not be allocated, and for which call. */
export interface FailedAllocation extends LevelFailure {
  readonly call: string;
}

/** Remembered in full; a process that retries makes millions. */
const FAILURES_KEPT = 1000;

export class FailedAllocations {
  private readonly kept: FailedAllocation[] = [];
  private total = 0;

  /** All of them. */
  get count(): number {
    return this.total;
  }

  /** The first of them, at most 1000. */
  get first(): readonly FailedAllocation[] {
    return this.kept;
  }

  add(call: string, failure: LevelFailure): void {
    this.total += 1;
    if (this.kept.length < FAILURES_KEPT) this.kept.push({ ...failure, call });
  }
}

/** Why a level could not be allocated, in words. */
export function describeFailure(failure: LevelFailure): string {
  const { order, bytes, largestFreeOrder, freeBytes, tree, level } = failure;
  const wanted = `level ${level} of the ${tree} table wants a block of order ${order} (${describeBytes(bytes)})`;
  const largest =
    largestFreeOrder < 0 ? 'no block is free' : `the largest free is order ${largestFreeOrder}`;
  return `${wanted}, ${largest}, ${describeBytes(freeBytes)} free in all`;
}
