/**
 * What a partition's kernel knows of its DMA windows (arch/powerpc/platforms/pseries/iommu.c): the nodes
 * of the device tree that have them, its list of windows, its list of failures, and the partition's
 * memory.
 */
import type { DdwNode } from './ddw-calls.ts';
import type { DdwPlan, MappedMemory } from './ddw-plan.ts';
import type { WindowProperty, WindowPropertyName } from './ddw-property.ts';
import type { DdwStep } from './ddw-step.ts';
import type { MemoryRun } from './direct-map.ts';

/** A window that the kernel made, as its list of windows has it. */
export interface EnabledWindow {
  readonly property: WindowProperty;
  readonly propertyName: WindowPropertyName;
  readonly plan: DdwPlan;
}

/** A node of the device tree with DMA windows, and what the kernel remembers of it. */
export interface DdwNodeState {
  readonly node: DdwNode;
  /** ibm,dma-window; undefined once it was taken out of the tree. */
  defaultWindow: WindowProperty | undefined;
  /** Whether any page is mapped in the default window. */
  isDefaultInUse: boolean;
  window: EnabledWindow | undefined;
  /** On the list of nodes that failed. */
  isFailed: boolean;
}

/** A node as the kernel finds it at boot: with its default window, and nothing else. */
export function nodeAtBoot(node: DdwNode, defaultWindow: WindowProperty): DdwNodeState {
  return { node, defaultWindow, isDefaultInUse: false, window: undefined, isFailed: false };
}

/** Where addresses that no DMA may have lie: 32-bit MMIO of the PHB. */
export interface MmioRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** TCEs that the kernel hands out page by page in a window. */
export interface DynamicTable {
  /** Slot of the group of tables. */
  readonly slot: 0 | 1;
  readonly start: bigint;
  readonly bytes: bigint;
  /** Numbers of TCEs that stay free for MMIO; first and one behind the last. */
  readonly reserved: { readonly first: bigint; readonly end: bigint };
}

/** What came of it, for the device that asked. */
export interface DdwAnswer {
  /** Whether all of memory is mapped, so that the device needs no further call. */
  readonly isDirect: boolean;
  /** What serves the device now. */
  readonly serves: 'default window' | 'direct' | 'dynamic' | 'hybrid';
  /** Added to real addresses where mapping is direct; the window's start otherwise. */
  readonly dmaOffset: bigint;
  /** Bus addresses from here up cannot be reached directly; 0: no limit. */
  readonly busLimit: bigint;
  readonly window: EnabledWindow | undefined;
  readonly dynamicTable: DynamicTable | undefined;
  readonly steps: readonly DdwStep[];
}

/** The partition that the kernel runs in. */
export interface Partition {
  readonly memory: MappedMemory;
  /** Memory that is there now, in ascending order. */
  readonly runs: MemoryRun[];
  readonly mmio32: MmioRange;
}
