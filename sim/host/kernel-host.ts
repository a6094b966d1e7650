/**
 * A host as a process that uses VFIO sees it: a kernel, a PHB with PEs, memory for tables, and
 * containers. Everything is made by the models; here they are only put together. DMA of devices and
 * the time that anything takes are no part of it: see sim/replay/host.ts for those.
 */
import { Opal } from '../../models/firmware/opal.ts';
import { PeGroup } from '../../models/kernel/group/pe-group.ts';
import type { GroupInfo, TableGroup } from '../../models/kernel/group/table-group.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { type Process, startProcess } from '../../models/kernel/process.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { type BlockAllocator, Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { configOf, type PhbSpec } from '../../models/phb/spec.ts';
import { TABLE_LEVELS_MAX } from '../../models/table/geometry.ts';
import { type HypervisorName, Partition } from './partition.ts';
import { RegisterFile } from './register-file.ts';

/** First real address of the node's memory, a multiple of every block. */
export const NODE_BASE = 1n << 40n;
/** The default window ends where the 32-bit MMIO space begins (skiboot phb4.h M32_PCI_START). */
const DMA32_BYTES = 1n << 31n;
/** Tables that may be touched; the machine commits what is. */
const TABLE_BYTES_MAX = 2 ** 30;

/** What a host is made of. */
export interface HostOptions {
  readonly kernel: Kernel;
  readonly phb: PhbSpec;
  /** Under which a pseries kernel runs; left out: QEMU. */
  readonly hypervisor?: HypervisorName;
  /** TCEs that PowerVM has for a window beside the default one; left out: assumed from `ramBytes`. */
  readonly ddwTces?: bigint;
  /** All of the machine's memory. */
  readonly ramBytes: bigint;
  /** Where tables find their blocks; left out: all of the memory is free. */
  readonly allocator?: BlockAllocator;
  /** Simulated memory from an earlier host; blocks are zeroed as they are allocated. */
  readonly memory?: PhysicalMemory;
  /** Size of the default window on powernv; left out: 2 GiB. */
  readonly dma32Bytes?: bigint;
}

/** What limits a process. */
export interface ProcessLimits {
  /** RLIMIT_MEMLOCK; left out: the process has CAP_IPC_LOCK, and nothing limits it. */
  readonly memlockBytes?: bigint;
}

export class KernelHost {
  readonly kernel: Kernel;
  readonly phb: PhbSpec;
  readonly ramBytes: bigint;
  readonly memory: PhysicalMemory;
  readonly allocator: BlockAllocator;
  /** What software wrote into the PHB; under a hypervisor nothing. */
  readonly registers = new RegisterFile();
  /** What a pseries kernel runs in. */
  readonly partition: Partition | undefined;
  private readonly opal: Opal;
  private readonly groupInfo: GroupInfo;

  constructor(options: HostOptions) {
    const { kernel, phb, ramBytes } = options;
    this.kernel = kernel;
    this.phb = phb;
    this.ramBytes = ramBytes;
    this.memory = options.memory ?? new PhysicalMemory(allocateMemory(TABLE_BYTES_MAX));
    this.allocator = options.allocator ?? wholeNode(kernel.basePageShift, ramBytes);
    const { memory, allocator } = this;
    const { basePageShift } = kernel;
    if (kernel.platform === 'pseries') {
      const { hypervisor = 'qemu', ddwTces } = options;
      const home = { basePageShift, ramBytes, memory, allocator };
      this.partition = new Partition(hypervisor, home, ddwTces);
    }
    const config = configOf(phb);
    this.opal = new Opal(this.registers, {
      ioda: phb.ioda,
      peCount: config.pe.count,
      pageShifts: config.pageShifts,
      escalatePageKill: config.kill.escalatePageKill,
    });
    this.groupInfo = {
      dma32Start: 0n,
      dma32Bytes: options.dma32Bytes ?? DMA32_BYTES,
      pageShifts: config.pageShifts,
      windowsMax: config.pe.tvesPerPe,
      levelsMax: TABLE_LEVELS_MAX,
      tveSelect: config.pe.tveSelect,
    };
  }

  /** A process that has locked nothing yet. */
  startProcess({ memlockBytes }: ProcessLimits = {}): Process {
    return startProcess({
      limitBytes: memlockBytes ?? 0n,
      capIpcLock: memlockBytes === undefined,
      pageShift: this.kernel.basePageShift,
    });
  }

  /** A container of a process, VFIO_SPAPR_TCE_IOMMU (v1) or VFIO_SPAPR_TCE_v2_IOMMU. */
  openContainer(type: ContainerType, process: Process): VfioContainer {
    return new VfioContainer(type, this.kernel, process);
  }

  /** The IOMMU group of a PE, or of a partition's endpoint; a new one with each call. */
  groupOf(pe: number): TableGroup {
    const { memory, allocator, ramBytes, partition } = this;
    const { era, basePageShift, hasWindows } = this.kernel;
    if (partition !== undefined) return partition.addGroup(pe, hasWindows);
    const home = { era, basePageShift, memory, allocator, ramBytes };
    return new PeGroup(pe, this.groupInfo, this.opal, home);
  }

  /** The TVE of a PE's window slot, as the firmware wrote it; 0 under a hypervisor. */
  tveOf(pe: number, slot: number): bigint {
    return this.registers.tve(2 * pe + slot);
  }
}

/** A node with all of its memory free. */
function wholeNode(pageShift: number, ramBytes: bigint): BlockAllocator {
  return new Buddy({ pageShift, base: NODE_BASE, ramBytes });
}
