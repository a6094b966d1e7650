/**
 * VFIO containers of a partition's kernel (6.11 and later) for the random test: groups that come and go,
 * windows that firmware makes or refuses, arrays of userspace addresses from the host's memory, which is
 * short, and books of what each call must leave behind.
 */
import { expect } from 'vitest';
import { isRefusal, type Refusal } from '../../models/kernel/call-result.ts';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import { type Actor, newActor, type Registered, realOf } from './random-actor.ts';
import {
  type Device,
  isRoot,
  LIMIT,
  type LparSetting,
  LparWindows,
  PAGE,
  type Slot,
} from './random-lpar-windows.ts';
import { RandomPlayer } from './random-player.ts';

const BIT_59 = 1n << 59n;

export class RandomLpar extends RandomPlayer {
  private readonly setting: LparSetting;
  private readonly devices: readonly Device[];
  private readonly slots: readonly Slot[];
  private readonly windows: LparWindows;
  private readonly ballast: bigint[] = [];

  constructor(setting: LparSetting, specs: readonly EndpointSpec[], random: () => number) {
    super(random);
    const { platform, firmware, ledger: allocator, firstActor } = setting;
    this.setting = setting;
    this.windows = new LparWindows(setting);
    this.devices = specs.map((spec) => {
      const state = firmware.addEndpoint(spec);
      const group = new LparGroup(state, { platform, basePageShift: 16, allocator });
      return { spec, group, slot: undefined };
    });
    const actors = [newActor(firstActor, 16), newActor(firstActor + 1n, 16)];
    this.slots = [0, 0, 1].map((index) => this.open(actors[index]));
  }

  /** Bytes of the arrays of userspace addresses, and what others took. */
  get blockBytes(): bigint {
    return this.windows.viewBytes + BigInt(this.ballast.length) * 8n * PAGE;
  }

  /** One call. */
  step(): void {
    this.setting.firmware.failureRate = 0.05;
    const busy = this.slots.filter(({ devices }) => devices.length > 0);
    const slot = this.pick(busy.length > 0 && this.random() < 0.85 ? busy : this.slots);
    const dice = this.random();
    if (dice < 0.08) this.attach(this.pick(this.slots));
    else if (dice < 0.1) this.detach(this.pick(this.devices));
    else if (dice < 0.105) this.close(slot);
    else if (dice < 0.16) this.takeOrGive();
    else if (dice < 0.3) this.create(slot);
    else if (dice < 0.35) this.remove(slot);
    else if (dice < 0.45) this.register(slot);
    else if (dice < 0.47) this.unregister(slot);
    else if (dice < 0.87) this.map(slot);
    else this.unmap(slot);
    this.setting.firmware.failureRate = 0;
    this.checkBooks();
  }

  /** Compares every TCE, every region's count and every open window. */
  check(): void {
    this.setting.firmware.check();
    this.windows.check(this.slots.map(({ actor }) => actor));
    for (const { spec, slot } of this.devices) {
      if (slot !== undefined) continue;
      const { firmware } = this.setting;
      const extra = firmware.openOf(spec).slice(1);
      expect(
        extra.filter((liobn) => !firmware.orphans.has(liobn)),
        'windows of nobody',
      ).toEqual([]);
    }
  }

  /** Closes everything: charges are left that leaked, and of memory nothing. */
  end(): void {
    for (const slot of this.slots) this.close(slot);
    for (const address of this.ballast.splice(0)) this.setting.ledger.free(address, 3);
    this.check();
    expect(this.blockBytes).toBe(0n);
    for (const { actor } of this.slots) {
      const { registered, books, process } = actor;
      expect(registered.every(({ isStranded }) => isStranded)).toBe(true);
      const stranded = registered.reduce((sum, { bytes }) => sum + bytes, 0n);
      expect(process.locked.lockedBytes).toBe(books.leaked + stranded);
      expect(process.regions.all).toHaveLength(registered.length);
    }
  }

  private open(actor: Actor): Slot {
    const container = new VfioContainer('v2', parseKernel('6.12-pseries-64k'), actor.process);
    return { container, actor, devices: [], isPending: false };
  }

  private attach(slot: Slot): void {
    // A group is open in one container at a time: VFIO's group layer sees to it.
    const device = this.pick(this.devices.filter((each) => [undefined, slot].includes(each.slot)));
    if (device === undefined) return;
    // With two groups a container cannot make a window any more.
    if (slot.devices.length > 0 && this.random() < 0.8) return;
    const hasWindows = slot.container.windows.length > 0;
    const result = slot.container.attach(device.group);
    this.note('ATTACH', result.rc);
    if (device.slot === slot) {
      expect(result.rc, 'ATTACH of a group that is attached').toBe(-16);
      return;
    }
    // A window belongs to the group that made it; no other can translate through it.
    expect(result.rc === 0, 'ATTACH of a container with windows').toBe(!hasWindows);
    if (result.rc !== 0) return;
    if (slot.devices.length === 0) slot.isPending = true;
    slot.devices.unshift(device);
    device.slot = slot;
  }

  /**
   * Pages are unmapped and windows removed first: what the tables of a group detached with windows still
   * are to their container is not part of this test.
   */
  private detach(device: Device): void {
    const { slot } = device;
    if (slot === undefined) return;
    for (const { place } of slot.container.windows) slot.container.remove(place.start);
    this.windows.learnRemovals(this.slots);
    expect(slot.container.detach(device.group).rc).toBe(0);
    slot.devices = slot.devices.filter((each) => each !== device);
    device.slot = undefined;
    this.note('DETACH', 0);
  }

  private close(slot: Slot): void {
    for (const device of slot.devices) this.detach(device);
    slot.container.release();
    for (const range of [...slot.actor.registered]) {
      if (range.holders.delete(slot)) this.giveUp(slot.actor, range);
    }
    Object.assign(slot, this.open(slot.actor));
    this.note('CLOSE', 0);
  }

  private takeOrGive(): void {
    const { ledger } = this.setting;
    if (this.random() < 0.5 && this.ballast.length > 0) {
      ledger.free(this.ballast.splice(this.below(this.ballast.length), 1)[0], 3);
      return;
    }
    const address = this.ballast.length < 90 ? ledger.allocate(3) : undefined;
    if (address !== undefined) this.ballast.push(address);
  }

  private create(slot: Slot): void {
    const pageShift = this.pick([12, 12, 16, 16, 21, 24, 17]);
    const bits = BigInt(pageShift + this.below(16)) - (this.random() < 0.05 ? 3n : 0n);
    const windowBytes = (1n << bits) + (this.random() < 0.04 ? 4096n : 0n);
    const levels = this.random() < 0.92 ? this.below(2) : 2;
    const wanted = { pageShift, windowBytes, levels };
    const room = this.setting.ledger.freePages;
    const result = slot.container.create(wanted);
    this.note('CREATE', result.rc, `${pageShift} ${bits} ${levels} ${reasonOf(result)}`);
    if (slot.devices.length === 0) {
      expect(result.rc, 'CREATE without a group').toBe(-6);
      return;
    }
    const maker = slot.devices[0];
    const left = this.enterDefault(slot, maker, room, isRefusal(result) ? result : undefined);
    if (left === undefined) return;
    const taken = slot.container.windows.length - (result.rc === 0 ? 1 : 0);
    if (taken === 2) {
      expect(result.rc, 'a third window').toBe(-28);
      return;
    }
    this.windows.enter(
      slot,
      maker,
      wanted,
      left,
      result.rc === 0 ? undefined : (result as Refusal),
    );
    if (!isRefusal(result)) {
      const made = slot.container.windows.find(({ place }) => place.start === result.startAddress);
      expect(made && this.windows.books.has(made)).toBe(true);
    }
  }

  /** The default window that a call makes in passing. Pages left for views; undefined: that failed. */
  private enterDefault(slot: Slot, maker: Device, room: bigint, refusal?: Refusal) {
    if (!slot.isPending) return room;
    const wanted = { pageShift: 12, windowBytes: maker.spec.defaultWindow.bytes, levels: 1 };
    const isRefused = refusal?.reason.startsWith('default window') === true;
    slot.isPending = isRefused;
    return this.windows.enter(slot, maker, wanted, room, isRefused ? refusal : undefined);
  }

  private remove(slot: Slot): void {
    const address = this.random() < 0.7 ? this.place(slot).address : this.pick([0n, BIT_59, 77n]);
    const window = this.windowAt(slot, address);
    const result = slot.container.remove(address);
    this.note('REMOVE', result.rc, `${address}`);
    const isPromise = slot.isPending && address === 0n;
    if (slot.devices.length === 0) expect(result.rc).toBe(-6);
    else expect(result.rc === 0).toBe(isPromise || window !== undefined);
    if (result.rc === 0 && isPromise) slot.isPending = false;
    this.windows.learnRemovals(this.slots);
  }

  private register(slot: Slot): void {
    const { actor } = slot;
    const run = this.pick(actor.runs);
    const known = actor.registered.find(({ start }) => start === run.start);
    const isHeld = known?.holders.has(slot) === true;
    const isBeyond = !known && actor.books.bytes + run.bytes > LIMIT && !isRoot(actor);
    const { rc } = slot.container.register(run.start, run.bytes);
    this.note('REGISTER', rc);
    expect(rc).toBe(isHeld ? -16 : isBeyond ? -12 : 0);
    if (rc !== 0) return;
    if (known !== undefined) {
      known.holders.add(slot);
      return;
    }
    actor.books.charge(run.bytes);
    const { start, bytes } = run;
    actor.registered.push({
      start,
      bytes,
      holders: new Set([slot]),
      isStranded: false,
      lostEntries: 0,
    });
  }

  /** Only of ranges that no TCE points into: others would stay pinned for ever. */
  private unregister(slot: Slot): void {
    const { actor } = slot;
    const counts = this.windows.mappedRanges(actor);
    const range = actor.registered.find((each) => each.holders.has(slot) && !counts.has(each));
    if (range === undefined) return;
    const { rc } = slot.container.unregister(range.start, range.bytes);
    this.note('UNREGISTER', rc);
    expect(rc).toBe(0);
    range.holders.delete(slot);
    this.giveUp(actor, range);
  }

  /** A range that nobody holds any more is unpinned, unless another container's TCEs point into it. */
  private giveUp(actor: Actor, range: Registered): void {
    if (range.holders.size > 0 || range.isStranded) return;
    if (this.windows.mappedRanges(actor).has(range)) {
      range.isStranded = true;
      return;
    }
    actor.registered.splice(actor.registered.indexOf(range), 1);
    actor.books.refund(range.bytes);
  }

  private map(slot: Slot): void {
    const { address, pageShift, room: entries } = this.place(slot);
    const shift = BigInt(pageShift);
    const { actor } = slot;
    const run = this.pick(actor.runs);
    const pages = Math.min(this.below(this.random() < 0.1 ? 600 : 24), entries);
    const at = BigInt(this.below(Number(run.bytes >> shift) || 1)) << shift;
    const [read, write] = this.pick([
      [true, true],
      [true, false],
      [false, true],
    ]);
    const processAddress = run.start + at;
    const bytes = BigInt(pages) << shift;
    const room = this.setting.ledger.freePages;
    const request = { processAddress, busAddress: address, bytes, read, write };
    const result = slot.container.map(request);
    this.note('MAP', result.rc, `${address} ${bytes} ${reasonOf(result)}`);
    if (!this.isEnabled(slot, result.rc)) return;
    this.enterPassing(slot, room, result);
    const window = this.windowAt(slot, address);
    const books = window && this.windows.books.get(window);
    if (window === undefined || books === undefined || books.pageShift !== pageShift) return;
    const first = Number((address - window.place.start) >> shift);
    const count = Math.min(pages, books.reach - first);
    if (count < pages) expect(result.rc, 'MAP behind the end of the table').not.toBe(0);
    for (let page = 0; page < count; page += 1) {
      const address = processAddress + (BigInt(page) << shift);
      const real = result.rc === 0 ? realOf(actor, address) : undefined;
      const permission = (read ? 1 : 0) + (write ? 2 : 0);
      if (real !== undefined) books.tces.set(first + page, Number(real) + permission);
      else if (result.rc === 0) throw new Error('MAP of memory that is not there');
    }
    if (result.rc !== 0) this.windows.enterFailedMap(window, books, first, count);
  }

  private unmap(slot: Slot): void {
    const { address, pageShift } = this.place(slot);
    const pages = this.below(this.random() < 0.3 ? 5000 : 30);
    const room = this.setting.ledger.freePages;
    const result = slot.container.unmap(address, BigInt(pages) << BigInt(pageShift));
    this.note('UNMAP', result.rc);
    if (!this.isEnabled(slot, result.rc)) return;
    this.enterPassing(slot, room, result);
    const window = this.windowAt(slot, address);
    const books = window && this.windows.books.get(window);
    if (window === undefined || books === undefined || result.rc !== 0) return;
    const first = Number((address - window.place.start) >> BigInt(pageShift));
    for (let page = 0; page < pages; page += 1) books.tces.delete(first + page);
  }

  /** MAP and UNMAP make a promised default window, too; without a group they cannot. */
  private enterPassing(slot: Slot, room: bigint, result: { rc: number }): void {
    if (!slot.isPending) return;
    if (slot.devices.length === 0) expect(result.rc).toBe(-19);
    else
      this.enterDefault(
        slot,
        slot.devices[0],
        room,
        result.rc === 0 ? undefined : (result as Refusal),
      );
  }

  private isEnabled(slot: Slot, rc: number): boolean {
    if (rc === -1 && slot.container.windows.length === 0) return false;
    return rc !== -1;
  }

  private windowAt(slot: Slot, address: bigint): DmaWindow | undefined {
    return slot.container.windows.find(({ place, requestedBytes }) => {
      return address >= place.start && address < place.start + requestedBytes;
    });
  }

  /** An address in a window; entries from there to the end, where a table of a whole page has one. */
  private place(slot: Slot): { address: bigint; pageShift: number; room: number } {
    const window = this.pick(slot.container.windows);
    const books = window && this.windows.books.get(window);
    if (books === undefined) return { address: this.pick([0n, BIT_59]), pageShift: 12, room: 24 };
    const { entries, reach, pageShift } = books;
    const entry = this.pick([this.below(entries), this.below(64) % entries, entries - 1]);
    const address = window.place.start + (BigInt(entry) << BigInt(pageShift));
    // What lies behind a part of the default window, or in the rest of a page that a smaller table has,
    // is not part of this test.
    return {
      address,
      pageShift,
      room: reach < 512 || reach > entries ? entries - entry : Number.POSITIVE_INFINITY,
    };
  }

  private checkBooks(): void {
    for (const { actor, container, isPending, devices } of this.slots) {
      expect(actor.process.locked.lockedBytes, 'locked memory').toBe(actor.books.bytes);
      expect(actor.process.locked.leakedBytes, 'leaked memory').toBe(actor.books.leaked);
      expect(container.windows.every((window) => this.windows.books.has(window))).toBe(true);
      if (devices.length > 0) expect(container.hasPendingDefaultWindow).toBe(isPending);
    }
  }
}

function reasonOf(result: { rc: number; reason?: string }): string {
  return result.reason ?? '';
}
