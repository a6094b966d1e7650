/**
 * The other side of a pseries host: the hypervisor under its partition, with an endpoint for each group.
 * What the endpoints may have follows the presets of models/pseries; the partition's own memory is the
 * host's.
 */
import { LparFixedGroup } from '../../models/kernel/group/lpar-fixed-group.ts';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import type { BlockAllocator } from '../../models/memory/buddy.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
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
  readonly rules: PlatformRules;
  /** The endpoint of a group's number, for a partition of so much memory. */
  readonly endpoint: (number: number, ramBytes: bigint) => EndpointSpec;
}

const HYPERVISORS = {
  qemu: { rules: QEMU_PLATFORM, endpoint: (number) => qemuEndpoint(number) },
  powervm: { rules: POWERVM_PLATFORM, endpoint: powervmEndpoint },
  'powervm-vf': { rules: POWERVM_PLATFORM, endpoint: (number) => virtualFunction(number) },
} as const satisfies Record<string, HypervisorPreset>;

export type HypervisorName = keyof typeof HYPERVISORS;

/** The names, for a list of choices. */
export const HYPERVISOR_NAMES = Object.keys(HYPERVISORS) as readonly HypervisorName[];

/** What the partition is made of. */
export interface PartitionHome {
  readonly basePageShift: number;
  readonly ramBytes: bigint;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
}

export class Partition {
  readonly platform: PartitionPlatform;
  private readonly preset: HypervisorPreset;
  private readonly home: PartitionHome;

  constructor(hypervisor: HypervisorName, home: PartitionHome) {
    this.preset = HYPERVISORS[hypervisor];
    this.home = home;
    this.platform = new PartitionPlatform(this.preset.rules, home.memory);
  }

  /** The group of a new endpoint, for a kernel that makes windows for VFIO, or one that does not. */
  addGroup(number: number, makesWindows: boolean): LparGroup | LparFixedGroup {
    const { platform } = this;
    const { ramBytes, basePageShift, allocator } = this.home;
    const state = platform.addEndpoint(this.preset.endpoint(number, ramBytes));
    if (!makesWindows) return new LparFixedGroup(state, platform);
    return new LparGroup(state, { platform, basePageShift, allocator });
  }
}
