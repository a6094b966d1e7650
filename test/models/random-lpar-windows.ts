/**
 * The windows of random-lpar.ts's containers, and the books of them: what each was charged, its array of
 * userspace addresses, its TCEs.
 */
import { expect } from 'vitest';
import type { Refusal } from '../../models/kernel/call-result.ts';
import type { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import type { VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import type { PartitionPlatform } from '../../models/pseries/platform.ts';
import { type Actor, countRegions, type Registered } from './random-actor.ts';
import type { FirmwareRecord } from './random-firmware.ts';
import { type BlockLedger, readTable, type Wanted } from './random-ledger.ts';

/** A page of the kernel. */
export const PAGE = 1n << 16n;
/** What a process may lock. */
export const LIMIT = 96n << 20n;
/** get_table_size of more levels than one. */
const CHARGE_OF_LEVELS = 0xffff_ffffn;

export interface Device {
  readonly spec: EndpointSpec;
  readonly group: LparGroup;
  slot: Slot | undefined;
}

/** A container, and what it must be like. */
export interface Slot {
  container: VfioContainer;
  readonly actor: Actor;
  /** Newest first. */
  devices: Device[];
  isPending: boolean;
}

/** What is known of a window. */
export interface LparBooks {
  readonly actor: Actor;
  readonly device: Device;
  readonly charged: bigint;
  readonly viewPages: bigint;
  readonly entries: number;
  /** Entries of the hypervisor's table: more where the window is a part of the default window. */
  readonly reach: number;
  readonly pageShift: number;
  readonly tces: Map<number, number>;
}

/** What the containers share with others. */
export interface LparSetting {
  readonly platform: PartitionPlatform;
  readonly firmware: FirmwareRecord;
  readonly memory: PhysicalMemory;
  readonly ledger: BlockLedger;
  /** Number of the first of two processes. */
  readonly firstActor: bigint;
}

export class LparWindows {
  readonly books = new Map<DmaWindow, LparBooks>();
  private readonly setting: LparSetting;

  constructor(setting: LparSetting) {
    this.setting = setting;
  }

  /** Bytes of the arrays of userspace addresses. */
  get viewBytes(): bigint {
    return [...this.books.values()].reduce((sum, { viewPages }) => sum + viewPages * PAGE, 0n);
  }

  /** Compares every TCE and every region's count. */
  check(actors: readonly Actor[]): void {
    const counts = new Map<Registered, number>();
    for (const [window, { actor, device, tces, reach, pageShift }] of this.books) {
      const bytes = Math.max(reach * 8, 4096);
      const contents = readTable(this.setting.memory, Number(window.table.root), 1, bytes);
      expect(contents.tces, `TCEs of window ${window.slot}`).toEqual(tces);
      const { hypervisor } = this.setting.platform;
      const liobn = device.spec.liobns.find(
        (each) => hypervisor.table(each)?.tces.root === window.table.root,
      );
      expect(liobn, 'the window is open at the hypervisor').toBeDefined();
      for (const [entry, tce] of [...tces].slice(0, 3)) {
        const address = window.place.start + (BigInt(entry) << BigInt(pageShift));
        expect(hypervisor.getTce(liobn as number, address).tce).toBe(BigInt(tce));
      }
      countRegions(actor, tces.values(), counts);
    }
    for (const actor of actors) {
      for (const range of actor.registered) {
        const region = actor.process.regions.find(range.start, range.bytes);
        expect(region?.mappedEntries, 'TCEs into a region').toBe(counts.get(range) ?? 0);
      }
    }
  }

  /** Charge, array and TCEs of a window, or what its failure leaves behind. */
  enter(
    slot: Slot,
    device: Device,
    wanted: Wanted,
    room: bigint,
    refusal: Refusal | undefined,
  ): bigint | undefined {
    const { books: locked } = slot.actor;
    const { pageShift, windowBytes, levels } = wanted;
    const entries = windowBytes >> BigInt(pageShift);
    const tableBytes = windowBytes >> BigInt(pageShift - 3);
    const cost = levels > 1 ? CHARGE_OF_LEVELS : tableBytes;
    const charged = (cost / PAGE) * PAGE;
    const isOffered = device.spec.pageShifts.includes(pageShift);
    const isBeyond = charged > 0n && locked.bytes + charged > LIMIT && !isRoot(slot.actor);
    if (!isOffered || cost === 0n || isBeyond) {
      expect(refusal?.rc).toBe(isOffered && cost > 0n ? -12 : -22);
      return undefined;
    }
    if (refusal !== undefined) {
      // What fails after the charge keeps it; what other groups do not take is given back.
      const isForeign = refusal.reason.includes('opened for another group');
      expect(isForeign).toBe(isForeign && slot.devices.length > 1);
      if (!isForeign) locked.leak(charged);
      return undefined;
    }
    expect(levels < 2 && slot.devices.length === 1, 'a window that cannot be').toBe(true);
    const window = slot.container.windows.find((each) => !this.books.has(each));
    if (window === undefined) throw new Error('a window that was made and is not there');
    locked.charge(charged);
    const pages = (entries * 8n + PAGE - 1n) / PAGE;
    const defaultEntries = device.spec.defaultWindow.bytes / 4096n;
    const isDefault = window.slot === 0 && pageShift === 12 && entries <= defaultEntries;
    const viewPages = pages <= room ? pages : 0n;
    this.books.set(window, {
      actor: slot.actor,
      device,
      charged,
      viewPages,
      entries: Number(entries),
      reach: Number(isDefault ? defaultEntries : entries),
      pageShift,
      tces: new Map(),
    });
    return room - viewPages;
  }

  /** Windows that are gone are paid back, their arrays freed and their TCEs nobody's. */
  learnRemovals(slots: readonly Slot[]): void {
    const alive = new Set(slots.flatMap(({ container }) => container.windows));
    for (const [window, { actor, charged }] of this.books) {
      if (alive.has(window)) continue;
      actor.books.refund(charged);
      this.books.delete(window);
    }
  }

  /** Ranges that TCEs point into, and how many. */
  mappedRanges(actor: Actor): Map<Registered, number> {
    const counts = new Map<Registered, number>();
    for (const books of this.books.values()) {
      if (books.actor === actor) countRegions(actor, books.tces.values(), counts);
    }
    return counts;
  }

  /** A MAP that failed has cleared the pages that it reached, in front of the failure. */
  enterFailedMap(window: DmaWindow, books: LparBooks, first: number, count: number): void {
    const bytes = Math.max(books.reach * 8, 4096);
    const { tces } = readTable(this.setting.memory, Number(window.table.root), 1, bytes);
    let cleared = first;
    while (cleared < first + count && !tces.has(cleared)) cleared += 1;
    for (let entry = first; entry < cleared; entry += 1) books.tces.delete(entry);
    expect(tces, 'TCEs after a MAP that failed').toEqual(books.tces);
  }
}

/** Whether a process may lock more than it is allowed. */
export function isRoot(actor: Actor): boolean {
  return actor.runs[0].start === 2n << 36n;
}
