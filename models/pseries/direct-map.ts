/**
 * Memory mapped for good into a window that begins at `start`: the page at real address r stands at bus
 * address start + r, for reading and writing, 512 TCEs a call (tce_setrange_multi_pSeriesLP and
 * tce_clearrange_multi_pSeriesLP, arch/powerpc/platforms/pseries/iommu.c). The kernel rounds the number
 * of TCEs down: the end of a range that is not whole IO pages stays unmapped.
 */

import { hex } from '../bits.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { TCE_PCI_READ_WRITE } from '../tce.ts';
import type { WindowProperty } from './ddw-property.ts';
import type { DdwStep } from './ddw-step.ts';
import {
  H_SUCCESS,
  type HcallCode,
  type HcallName,
  hcallCodeName,
  TCE_LIST_ENTRIES_MAX,
} from './hcall.ts';
import type { Hypervisor } from './hypervisor.ts';

/** A run of a partition's memory, by its own real addresses. */
export interface MemoryRun {
  readonly start: bigint;
  readonly bytes: bigint;
}

/** What it takes to map memory for good. */
export interface MappingCost {
  readonly tces: bigint;
  readonly tableBytes: bigint;
  readonly calls: bigint;
}

/** What mapping or clearing a run took, and the code of the call that failed, if one did. */
export interface MappingOutcome {
  readonly call: HcallName;
  readonly code: HcallCode;
  readonly tces: number;
  readonly calls: number;
}

/** How a partition's kernel hands TCEs over. */
export interface TceCaller {
  readonly hypervisor: Hypervisor;
  /** The partition's memory, where the list of H_PUT_TCE_INDIRECT stands. */
  readonly guestMemory: PhysicalMemory;
  /** Real address of the page for the list, one for each processor. */
  readonly listPage: bigint;
  /** Whether firmware knows H_PUT_TCE_INDIRECT; `multitce=off` on the kernel's command line says no. */
  readonly hasIndirect: boolean;
}

/** TCEs, bytes of the table and calls for memory that begins at 0 and is whole pages. */
export function directMapCost(ramBytes: bigint, pageShift: number): MappingCost {
  const tces = ramBytes >> BigInt(pageShift);
  const listMax = BigInt(TCE_LIST_ENTRIES_MAX);
  return { tces, tableBytes: tces * 8n, calls: (tces + listMax - 1n) / listMax };
}

/** Maps a run of memory; stops at the first call that fails. */
export function mapRun(caller: TceCaller, window: WindowProperty, run: MemoryRun): MappingOutcome {
  if (!caller.hasIndirect) return mapOneByOne(caller, window, run);
  const call = 'H_PUT_TCE_INDIRECT';
  const { first, tces } = ioPages(window, run);
  const pageBytes = 1n << BigInt(window.pageShift);
  let calls = 0;
  let done = 0;
  // A run of less than one page is a list of no TCE: the kernel makes that call, too.
  do {
    const count = Math.min(tces - done, TCE_LIST_ENTRIES_MAX);
    const real = first + BigInt(done) * pageBytes;
    for (let entry = 0; entry < count; entry += 1) {
      const tce = (real + BigInt(entry) * pageBytes) | BigInt(TCE_PCI_READ_WRITE);
      caller.guestMemory.write(caller.listPage + BigInt(entry) * 8n, tce);
    }
    const { liobn, start } = window;
    const code = caller.hypervisor.putTceIndirect(liobn, start + real, caller.listPage, count);
    calls += 1;
    if (code !== H_SUCCESS) return { call, code, tces: done, calls };
    done += count;
  } while (done < tces);
  return { call, code: H_SUCCESS, tces, calls };
}

/** Clears a run; `stuffMax` TCEs a call, or all with one. */
export function clearRun(
  hypervisor: Hypervisor,
  window: WindowProperty,
  run: MemoryRun,
  stuffMax = Number.POSITIVE_INFINITY,
): MappingOutcome {
  const call = 'H_STUFF_TCE';
  const { first, tces } = ioPages(window, run);
  let calls = 0;
  let done = 0;
  do {
    const count = Math.min(tces - done, stuffMax);
    const busAddress = window.start + first + (BigInt(done) << BigInt(window.pageShift));
    const code = hypervisor.stuffTce(window.liobn, busAddress, 0n, count);
    calls += 1;
    if (code !== H_SUCCESS) return { call, code, tces: done, calls };
    done += count;
  } while (done < tces);
  return { call, code: H_SUCCESS, tces, calls };
}

/** The calls of a run as one step. */
export function describeRun(window: WindowProperty, outcome: MappingOutcome): DdwStep {
  const { call, code, tces, calls } = outcome;
  const times = `${calls} call${calls === 1 ? '' : 's'}, ${tces} TCEs`;
  return {
    call: `${call} LIOBN ${hex(BigInt(window.liobn))}`,
    outcome: code === H_SUCCESS ? times : `${times}, then ${hcallCodeName(code)}`,
  };
}

function mapOneByOne(caller: TceCaller, window: WindowProperty, run: MemoryRun): MappingOutcome {
  const shift = BigInt(window.pageShift);
  const tces = Number(run.bytes >> shift);
  // Both ends are rounded down to IO pages; a failure is only logged, and the next TCE tried.
  const busAddress = ((run.start + window.start) >> shift) << shift;
  const real = (run.start >> shift) << shift;
  for (let entry = 0; entry < tces; entry += 1) {
    const offset = BigInt(entry) << shift;
    const tce = (real + offset) | BigInt(TCE_PCI_READ_WRITE);
    caller.hypervisor.putTce(window.liobn, busAddress + offset, tce);
  }
  return { call: 'H_PUT_TCE', code: H_SUCCESS, tces, calls: tces };
}

/** The first IO page of a run, rounded down, and how many the kernel counts. */
function ioPages(window: WindowProperty, run: MemoryRun): { first: bigint; tces: number } {
  const pageBytes = 1n << BigInt(window.pageShift);
  const inFront = run.start % pageBytes;
  return {
    first: run.start - inFront,
    tces: Number((run.bytes + inFront) >> BigInt(window.pageShift)),
  };
}
