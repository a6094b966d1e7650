/** Partitions for the tests of the pseries side: memory, hypervisor, firmware, a guest's kernel. */
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import type { Partition } from '../../models/pseries/ddw-state.ts';
import type { TceCaller } from '../../models/pseries/direct-map.ts';
import { GuestDdw } from '../../models/pseries/enable-ddw.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import type { GuestDdwFacts } from '../../models/pseries/guest-era.ts';
import {
  PartitionPlatform,
  type PlatformRules,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';

/** What a guest is made of. */
interface Guest {
  readonly spec: EndpointSpec;
  readonly partition: Partition;
}

export const MiB = 1n << 20n;
export const GiB = 1n << 30n;
export const TiB = 1n << 40n;

/** Where a window beside the default one begins. */
export const START_64 = 1n << 59n;

/** The guest's page for lists of TCEs. */
export const LIST_PAGE = 0x10_0000n;

export function newMemory(mebibytes = 64): PhysicalMemory {
  return new PhysicalMemory(allocateMemory(mebibytes * 2 ** 20));
}

/** A partition of so much memory, which may grow to as much again. */
export function partitionOf(ramBytes: bigint, changes: Partial<Partition['memory']> = {}) {
  return {
    memory: { bytesMax: 2n * ramBytes, hasPmem: false, addressBitsMax: 51, ...changes },
    runs: [{ start: 0n, bytes: ramBytes }],
    mmio32: { start: 0x8000_0000n, end: 0xffff_ffffn },
  };
}

/** A guest under QEMU; of 2 GiB with one endpoint where nothing is said. */
export function qemuGuest(
  facts: GuestDdwFacts,
  { spec = qemuEndpoint(0), partition = partitionOf(2n * GiB) }: Partial<Guest> = {},
) {
  return startGuest(facts, QEMU_PLATFORM, spec, partition);
}

/** A guest under PowerVM. */
export function powervmGuest(facts: GuestDdwFacts, spec: EndpointSpec, partition: Partition) {
  return startGuest(facts, POWERVM_PLATFORM, spec, partition);
}

/** A guest with one endpoint under a hypervisor. */
export function startGuest(
  facts: GuestDdwFacts,
  rules: PlatformRules,
  spec: EndpointSpec,
  partition: Partition,
) {
  const platform = new PartitionPlatform(rules, newMemory(256), newMemory(4));
  const state = platform.addEndpoint(spec);
  const caller = callerOf(platform);
  const { firmware, hypervisor } = platform;
  const guest = new GuestDdw(facts, partition, { firmware, caller });
  guest.addNode(state);
  return { platform, hypervisor, firmware, guest, state, caller };
}

/** The guest's side of the TCE calls. */
export function callerOf(platform: PartitionPlatform, hasIndirect = true): TceCaller {
  const { hypervisor, guestMemory } = platform;
  return { hypervisor, guestMemory, listPage: LIST_PAGE, hasIndirect };
}
