/**
 * What a partition stands on: its hypervisor's TCE calls and the firmware's DDW calls, under PowerVM or
 * QEMU, and what the device tree tells the partition's kernel of each endpoint.
 */
import { log2Exact } from '../bits.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { DEFAULT_WINDOW_PAGE_SHIFT, type EndpointSpec } from './ddw-endpoint.ts';
import { DEFAULT_PROPERTY_BYTES } from './ddw-property.ts';
import { type DdwRules, POWERVM_DDW, QEMU_DDW } from './ddw-rules.ts';
import { type DdwNodeState, nodeAtBoot } from './ddw-state.ts';
import { type HcallRules, POWERVM_HCALLS, QEMU_HCALLS } from './hcall-rules.ts';
import { Hypervisor } from './hypervisor.ts';
import { DdwFirmware } from './rtas-ddw.ts';
import { TableMemory } from './table-memory.ts';

/** A hypervisor's ways. */
export interface PlatformRules {
  readonly hcalls: HcallRules;
  readonly ddw: DdwRules;
  /** ibm,ddw-extensions of its endpoints, behind the count. */
  readonly extensions: readonly number[];
  /** Bytes of ibm,dma-window. */
  readonly defaultPropertyBytes: number;
}

/** Tokens are numbers that firmware picks; this one only has to be there. */
const RESET_TOKEN = 0x2029;

/** QEMU's pseries machine (hw/ppc/spapr_pci.c: the property has the token of reset and no more). */
export const QEMU_PLATFORM: PlatformRules = {
  hcalls: QEMU_HCALLS,
  ddw: QEMU_DDW,
  extensions: [RESET_TOKEN],
  defaultPropertyBytes: DEFAULT_PROPERTY_BYTES,
};

/** PowerVM at LoPAR level 2.13: largest blocks of 64 bits, limited addressing. */
export const POWERVM_PLATFORM: PlatformRules = {
  hcalls: POWERVM_HCALLS,
  ddw: POWERVM_DDW,
  extensions: [RESET_TOKEN, 1, 1],
  defaultPropertyBytes: DEFAULT_PROPERTY_BYTES,
};

export class PartitionPlatform {
  readonly hypervisor: Hypervisor;
  readonly firmware: DdwFirmware;
  /** The partition's memory by its own real addresses. */
  readonly guestMemory: PhysicalMemory;
  private readonly rules: PlatformRules;

  /** Tables stand in `memory`; lists of TCEs are read from the partition's, by default the same. */
  constructor(rules: PlatformRules, memory: PhysicalMemory, guestMemory = memory) {
    const tables = new TableMemory();
    this.rules = rules;
    this.guestMemory = guestMemory;
    this.hypervisor = new Hypervisor({ memory, tables, guestMemory }, rules.hcalls);
    this.firmware = new DdwFirmware(this.hypervisor, rules.ddw);
  }

  /** Gives the partition an endpoint; returns what its kernel finds of it at boot. */
  addEndpoint(spec: EndpointSpec): DdwNodeState {
    this.firmware.addEndpoint(spec);
    const { buid, configAddress, hasDdw, defaultWindow, liobns } = spec;
    const { defaultPropertyBytes } = this.rules;
    const extensions = hasDdw ? this.rules.extensions : [];
    const { start, bytes } = defaultWindow;
    return nodeAtBoot(
      { buid, configAddress, hasDdw, extensions, defaultPropertyBytes },
      {
        liobn: liobns[0],
        start,
        pageShift: DEFAULT_WINDOW_PAGE_SHIFT,
        windowShift: log2Exact(bytes),
      },
    );
  }
}
