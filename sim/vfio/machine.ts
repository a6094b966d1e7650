/** The machine that a script runs on: a kernel's host, and devices behind its groups. */
import type { TableGroup } from '../../models/kernel/group/table-group.ts';
import type { Process } from '../../models/kernel/process.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import type { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { assumed } from '../../models/origin.ts';
import { configOf, type PhbSpec, withParameters } from '../../models/phb/spec.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import type { KernelHost, ProcessLimits } from '../host/kernel-host.ts';
import type { Translator } from './device.ts';
import { HypervisorTranslator } from './hypervisor-translator.ts';
import { PhbTranslator } from './phb-translator.ts';

/** A group and what its device sees. */
export interface DeviceGroup {
  /** PE number, or under a hypervisor the endpoint's. */
  readonly pe: number;
  readonly group: TableGroup;
  readonly translator: Translator;
}

/** PEs at the end of a PHB's range that Linux keeps for the root bus and for errors without a PE. */
const PES_RESERVED = 2;

/** A PHB for scripts. Nobody looks at TCE kills, and PHB3 has one for each of a window's 2^30 pages. */
export function scriptPhb(spec: PhbSpec): PhbSpec {
  const once = assumed(true, 'a script has no TCE cache: one kill does for all pages');
  return withParameters(spec, new Map([['kill.escalatePageKill', once]]));
}

export class ScriptMachine {
  readonly host: KernelHost;
  private readonly limits: ProcessLimits;

  /** Under a pseries kernel, the host's hypervisor is QEMU. */
  constructor(host: KernelHost, limits: ProcessLimits) {
    this.host = host;
    this.limits = limits;
  }

  /** PE of the first group; Linux gives PEs out from the top down (pnv_ioda_alloc_pe). */
  get firstPe(): number {
    return configOf(this.host.phb).pe.count - 1 - PES_RESERVED;
  }

  startProcess(): Process {
    return this.host.startProcess(this.limits);
  }

  openContainer(type: ContainerType, process: Process): VfioContainer {
    return this.host.openContainer(type, process);
  }

  /** The group that is numbered so, from 0 on; undefined where the PHB has no PE for it. */
  group(index: number): DeviceGroup | undefined {
    const { host } = this;
    const { partition } = host;
    if (partition !== undefined) {
      const { hypervisor } = partition.platform;
      const translator = new HypervisorTranslator(hypervisor, qemuEndpoint(index).liobns);
      return { pe: index, group: host.groupOf(index), translator };
    }
    const pe = this.firstPe - index;
    if (pe < 0) return undefined;
    return { pe, group: host.groupOf(pe), translator: new PhbTranslator(host, pe) };
  }
}
