/** What the tables of all PHBs took from the host, and what could not be had. */
import { hex } from '../../models/bits.ts';
import type { PhbOutcome } from '../replay/phb-replay.ts';
import type { Result } from './result-schema.ts';

/** Containers of all PEs, windows and failures side by side. */
export function tablesOf(phbs: readonly PhbOutcome[]): Result['tables'] {
  const containers = phbs.flatMap(({ phb, containers }) =>
    containers.map((container) => ({ phb, ...container })),
  );
  return {
    touchedBytes: phbs.reduce((sum, phb) => sum + phb.touchedBytes, 0),
    stores: phbs.reduce((sum, phb) => sum + phb.stores, 0),
    windows: containers.flatMap(({ phb, pe, windows }) =>
      windows.map((window) => ({
        phb,
        pe,
        busAddress: hex(window.startAddress),
        requestedBytes: Number(window.requestedBytes),
        effectiveBytes: Number(window.effectiveBytes),
        pageBytes: 2 ** window.pageShift,
        levels: window.levels,
        order: window.order,
        blockBytes: window.blockBytes,
        hardwareBlocks: window.hardwareBlocks,
        mirrorBlocks: window.mirrorBlocks,
        allocatedBytes: Number(window.allocatedBytes),
        fullBytes: Number(window.fullBytes),
        lockedBytes: Number(window.lockedBytes),
      })),
    ),
    failedAllocations: containers.flatMap(({ phb, pe, failedAllocations }) =>
      failedAllocations.map(
        ({ call, tree, order, bytes, largestFreeOrder, orderMax, freeBytes }) => ({
          phb,
          pe,
          call,
          tree,
          order,
          bytes: Number(bytes),
          largestFreeOrder,
          orderMax,
          freeBytes: Number(freeBytes),
        }),
      ),
    ),
    failedAllocationCount: containers.reduce((sum, each) => sum + each.failedAllocationCount, 0),
    memory: phbs.map(({ phb, basePageShift, freeBefore, freeAfter }) => ({
      phb,
      pageBytes: 2 ** basePageShift,
      freeBefore: [...freeBefore],
      freeAfter,
    })),
    calls: phbs.flatMap(({ phb, calls }) => calls.map((call) => ({ phb, ...call }))),
  };
}
