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
  const { order, bytes, tree, level } = failure;
  return `level ${level} of the ${tree} table wants a block of order ${order} (${describeBytes(bytes)}), ${describeLack(failure)}`;
}

/** What there was instead of the block: nothing that large, now or ever. */
export function describeLack(failure: Omit<LevelFailure, 'tree' | 'level'>): string {
  const { order, bytes, largestFreeOrder, orderMax, freeBytes, watermarkBytes } = failure;
  const orderBytes = (of: number) => describeBytes(Number(bytes) / 2 ** (order - of));
  if (order > orderMax)
    return `the kernel's largest is order ${orderMax} (${orderBytes(orderMax)})`;
  if (largestFreeOrder < 0) return 'no block is free';
  if (watermarkBytes !== undefined) {
    const [kept, free] = [watermarkBytes, freeBytes].map((each) => describeBytes(each));
    return `such a block is free, but ${kept} must stay free (watermark), of ${free} in all`;
  }
  const largest = `order ${largestFreeOrder} (${orderBytes(largestFreeOrder)})`;
  return `the largest free is ${largest}, ${describeBytes(freeBytes)} free in all`;
}
