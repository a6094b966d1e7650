/**
 * A host for the random test: two processes, four containers and four PEs behind two PHBs, one memory
 * that tables, buffers of the host and other users share and that is always short. After every call the
 * books of random-ledger.ts are compared with the model.
 */
import { expect } from 'vitest';
import { log2Exact } from '../../models/bits.ts';
import { Opal } from '../../models/firmware/opal.ts';
import type { Refusal } from '../../models/kernel/call-result.ts';
import type { Era } from '../../models/kernel/era.ts';
import { type GroupHome, PeGroup } from '../../models/kernel/group/pe-group.ts';
import type { Process } from '../../models/kernel/process.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { type Actor, countRegions, newActor, type Registered } from './random-actor.ts';
import {
  BlockLedger,
  chargeOf,
  reachesTooFar,
  readTable,
  type TableContents,
  tveOf,
  type Wanted,
  wholeTreeBytes,
} from './random-ledger.ts';
import { PHB3, PHB4, RecordingPhb } from './vfio-host.ts';

const MiB = 1n << 20n;
const RAM_BYTES = 40n * MiB;
/** The default window of every group. */
const DEFAULT_WINDOW: Wanted = { pageShift: 12, windowBytes: 2048n * MiB, levels: 1 };

/** A PE and who has it. */
export interface Device {
  readonly group: PeGroup;
  readonly phb: RecordingPhb;
  slot: Slot | undefined;
}

/** A place for a container; the container in it changes when it is closed and opened again. */
export interface Slot {
  container: VfioContainer;
  /** Newest first. */
  attached: Device[];
  opener: Actor;
  owner: Actor | undefined;
  enabledBytes: bigint;
}

/** What is known of a window. */
export interface WindowBooks {
  readonly payer: Actor;
  readonly refundBytes: bigint;
  readonly tces: Map<number, number>;
}

export class RandomHost {
  readonly era: Era;
  readonly pageBits: number;
  readonly memory = new PhysicalMemory(allocateMemory(128 * 2 ** 20));
  readonly buddy: Buddy;
  readonly ledger: BlockLedger;
  readonly actors: readonly Actor[];
  readonly devices: readonly Device[];
  readonly slots: readonly Slot[];
  readonly windows = new Map<DmaWindow, WindowBooks>();
  /** Blocks that somebody else has. */
  readonly ballast: { address: bigint; order: number }[] = [];
  private readonly initialBlocks: readonly number[];

  constructor(era: Era, pageBits: number) {
    this.era = era;
    this.pageBits = pageBits;
    this.buddy = new Buddy({ pageShift: pageBits, base: 1n << 40n, ramBytes: RAM_BYTES });
    this.initialBlocks = this.buddy.freeBlocks;
    this.ledger = new BlockLedger(this.buddy);
    this.actors = [0n, 1n].map((index) => newActor(index, pageBits));
    const home: GroupHome = {
      era,
      basePageShift: pageBits,
      ramBytes: 1n << 41n,
      memory: this.memory,
      allocator: this.ledger,
    };
    this.devices = [PHB4, PHB4, PHB4, PHB3].map((limits, index) => {
      const phb = new RecordingPhb();
      const info = {
        dma32Start: 0n,
        dma32Bytes: DEFAULT_WINDOW.windowBytes,
        pageShifts: limits.pageShifts,
        windowsMax: 2,
        levelsMax: 5,
        tveSelect: 'bit59' as const,
      };
      return {
        group: new PeGroup(3 + index, info, new Opal(phb, limits), home),
        phb,
        slot: undefined,
      };
    });
    this.slots = [0, 0, 0, 1].map((opener) => this.open('v2', this.actors[opener]));
  }

  /** A container of its own, in no place yet. */
  open(type: ContainerType, opener: Actor): Slot {
    const kernel = { era: this.era, basePageShift: this.pageBits, platform: 'powernv' as const };
    const container = new VfioContainer(type, kernel, opener.process);
    return { container, attached: [], opener, owner: undefined, enabledBytes: 0n };
  }

  actorOf(process: Process): Actor {
    return this.actors.find((actor) => actor.process === process) as Actor;
  }

  /** Enters what a call did to the windows of a container, and what it failed to do. */
  enterWindows(slot: Slot, caller: Actor, wanted: Wanted | undefined, refusal?: Refusal): void {
    const payer = slot.owner ?? caller;
    if (this.era.name === '4.2') this.enterDrift(payer, wanted, refusal);
    else this.enterLeak(payer, slot, wanted, refusal);
    const now = slot.container.windows;
    for (const window of now) {
      if (this.windows.has(window)) continue;
      const isDefault = window.slot === 0 && window.requestedBytes === DEFAULT_WINDOW.windowBytes;
      const request = isDefault && !isLike(window, wanted) ? DEFAULT_WINDOW : wanted;
      if (request === undefined) throw new Error('a window that nobody asked for');
      const view = this.viewBytesOf(slot.container.type, window);
      const charged = chargeOf(request, this.pageBits, this.era.name) + view;
      const whole = wholeTreeBytes(request, this.pageBits) + view;
      payer.books.charge(charged);
      const refundBytes = this.era.name === '4.2' ? whole : charged;
      this.windows.set(window, { payer, refundBytes, tces: new Map() });
    }
  }

  /** Enters the end of windows that a container has no more; a group detached keeps them. */
  enterRemovals(): void {
    const alive = new Set(this.slots.flatMap(({ container }) => container.windows));
    for (const [window, { payer, refundBytes, tces }] of this.windows) {
      if (alive.has(window)) continue;
      payer.books.refund(refundBytes);
      this.windows.delete(window);
      if (tces.size > 0) this.enterLosses(window, payer, tces);
    }
  }

  /** A container has registered a range. */
  hold(actor: Actor, slot: Slot, start: bigint, bytes: bigint): void {
    const known = actor.registered.find((each) => each.start === start && each.bytes === bytes);
    if (known !== undefined) {
      known.holders.add(slot);
      return;
    }
    actor.books.charge(bytes);
    const holders = new Set([slot]);
    actor.registered.push({ start, bytes, holders, isStranded: false, lostEntries: 0 });
  }

  /** A container has asked to give a range up, and was answered `rc`. */
  letGo(actor: Actor, slot: Slot, start: bigint, bytes: bigint, rc: number): void {
    const range = actor.registered.find((each) => each.start === start && each.bytes === bytes);
    const isBusy =
      range !== undefined &&
      range.holders.size + (range.isStranded ? 1 : 0) === 1 &&
      this.entriesInto(actor, range) > 0;
    const keepsBusy = ['4.2', '4.19'].includes(this.era.name);
    if (rc === -16) expect(isBusy && keepsBusy, 'UNREGISTER -EBUSY').toBe(true);
    if (rc !== 0) return;
    expect(range?.holders.has(slot), 'UNREGISTER of what it holds').toBe(true);
    expect(isBusy && keepsBusy, 'UNREGISTER of mapped memory').toBe(false);
    range?.holders.delete(slot);
    if (range !== undefined) this.giveUp(actor, range);
  }

  /** A range that nobody holds any more is unpinned, unless TCEs still point into it. */
  giveUp(actor: Actor, range: Registered): void {
    if (range.holders.size > 0 || range.isStranded) return;
    if (this.entriesInto(actor, range) > 0) {
      range.isStranded = true;
      return;
    }
    actor.registered.splice(actor.registered.indexOf(range), 1);
    actor.books.refund(range.bytes);
  }

  /** A call may not have changed anything: memory, charges, windows. */
  fingerprint(): unknown {
    return {
      free: this.buddy.freeBytes,
      locked: this.actors.map(({ process }) => process.locked.lockedBytes),
      windows: this.slots.map(({ container }) =>
        container.windows.map(({ slot, table }) => `${slot} at ${table.root}`),
      ),
      regions: this.actors.map(({ process }) =>
        process.regions.all.map((region) => ({ ...region })),
      ),
    };
  }

  /** Compares all that costs nothing to compare. */
  checkBooks(): void {
    expect(this.buddy.freeBytes + this.ledger.liveBytes, 'free and used memory').toBe(RAM_BYTES);
    for (const { process, books, registered } of this.actors) {
      expect(process.locked.lockedBytes, 'locked memory').toBe(books.bytes);
      expect(process.locked.leakedBytes, 'leaked memory').toBe(books.leaked);
      const held = registered.map(({ start, bytes, holders, isStranded }) => ({
        start,
        bytes,
        users: holders.size + (isStranded ? 1 : 0),
      }));
      const regions = process.regions.all.map(({ start, bytes, users }) => ({
        start,
        bytes,
        users,
      }));
      expect(regions.sort(byStart), 'registered ranges').toEqual(held.sort(byStart));
    }
    for (const { group, phb, slot } of this.devices) {
      const tves = [0, 1].map((index) => phb.tvt.get(group.pe * 2 + index) ?? 0n);
      const windows = slot?.container.windows ?? [];
      const wanted = [0, 1].map((index) => tveIn(windows, index));
      expect(tves, `TVEs of PE ${group.pe}`).toEqual(wanted);
    }
  }

  /** Compares memory itself: every block of every table, every TCE, every region's count. */
  checkMemory(others: bigint): void {
    let inTables = 0n;
    const mapped = new Map<Registered, number>();
    for (const [window, { payer, tces }] of this.windows) {
      const { hardwareBlocks, mirrorBlocks, geometry } = window.table;
      const contents = this.read(window);
      expect(contents.blocks.length, 'blocks of the table').toBe(hardwareBlocks);
      const orders = contents.blocks.map((block) => this.ledger.live.get(BigInt(block)));
      expect(new Set(orders), 'orders of its blocks').toEqual(new Set([geometry.order]));
      expect(contents.tces, `TCEs of window ${window.slot}`).toEqual(tces);
      inTables += BigInt((hardwareBlocks + mirrorBlocks) * geometry.levelBytes);
      const { type } = this.slotOf(window).container;
      inTables += this.viewBytesOf(type, window);
      if (type === 'v2') countRegions(payer, contents.tces.values(), mapped);
    }
    const inBallast = this.ballast.reduce((sum, { order }) => sum + (1n << BigInt(order)), 0n);
    const total = inTables + (inBallast << BigInt(this.pageBits)) + others;
    expect(this.ledger.liveBytes, 'blocks of tables, buffers and others').toBe(total);
    for (const { process, registered } of this.actors) {
      for (const range of registered) {
        const region = process.regions.find(range.start, range.bytes);
        expect(region?.mappedEntries, 'TCEs into a region').toBe(
          (mapped.get(range) ?? 0) + range.lostEntries,
        );
      }
    }
  }

  /** Everything closed: all memory is back, and of charges only what is known to leak. */
  checkEnd(): void {
    this.checkBooks();
    expect(this.buddy.freeBlocks).toEqual(this.initialBlocks);
    expect(this.ledger.live.size).toBe(0);
    for (const { process, books, registered } of this.actors) {
      expect(registered.every(({ isStranded, holders }) => isStranded && holders.size === 0)).toBe(
        true,
      );
      if (this.era.name === '4.2') continue;
      const stranded = registered.reduce((sum, { bytes }) => sum + bytes, 0n);
      expect(process.locked.lockedBytes).toBe(books.leaked + stranded);
    }
  }

  /** A window's table as it stands in memory. */
  read({ table }: DmaWindow): TableContents {
    const { levels, levelBytes } = table.geometry;
    return readTable(this.memory, Number(table.root), levels, levelBytes);
  }

  /** TCEs of v2 windows that point into a registered range now. */
  entriesInto(actor: Actor, range: Registered): number {
    const mapped = new Map<Registered, number>();
    for (const [window, { payer, tces }] of this.windows) {
      if (payer !== actor || this.slotOf(window).container.type === 'v1') continue;
      countRegions(actor, tces.values(), mapped);
    }
    return (mapped.get(range) ?? 0) + range.lostEntries;
  }

  /**
   * Enters that an entry is overwritten or cleared. Only TCEs with a permission are counted down: KVM
   * maps those of a list without one, too, and counts them for ever.
   */
  drop({ payer, tces }: WindowBooks, entry: number): void {
    const tce = tces.get(entry);
    tces.delete(entry);
    if (tce !== undefined && tce % 4 === 0) this.lose(payer, [tce]);
  }

  /** TCEs that are gone, and that nobody counted down. */
  lose(payer: Actor, tces: readonly number[]): void {
    const mapped = new Map<Registered, number>();
    countRegions(payer, tces, mapped);
    for (const [range, count] of mapped) range.lostEntries += count;
  }

  /** The end of a window clears its own entries only; those behind it are no longer anybody's. */
  private enterLosses(window: DmaWindow, payer: Actor, tces: Map<number, number>): void {
    const { tceCount } = window.table.geometry;
    const isLost = ([entry, tce]: [number, number]) => entry >= tceCount || tce % 4 === 0;
    const lost = [...tces].filter(isLost);
    this.lose(
      payer,
      lost.map(([, tce]) => tce),
    );
  }

  private slotOf(window: DmaWindow): Slot {
    return this.slots.find(({ container }) => container.windows.includes(window)) as Slot;
  }

  /** The array of userspace addresses of 4.2, one word an entry. */
  private viewBytesOf(type: ContainerType, { table }: DmaWindow): bigint {
    if (this.era.name !== '4.2' || type === 'v1') return 0n;
    const bytes = BigInt(table.geometry.tceCount) * 8n;
    const page = 1n << BigInt(this.pageBits);
    return ((bytes + page - 1n) / page) * page;
  }

  /** From 4.19 on a CREATE that fails after its charge keeps it; the default window is one, too. */
  private enterLeak(
    payer: Actor,
    { attached }: Slot,
    wanted: Wanted | undefined,
    refusal: Refusal | undefined,
  ): void {
    if (refusal === undefined) return;
    const request = refusal.reason.startsWith('default window') ? DEFAULT_WINDOW : wanted;
    if (request === undefined) return;
    const isTooDeep =
      refusal.errno === 'EINVAL' &&
      attached[0].group.info.pageShifts.includes(request.pageShift) &&
      isWellFormed(request) &&
      reachesTooFar(request, this.pageBits);
    if (!isTooDeep && refusal.allocation === undefined) return;
    payer.books.leak(chargeOf(request, this.pageBits, this.era.name));
  }

  /** Until 4.18 a table that the firmware refuses gives back what it took, not what was charged. */
  private enterDrift(payer: Actor, wanted: Wanted | undefined, refusal: Refusal | undefined): void {
    if (wanted === undefined || !refusal?.reason.startsWith('the firmware refused')) return;
    payer.books.charge(chargeOf(wanted, this.pageBits, this.era.name));
    payer.books.refund(wholeTreeBytes(wanted, this.pageBits));
  }
}

function isWellFormed({ levels, windowBytes }: Wanted): boolean {
  return levels >= 1 && levels <= 5 && !Number.isNaN(log2Exact(windowBytes));
}

function tveIn(windows: readonly DmaWindow[], slot: number): bigint {
  const window = windows.find((each) => each.slot === slot);
  if (window === undefined) return 0n;
  const { levels, levelBytes, pageShift } = window.table.geometry;
  return tveOf({ root: window.table.root, levels, levelBytes, pageShift });
}

function isLike({ requestedBytes, table }: DmaWindow, wanted: Wanted | undefined): boolean {
  if (wanted === undefined) return false;
  const { pageShift, levels } = table.geometry;
  return (
    requestedBytes === wanted.windowBytes &&
    pageShift === wanted.pageShift &&
    levels === wanted.levels
  );
}

function byStart(one: { start: bigint }, other: { start: bigint }): number {
  return one.start < other.start ? -1 : 1;
}
