/**
 * One attempt to make a window for a node, from the query to the last TCE, and what is undone when it
 * fails: the body of enable_ddw (arch/powerpc/platforms/pseries/iommu.c).
 */
import type { CreatedWindow, DdwCalls, WindowQuery } from './ddw-calls.ts';
import { type DdwPlan, planWindow } from './ddw-plan.ts';
import {
  DIRECT_PROPERTY,
  DYNAMIC_PROPERTY,
  type WindowProperty,
  type WindowPropertyName,
} from './ddw-property.ts';
import type { DdwNodeState, EnabledWindow, Partition } from './ddw-state.ts';
import type { DdwStep } from './ddw-step.ts';
import { clearRun, describeRun, mapRun, type TceCaller } from './direct-map.ts';
import type { GuestDdwFacts } from './guest-era.ts';
import { H_SUCCESS } from './hcall.ts';

export class DdwAttempt {
  /** The default window had to give way. */
  isDefaultRemoved = false;
  private isLimited = false;

  constructor(
    private readonly facts: GuestDdwFacts,
    private readonly partition: Partition,
    private readonly caller: TceCaller,
    private readonly calls: DdwCalls,
    private readonly steps: DdwStep[],
  ) {}

  /** The window, or undefined; the steps say why. */
  make(state: DdwNodeState, maskBits: number): EnabledWindow | undefined {
    if (!state.node.hasDdw) return this.giveUp('ibm,ddw-applicable', 'firmware makes no windows');
    // 1. What is there?
    const offered = this.calls.query();
    if (offered === undefined) return undefined;
    // 2. Devices of less than 64 bits need windows that they can reach.
    if (maskBits < 64 && !this.limitAddresses()) return undefined;
    // 3. Where there is room for one window only, the default window gives way.
    const query = offered.windowsAvailable > 0 ? offered : this.replaceDefaultWindow(state);
    if (query === undefined) return undefined;
    // 4. Which window?
    const { memory } = this.partition;
    const { isDefaultRemoved } = this;
    const plan = planWindow(this.facts, { query, memory, maskBits, isDefaultRemoved });
    if (typeof plan === 'string') return this.giveUp('decision', plan);
    this.steps.push({ call: 'decision', outcome: plan.reasons.join('; ') });
    // 5. Firmware makes it.
    const created = this.calls.create(plan.pageShift, plan.windowShift);
    if (created === undefined) return undefined;
    // 6. Memory is mapped in it.
    return this.fill(plan, created);
  }

  /** What a failure leaves behind is put back. */
  undo(): void {
    if (this.isDefaultRemoved || this.isLimited) this.calls.reset();
  }

  private limitAddresses(): boolean {
    if (!this.calls.hasLimitedAddressing) {
      this.giveUp('ibm,ddw-extensions', 'Limited Address Space for DDW not Supported');
      return false;
    }
    this.isLimited = this.calls.resetLimited();
    return this.isLimited;
  }

  private replaceDefaultWindow(state: DdwNodeState): WindowQuery | undefined {
    if (!this.facts.replacesDefaultWindow)
      return this.giveUp('decision', 'no free dynamic windows');
    if (state.isDefaultInUse) {
      return this.giveUp('ibm,dma-window', "current IOMMU table in use, can't be replaced");
    }
    const { defaultWindow } = state;
    if (defaultWindow === undefined) return this.giveUp('ibm,dma-window', 'there is none');
    if (!this.calls.canReset) {
      return this.giveUp('ibm,ddw-extensions', 'the default window could not be had back');
    }
    // The kernel would clear its TCEs first, but reads ibm,dma-window in the layout of its own
    // property, which is another: what that clears cannot be said.
    this.calls.remove(defaultWindow.liobn);
    this.isDefaultRemoved = true;
    const query = this.calls.query();
    if (query === undefined) return undefined;
    return query.windowsAvailable > 0 ? query : this.giveUp('decision', 'no free dynamic windows');
  }

  private fill(plan: DdwPlan, { liobn, start }: CreatedWindow): EnabledWindow | undefined {
    const { pageShift, windowShift, isDirect } = plan;
    const property: WindowProperty = { liobn, start, pageShift, windowShift };
    const propertyName: WindowPropertyName = isDirect ? DIRECT_PROPERTY : DYNAMIC_PROPERTY;
    if (isDirect && !this.mapMemory(property)) return undefined;
    if (plan.isDynamic) this.clearDynamicPart(plan, property);
    this.steps.push({ call: propertyName, outcome: 'added to the device tree' });
    return { property, propertyName, plan };
  }

  private mapMemory(property: WindowProperty): boolean {
    for (const run of this.partition.runs) {
      const outcome = mapRun(this.caller, property, run);
      this.steps.push(describeRun(property, outcome));
      if (outcome.code === H_SUCCESS) continue;
      this.clear(property, { start: 0n, bytes: 1n << BigInt(property.windowShift) });
      this.calls.remove(property.liobn);
      return false;
    }
    return true;
  }

  /** A table that drivers will use page by page is emptied first (iommu_init_table). */
  private clearDynamicPart(plan: DdwPlan, property: WindowProperty): void {
    const start = plan.dynamicOffset;
    this.clear(property, { start, bytes: (1n << BigInt(plan.windowShift)) - start });
  }

  private clear(property: WindowProperty, run: { start: bigint; bytes: bigint }): void {
    const outcome = clearRun(this.caller.hypervisor, property, run, this.facts.stuffMax);
    this.steps.push(describeRun(property, outcome));
  }

  private giveUp(call: string, reason: string): undefined {
    this.steps.push({ call, outcome: reason });
  }
}
