/**
 * What a partition's kernel does when a driver asks for more than 32 bits of DMA: enable_ddw of Linux
 * arch/powerpc/platforms/pseries/iommu.c, with the calls to firmware and hypervisor that it makes, in
 * order and in words. A window serves all devices below its node of the device tree; a failure is
 * remembered for the node and never tried again. Left out: kdump, where windows of the first kernel are
 * found, and the removal of devices from a running partition.
 */
import { DdwAttempt } from './ddw-attempt.ts';
import { DdwCalls } from './ddw-calls.ts';
import { orderBase2 } from './ddw-plan.ts';
import type { WindowProperty } from './ddw-property.ts';
import type {
  DdwAnswer,
  DdwNodeState,
  DynamicTable,
  EnabledWindow,
  Partition,
} from './ddw-state.ts';
import type { DdwStep } from './ddw-step.ts';
import {
  clearRun,
  describeRun,
  type MappingOutcome,
  type MemoryRun,
  mapRun,
  type TceCaller,
} from './direct-map.ts';
import type { GuestDdwFacts } from './guest-era.ts';
import { H_SUCCESS } from './hcall.ts';
import type { DdwFirmware } from './rtas-ddw.ts';

/** What memory coming or going did. */
export interface MemoryChange {
  /** Memory that a hypervisor call failed for does not come online. */
  readonly isAccepted: boolean;
  readonly steps: readonly DdwStep[];
}

export class GuestDdw {
  private readonly facts: GuestDdwFacts;
  private readonly partition: Partition;
  private readonly firmware: DdwFirmware;
  private readonly caller: TceCaller;
  private readonly states: DdwNodeState[] = [];

  constructor(
    facts: GuestDdwFacts,
    partition: Partition,
    platform: { readonly firmware: DdwFirmware; readonly caller: TceCaller },
  ) {
    this.facts = facts;
    this.partition = partition;
    this.firmware = platform.firmware;
    this.caller = platform.caller;
  }

  /** A node that the kernel found at boot. */
  addNode(state: DdwNodeState): void {
    this.states.push(state);
  }

  /** A driver of a device below the node asks for `maskBits` bits of DMA. */
  enable(state: DdwNodeState, maskBits: number): DdwAnswer {
    const steps: DdwStep[] = [];
    const isEnough = this.facts.hasLimitedAddressing ? maskBits > 32 : maskBits >= 64;
    if (!isEnough) {
      const wanted = this.facts.hasLimitedAddressing ? 'more than 32' : '64';
      steps.push({ call: `mask of ${maskBits} bits`, outcome: `windows are for ${wanted} bits` });
      return this.answer(state, steps);
    }
    if (state.window !== undefined) {
      steps.push({ call: 'list of windows', outcome: 'the node has one already' });
      return this.answer(state, steps);
    }
    if (state.isFailed) {
      steps.push({ call: 'list of failures', outcome: 'it failed before and is not tried again' });
      return this.answer(state, steps);
    }
    const calls = new DdwCalls(this.firmware, state.node, steps);
    const attempt = new DdwAttempt(this.facts, this.partition, this.caller, calls, steps);
    const window = attempt.make(state, maskBits);
    if (window === undefined) {
      attempt.undo();
      state.isFailed = true;
      return this.answer(state, steps);
    }
    state.window = window;
    if (attempt.isDefaultRemoved) state.defaultWindow = undefined;
    return this.answer(state, steps);
  }

  /** Memory comes online: it is mapped where windows are direct. Fails if a hypervisor call does. */
  addMemory(run: MemoryRun): MemoryChange {
    const outcome = this.forEachMapped(run, (property) => mapRun(this.caller, property, run));
    if (outcome.isAccepted) this.partition.runs.push(run);
    return outcome;
  }

  /** Memory went offline: its TCEs are cleared. */
  removeMemory(run: MemoryRun): MemoryChange {
    const { runs } = this.partition;
    const at = runs.findIndex(({ start, bytes }) => start === run.start && bytes === run.bytes);
    if (at >= 0) runs.splice(at, 1);
    const { hypervisor } = this.caller;
    return this.forEachMapped(run, (property) =>
      clearRun(hypervisor, property, run, this.facts.stuffMax),
    );
  }

  private forEachMapped(
    run: MemoryRun,
    change: (property: WindowProperty) => MappingOutcome,
  ): MemoryChange {
    const steps: DdwStep[] = [];
    let isAccepted = true;
    const isKnown = run.start < this.partition.memory.bytesMax;
    for (const { window } of this.states) {
      if (window === undefined) continue;
      const isMapped =
        this.facts.hotplugMaps === 'everyWindow' || (window.plan.isDirect && isKnown);
      if (!isMapped) continue;
      const result = change(window.property);
      steps.push(describeRun(window.property, result));
      if (result.code !== H_SUCCESS) isAccepted = false;
    }
    return { isAccepted, steps };
  }

  private answer(state: DdwNodeState, steps: readonly DdwStep[]): DdwAnswer {
    const { window } = state;
    if (window === undefined) return { ...NO_WINDOW, steps };
    const { property, plan } = window;
    const { isDirect, isDynamic } = plan;
    const serves = !isDirect ? 'dynamic' : isDynamic ? 'hybrid' : 'direct';
    return {
      isDirect,
      serves,
      dmaOffset: property.start,
      busLimit: this.busLimit(window),
      window,
      dynamicTable: isDynamic ? this.dynamicTable(state, window) : undefined,
      steps,
    };
  }

  /** "64-bit OK but direct DMA is limited by": persistent memory lies behind what is mapped. */
  private busLimit({ plan, property }: EnabledWindow): bigint {
    const { hasPmem, addressBitsMax, bytesMax } = this.partition.memory;
    if (!hasPmem || !plan.isDirect || !this.facts.hasDynamicWindows) return 0n;
    if (plan.windowShift === addressBitsMax) return 0n;
    return property.start + (1n << BigInt(orderBase2(bytesMax)));
  }

  private dynamicTable(state: DdwNodeState, { plan, property }: EnabledWindow): DynamicTable {
    const isDefaultGone = state.defaultWindow === undefined;
    const shift = this.facts.mmioReservedAs === 'addresses' ? BigInt(plan.pageShift) : 0n;
    const { start, end } = this.partition.mmio32;
    return {
      slot: isDefaultGone ? this.facts.slotWithoutDefault : 1,
      start: property.start + plan.dynamicOffset,
      bytes: (1n << BigInt(plan.windowShift)) - plan.dynamicOffset,
      reserved: { first: start >> shift, end: end >> shift },
    };
  }
}

const NO_WINDOW: Omit<DdwAnswer, 'steps'> = {
  isDirect: false,
  serves: 'default window',
  dmaOffset: 0n,
  busLimit: 0n,
  window: undefined,
  dynamicTable: undefined,
};
