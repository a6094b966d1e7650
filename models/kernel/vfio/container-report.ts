/** What a container's windows took from the host: memory now and at most, charges, failures. */

import type { FailedAllocation } from '../failed-allocations.ts';
import type { VfioContainer } from './container.ts';
import { effectiveBytes } from './dma-window.ts';

/** One window and its two trees of tables. */
export interface WindowReport {
  readonly slot: number;
  readonly startAddress: bigint;
  readonly requestedBytes: bigint;
  readonly effectiveBytes: bigint;
  /** The hardware translates bus addresses of so many bits. */
  readonly reachBits: number;
  readonly pageShift: number;
  readonly levels: number;
  /** Buddy order and bytes of each block of both trees. */
  readonly order: number;
  readonly blockBytes: number;
  readonly hardwareBlocks: number;
  readonly mirrorBlocks: number;
  /** Both trees as they are, and with every leaf. */
  readonly allocatedBytes: bigint;
  readonly fullBytes: bigint;
  readonly lockedBytes: bigint;
}

/** A container's windows and what could not be had. */
export interface ContainerReport {
  readonly windows: readonly WindowReport[];
  readonly failedAllocations: readonly FailedAllocation[];
  readonly failedAllocationCount: number;
  /** Of the process: everything charged, and what failed CREATEs left charged. */
  readonly lockedBytes: bigint;
  readonly leakedBytes: bigint;
}

/** The state of a container for a report. */
export function reportContainer(container: VfioContainer): ContainerReport {
  const { locked } = container.process;
  return {
    windows: container.windows.map((window) => {
      const { slot, place, requestedBytes, lockedBytes, table } = window;
      const { geometry, hardwareBlocks, mirrorBlocks } = table;
      return {
        slot,
        startAddress: place.start,
        requestedBytes,
        effectiveBytes: effectiveBytes(window),
        reachBits: geometry.reachBits,
        pageShift: geometry.pageShift,
        levels: geometry.levels,
        order: geometry.order,
        blockBytes: geometry.levelBytes,
        hardwareBlocks,
        mirrorBlocks,
        allocatedBytes: BigInt(hardwareBlocks + mirrorBlocks) * BigInt(geometry.levelBytes),
        fullBytes: 2n * geometry.fullTreeBytes,
        lockedBytes,
      };
    }),
    failedAllocations: container.failedAllocations.first,
    failedAllocationCount: container.failedAllocations.count,
    lockedBytes: locked.lockedBytes,
    leakedBytes: locked.leakedBytes,
  };
}
