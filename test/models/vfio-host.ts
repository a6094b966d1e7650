/** A small host for the tests of the kernel side: memory, buddy allocator, a PHB that only remembers. */
import type { TveSelect } from '../../models/address.ts';
import { Opal, type PhbLimits } from '../../models/firmware/opal.ts';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import { ERA_5_17, type Era } from '../../models/kernel/era.ts';
import { type GroupHome, PeGroup } from '../../models/kernel/group/pe-group.ts';
import type { LockedMemory } from '../../models/kernel/locked-memory.ts';
import { type Process, startProcess } from '../../models/kernel/process.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { PreregisteredMemory } from '../../models/kernel/vfio/preregistered.ts';
import type { ContainerKernel } from '../../models/kernel/vfio/windows.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';

/** PHB4 of a POWER9 with skiboot 7: four page sizes, page kills escalated. */
export const PHB4: PhbLimits = {
  ioda: 'ioda3',
  peCount: 512,
  pageShifts: [12, 16, 21, 30],
  escalatePageKill: true,
};

export const PHB3: PhbLimits = {
  ioda: 'ioda2',
  peCount: 256,
  pageShifts: [12, 16, 24, 28],
  escalatePageKill: false,
};

/** Remembers every register write. */
export class RecordingPhb {
  readonly tvt = new Map<number, bigint>();
  readonly kills: bigint[] = [];

  writeTve(index: number, value: bigint): void {
    this.tvt.set(index, value);
  }

  writeTceKill(value: bigint): void {
    this.kills.push(value);
  }
}

export interface HostOptions {
  readonly basePageShift?: number;
  readonly ramBytes?: bigint;
  readonly freeBlocks?: readonly number[];
  readonly limitBytes?: bigint;
  readonly era?: Era;
  readonly phb?: PhbLimits;
  readonly tveSelect?: TveSelect;
  readonly type?: ContainerType;
}

/** PE number of the test host's device. */
export const PE = 509;

const RAM_BASE = 1n << 40n;

/** A host with one container; the group of `PE` (5 on a PHB3) is not attached yet. */
export class TestHost {
  readonly phb = new RecordingPhb();
  readonly memory = new PhysicalMemory(allocateMemory(64 * 2 ** 20));
  readonly buddy: Buddy;
  readonly process: Process;
  readonly kernel: ContainerKernel;
  readonly container: VfioContainer;
  readonly group: PeGroup;
  private readonly home: GroupHome;

  constructor(options: HostOptions = {}) {
    const { basePageShift = 16, ramBytes = 1n << 40n, freeBlocks, phb = PHB4 } = options;
    const { era = ERA_5_17, limitBytes = 1n << 50n } = options;
    const node = { pageShift: basePageShift, base: RAM_BASE };
    this.buddy = new Buddy(freeBlocks ? { ...node, freeBlocks } : { ...node, ramBytes });
    this.process = startProcess({ limitBytes, capIpcLock: false, pageShift: basePageShift });
    const { memory, buddy: allocator } = this;
    this.kernel = { era, basePageShift, platform: 'powernv' };
    this.home = { era, basePageShift, ramBytes, memory, allocator };
    this.container = this.openContainer(options.type);
    this.group = this.groupOf(phb.peCount > PE ? PE : 5, phb, options.tveSelect);
  }

  get locked(): LockedMemory {
    return this.process.locked;
  }

  get regions(): PreregisteredMemory {
    return this.process.regions;
  }

  openContainer(type: ContainerType = 'v2', process = this.process): VfioContainer {
    return new VfioContainer(type, this.kernel, process);
  }

  /** Memory of the process at its own real address. */
  addMemory(start: bigint, bytes: bigint, pageShift = this.kernel.basePageShift): void {
    this.process.memory.add({ start, bytes, realAddress: start, pageShift });
  }

  groupOf(pe: number, phb: PhbLimits = PHB4, tveSelect: TveSelect = 'bit59'): PeGroup {
    const info = {
      dma32Start: 0n,
      dma32Bytes: 0x8000_0000n,
      pageShifts: phb.pageShifts,
      windowsMax: 2,
      levelsMax: 5,
      tveSelect,
    };
    return new PeGroup(pe, info, new Opal(this.phb, phb), this.home);
  }

  /** Attaches the group and removes the default window before it exists. */
  attachWithoutDefault(): this {
    this.container.attach(this.group);
    this.container.remove(0n);
    return this;
  }
}

/** `EINVAL`, `+1`, ... of a refusal, `ok` of anything else. */
export function outcome(result: CallResult): string {
  if (!isRefusal(result)) return 'ok';
  return result.errno ?? `${result.rc}`;
}

const GiB = 1n << 30n;

/** CREATE on the host's container. */
export function create(host: TestHost, windowBytes: bigint, pageShift: number, levels: number) {
  return host.container.create({ windowBytes, pageShift, levels });
}

/** Registers 1 GiB of ordinary memory at its own real address. */
export function withMemory(host: TestHost, start = GiB): TestHost {
  host.addMemory(start, GiB);
  host.container.register(start, GiB);
  return host;
}

/** MAP of that memory, for reading and writing unless `options` say otherwise. */
export function map(host: TestHost, busAddress: bigint, bytes: bigint, options: object = {}) {
  return host.container.map({
    processAddress: GiB,
    busAddress,
    bytes,
    read: true,
    write: true,
    ...options,
  });
}
