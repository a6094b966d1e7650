/**
 * The other side of a pseries host: the hypervisor under its partition, with an endpoint for each group.
 * What the endpoints may have follows the presets of models/pseries; the partition's own memory is the
 * host's.
 */
import { LparFixedGroup } from '../../models/kernel/group/lpar-fixed-group.ts';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import type { BlockAllocator } from '../../models/memory/buddy.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { DEFAULT_WINDOW_PAGE_SHIFT, type EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import {
  PartitionPlatform,
  type PlatformRules,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';

/** A hypervisor and a kind of endpoint. */
interface HypervisorPreset {
  /** What it is, in words. */
  readonly title: string;
  readonly rules: PlatformRules;
  /** The endpoint of a group's number, for a partition of so much memory. */
  readonly endpoint: (number: number, ramBytes: bigint) => EndpointSpec;
  /** Whether how many TCEs a window may have is assumed; PowerVM's budgets are not published. */
  readonly isBudgetAssumed: boolean;
}

const HYPERVISORS = {
  powervm: {
    title: 'PowerVM, an adapter of the partition alone: two windows, a budget of TCEs [assumed]',
    rules: POWERVM_PLATFORM,
    endpoint: powervmEndpoint,
    isBudgetAssumed: true,
  },
  'powervm-vf': {
    title: 'PowerVM, a virtual function of an SR-IOV adapter: one window, the default one',
    rules: POWERVM_PLATFORM,
    endpoint: (number) => virtualFunction(number),
    isBudgetAssumed: false,
  },
  qemu: {
    title: "QEMU's pseries machine: two windows, TCEs are not counted",
    rules: QEMU_PLATFORM,
    endpoint: (number) => qemuEndpoint(number),
    isBudgetAssumed: false,
  },
} as const satisfies Record<string, HypervisorPreset>;

export type HypervisorName = keyof typeof HYPERVISORS;

/** The names, for a list of choices. */
export const HYPERVISOR_NAMES = Object.keys(HYPERVISORS) as readonly HypervisorName[];

/** What a hypervisor is, in words. */
export function hypervisorTitle(name: HypervisorName): string {
  return HYPERVISORS[name].title;
}

/** What a window beside the default one may have, and what of that is a guess. */
export interface DdwRoom {
  /** TCEs of the largest block; undefined: they are not counted. */
  readonly tces: bigint | undefined;
  readonly tcesAssumed: boolean;
  /** Where such a window begins. */
  readonly startAddress: bigint;
  readonly startAssumed: boolean;
}

/** The room under a hypervisor; `ddwTces` is what the user knows of it. */
export function ddwRoomOf(name: HypervisorName, ramBytes: bigint, ddwTces?: bigint): DdwRoom {
  const { rules, isBudgetAssumed }: HypervisorPreset = HYPERVISORS[name];
  const { largestBlockAnswer, secondStart } = rules.ddw;
  const spec = endpointOf(name, 0, ramBytes, ddwTces);
  const tces = spec.tceBudget - defaultTces(spec);
  return {
    tces: largestBlockAnswer.value === 0n ? tces : undefined,
    tcesAssumed: isBudgetAssumed && ddwTces === undefined,
    startAddress: secondStart.value,
    startAssumed: secondStart.origin === 'assumed',
  };
}

function endpointOf(
  name: HypervisorName,
  number: number,
  ramBytes: bigint,
  ddwTces: bigint | undefined,
): EndpointSpec {
  const spec = HYPERVISORS[name].endpoint(number, ramBytes);
  return ddwTces === undefined ? spec : { ...spec, tceBudget: defaultTces(spec) + ddwTces };
}

function defaultTces({ defaultWindow }: EndpointSpec): bigint {
  return defaultWindow.bytes >> BigInt(DEFAULT_WINDOW_PAGE_SHIFT);
}

/** What the partition is made of. */
export interface PartitionHome {
  readonly basePageShift: number;
  readonly ramBytes: bigint;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
}

export class Partition {
  readonly platform: PartitionPlatform;
  private readonly hypervisor: HypervisorName;
  private readonly ddwTces: bigint | undefined;
  private readonly home: PartitionHome;

  constructor(hypervisor: HypervisorName, home: PartitionHome, ddwTces?: bigint) {
    this.hypervisor = hypervisor;
    this.ddwTces = ddwTces;
    this.home = home;
    this.platform = new PartitionPlatform(HYPERVISORS[hypervisor].rules, home.memory);
  }

  /** The group of a new endpoint, for a kernel that makes windows for VFIO, or one that does not. */
  addGroup(number: number, makesWindows: boolean): LparGroup | LparFixedGroup {
    const { platform } = this;
    const { ramBytes, basePageShift, allocator } = this.home;
    const spec = endpointOf(this.hypervisor, number, ramBytes, this.ddwTces);
    const state = platform.addEndpoint(spec);
    if (!makesWindows) return new LparFixedGroup(state, platform);
    return new LparGroup(state, { platform, basePageShift, allocator });
  }
}
