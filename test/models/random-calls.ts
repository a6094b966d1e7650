/**
 * The calls of the random test: VFIO's through ioctl(2) with structures that are sometimes damaged,
 * groups that come and go, containers that are closed, drivers of the host and others who want memory.
 * Each enters into the books what the kernel's rules say that it did.
 */
import { expect } from 'vitest';
import type { Refusal } from '../../models/kernel/call-result.ts';
import { CALLS, type CallName } from '../../models/kernel/vfio/calls.ts';
import { ioctl, requestNumber } from '../../models/kernel/vfio/ioctl.ts';
import type { FieldValues } from '../../models/kernel/vfio/layouts.ts';
import { type Actor, realOf } from './random-actor.ts';
import { HostDriver } from './random-driver.ts';
import type { RandomHost, Slot } from './random-host.ts';
import type { Wanted } from './random-ledger.ts';
import { RandomPlayer } from './random-player.ts';
import { type Damage, damaged, isFatal, RandomValues } from './random-values.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
const BIT_59 = 1n << 59n;

/** A call with its structure, and who makes it. */
interface Attempt {
  readonly caller: Actor;
  /** Whether the container belongs to another process. */
  readonly isForeign: boolean;
  readonly values: FieldValues;
  readonly damage: Damage;
}

export class RandomCalls extends RandomPlayer {
  private readonly host: RandomHost;
  private readonly values: RandomValues;
  private readonly driver: HostDriver;

  constructor(host: RandomHost, random: () => number) {
    super(random);
    this.host = host;
    this.values = new RandomValues(random);
    this.driver = HostDriver.start(host);
  }

  /** Memory that the host's own driver has. */
  get driverBytes(): bigint {
    return this.driver.bytes;
  }

  /** One call. */
  step(): void {
    const dice = this.random();
    if (dice < 0.06) this.attach();
    else if (dice < 0.08) this.detach();
    else if (dice < 0.085) this.reopen();
    else if (dice < 0.16) this.ballast();
    else if (dice < 0.22) this.driver.step(this.random);
    else if (dice < 0.23) this.unknownCall();
    else if (dice < 0.24) this.mapAcrossLeaves();
    else this.structureCall();
    this.host.checkBooks();
  }

  /** Compares memory with the books; `others` is what those have that are no part of this. */
  check(others = 0n): void {
    this.host.checkMemory(this.driverBytes + others);
    this.driver.check();
  }

  /** Closes everything. */
  end(): void {
    for (const slot of this.host.slots) this.close(slot);
    this.driver.stop();
    for (const { address, order } of this.host.ballast) this.host.ledger.free(address, order);
    this.host.checkEnd();
  }

  private attach(): void {
    const free = this.host.devices.filter(({ slot }) => slot === undefined);
    if (free.length === 0) return;
    const device = this.values.pick(free);
    const slot = this.values.pick(this.host.slots);
    const { rc } = slot.container.attach(device.group);
    this.note('ATTACH', rc, `PE ${device.group.pe}`);
    if (rc === 0) {
      device.slot = slot;
      slot.attached.unshift(device);
    }
    this.host.enterWindows(slot, slot.opener, undefined);
  }

  private detach(): void {
    const device = this.values.pick(this.host.devices);
    const { slot } = device;
    if (slot === undefined) return;
    expect(slot.container.detach(device.group).rc).toBe(0);
    this.note('DETACH', 0, `PE ${device.group.pe}`);
    slot.attached = slot.attached.filter((each) => each !== device);
    device.slot = undefined;
  }

  /** The last close of a container, and a new one in its place. */
  private reopen(): void {
    const slot = this.values.pick(this.host.slots);
    this.close(slot);
    const type = this.random() < 0.25 ? 'v1' : 'v2';
    const opener = this.random() < 0.6 ? this.host.actors[0] : this.host.actors[1];
    Object.assign(slot, this.host.open(type, opener));
    this.note(`CLOSE, OPEN ${type}`, 0, '');
  }

  private close(slot: Slot): void {
    slot.container.release();
    for (const device of this.host.devices) if (device.slot === slot) device.slot = undefined;
    slot.attached = [];
    const owner = slot.owner ?? slot.opener;
    owner.books.refund(slot.enabledBytes);
    slot.enabledBytes = 0n;
    this.host.enterRemovals();
    for (const actor of this.host.actors) {
      for (const range of [...actor.registered]) {
        if (!range.holders.delete(slot)) continue;
        this.host.giveUp(actor, range);
      }
    }
  }

  /** Somebody else takes memory, sometimes all that is left, or gives a block back. */
  private ballast(): void {
    const { ballast, buddy, pageBits } = this.host;
    const isTight = buddy.freeBytes < MiB;
    const dice = this.random();
    if (dice < 0.04) {
      this.takeEverything();
    } else if (dice < 0.5) {
      this.takeBlock(isTight ? this.values.below(3) : 16 - pageBits + this.values.below(7));
    } else if (ballast.length > 0) {
      const [{ address, order }] = ballast.splice(this.values.below(ballast.length), 1);
      this.host.ledger.free(address, order);
    }
  }

  private takeEverything(): void {
    for (let order = this.host.buddy.orderMax; order >= 0; order -= 1) {
      while (this.takeBlock(order));
    }
  }

  private takeBlock(order: number): boolean {
    const address = this.host.ledger.allocate(order);
    if (address !== undefined) this.host.ballast.push({ address, order });
    return address !== undefined;
  }

  private unknownCall(): void {
    const slot = this.values.pick(this.host.slots);
    const before = this.host.fingerprint();
    const { process } = slot.owner ?? slot.opener;
    const request = 0x2000_3b00 + this.values.below(100);
    expect(ioctl(slot.container, request, 0, process).rc).toBe(-25);
    expect(this.host.fingerprint()).toEqual(before);
  }

  private structureCall(): void {
    const busy = this.host.slots.filter(({ attached }) => attached.length > 0);
    const isAny = busy.length === 0 || this.random() < 0.15;
    const slot = this.values.pick(isAny ? this.host.slots : busy);
    const call = this.values.pickCall();
    const { caller, isForeign } = this.callerOf(slot);
    const values = this.values.valuesOf(call, slot, caller);
    this.make(call, slot, { caller, isForeign, values, damage: this.values.damage(call) });
  }

  /** A mapping that begins in a leaf that is there and ends in one that finds no memory. */
  private mapAcrossLeaves(): void {
    const slot = this.values.pick(this.host.slots);
    const caller = slot.owner ?? slot.opener;
    const window = slot.container.windows.find(({ table }) => table.geometry.levels > 1);
    const range = caller.registered[0];
    if (window === undefined || range === undefined) return;
    const { entriesPerLevel, pageShift, tceCount } = window.table.geometry;
    const from = window.slot === 0 ? 0n : BIT_59;
    const leaf = this.values.below(Math.max(Math.floor(tceCount / entriesPerLevel), 1));
    const page = BigInt((leaf + 1) * entriesPerLevel - 2);
    const iova = from + (page << BigInt(pageShift));
    const size = 1n << BigInt(pageShift);
    const values = { argsz: 32n, flags: 3n, vaddr: range.start, iova, size };
    const call = { caller, isForeign: false, damage: 'none' } as const;
    this.make('MAP', slot, { ...call, values });
    this.takeEverything();
    this.make('MAP', slot, { ...call, values: { ...values, size: size * 4n } });
  }

  private make(call: CallName, slot: Slot, { caller, isForeign, values, damage }: Attempt): void {
    const { structure, isWritable } = damaged(call, values, damage, this.random);
    const before = this.host.fingerprint();
    const result = ioctl(
      slot.container,
      requestNumber(call),
      { structure, isWritable },
      caller.process,
    );
    const shown = Object.entries(values).map(([name, value]) => `${name}=0x${value.toString(16)}`);
    const who = `slot ${this.host.slots.indexOf(slot)}${isForeign ? ' foreign' : ''} ${damage}`;
    this.note(call, result.rc, `${who} ${shown.join(' ')} ${result.refusal?.reason ?? ''}`);
    if (isForeign) expect(result.rc).toBe(-1);
    this.enterOwner(slot, call, caller, result.rc, isForeign);
    const isTurnedAway = isForeign || isFatal(call, damage);
    if (isTurnedAway) {
      expect(result.rc, `${call} ${damage}`).toBeLessThan(0);
      expect(this.host.fingerprint(), `${call} ${damage}`).toEqual(before);
      return;
    }
    this.enter(call, slot, caller, values, result);
  }

  /** What a call did, by its answer. */
  private enter(
    call: CallName,
    slot: Slot,
    caller: Actor,
    values: FieldValues,
    { rc, refusal }: { rc: number; refusal?: Refusal },
  ): void {
    const wanted = call === 'CREATE' ? wantedOf(values) : undefined;
    // A level that MAP could not have is no failed window, unless it was the default window's.
    const isOwn = call === 'CREATE' || (refusal?.reason.startsWith('default window') ?? false);
    this.host.enterWindows(slot, caller, wanted, isOwn ? refusal : undefined);
    const payer = slot.owner ?? caller;
    if (call === 'REMOVE') this.host.enterRemovals();
    if (call === 'REGISTER' && rc === 0) this.host.hold(payer, slot, values.vaddr, values.size);
    if (call === 'UNREGISTER') this.host.letGo(payer, slot, values.vaddr, values.size, rc);
    if (call === 'MAP' || call === 'UNMAP') this.enterMapping(call, slot, payer, values, rc);
    if (call === 'ENABLE' && rc === 0) {
      slot.enabledBytes = 2n * GiB;
      payer.books.charge(slot.enabledBytes);
    }
    if (call === 'DISABLE' && rc === 0) {
      (slot.owner ?? slot.opener).books.refund(slot.enabledBytes);
      slot.enabledBytes = 0n;
    }
  }

  /** TCEs as MAP and UNMAP must leave them; after a failure, as far as the failure says. */
  private enterMapping(
    call: 'MAP' | 'UNMAP',
    slot: Slot,
    payer: Actor,
    values: FieldValues,
    rc: number,
  ): void {
    const { iova, size, vaddr, flags } = values;
    const window = slot.container.windows.find(({ slot: index, table }) => {
      const from = index === 0 ? 0n : BIT_59;
      return iova >= from && iova - from < table.geometry.effectiveWindowBytes;
    });
    if (window === undefined) return;
    const books = this.host.windows.get(window);
    if (books === undefined) throw new Error('a window that is in no book');
    const { pageShift } = window.table.geometry;
    const first = Number((iova % BIT_59) >> BigInt(pageShift));
    const end = Math.min(first + Number(size >> BigInt(pageShift)), window.table.reachEntries);
    if (rc === 0) {
      for (let entry = first; entry < end; entry += 1) {
        const address = (vaddr ?? 0n) + (BigInt(entry - first) << BigInt(pageShift));
        const real = call === 'MAP' ? realOf(payer, address) : 0n;
        if (real === undefined) throw new Error(`MAP of memory that is not there: ${address}`);
        this.host.drop(books, entry);
        if (call === 'MAP') books.tces.set(entry, Number(real) + ((flags & 2n) === 0n ? 1 : 3));
      }
      return;
    }
    if (call === 'UNMAP') return;
    const { tces } = this.host.read(window);
    let cleared = first;
    while (cleared < end && !tces.has(cleared)) cleared += 1;
    for (let entry = first; entry < cleared; entry += 1) this.host.drop(books, entry);
    expect(tces, `TCEs after MAP failed with ${rc}`).toEqual(books.tces);
  }

  private enterOwner(
    slot: Slot,
    call: CallName,
    caller: Actor,
    rc: number,
    isForeign: boolean,
  ): void {
    if (this.host.era.name === '4.2' || isForeign) return;
    const { type } = slot.container;
    const takes = type === 'v2' && CALLS[call].checks.includes('takesOwner');
    const enables = type === 'v1' && call === 'ENABLE' && (rc === 0 || rc === -12);
    if (takes || enables) slot.owner ??= caller;
  }

  /** Mostly the opener; another process only where the kernel looks at that. */
  private callerOf(slot: Slot): { caller: Actor; isForeign: boolean } {
    const [one, other] = this.host.actors;
    const isOther = this.host.era.name !== '4.2' && this.random() < 0.04;
    const caller = isOther ? (slot.opener === one ? other : one) : (slot.owner ?? slot.opener);
    return { caller, isForeign: slot.owner !== undefined && slot.owner !== caller };
  }
}

function wantedOf({ page_shift, window_size, levels }: FieldValues): Wanted {
  return { pageShift: Number(page_shift), windowBytes: window_size, levels: Number(levels) };
}
