/**
 * A guest's TCE calls inside KVM for the random test, on windows that the calls of random-calls.ts make
 * and remove at the same time: what each call must answer, write and count, handler by handler.
 */
import { expect } from 'vitest';
import type { DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { H_PARAMETER, H_SUCCESS, H_TOO_HARD } from '../../models/pseries/hcall.ts';
import { type KvmAnswer, KvmTces } from '../../models/pseries/kvm.ts';
import type { KvmTceTable } from '../../models/pseries/kvm-table.ts';
import { type Actor, realOf } from './random-actor.ts';
import type { RandomHost, WindowBooks } from './random-host.ts';
import { RandomPlayer } from './random-player.ts';

const MiB = 1n << 20n;
/** Where the guest's list stands, in its own memory. */
const LIST = 0x2_0000n;
/** A list whose TCEs lie in one such piece of the bus needs one leaf of each table. */
const LEAF_BYTES_MIN = 2n * MiB;
const LIMIT = 96n * MiB;

/** A table of the guest, and what it must hold. */
interface GuestTable {
  readonly table: KvmTceTable;
  readonly liobn: number;
  readonly shift: number;
  readonly start: bigint;
  readonly entries: number;
  readonly charged: bigint;
  readonly tied: DmaWindow[];
  readonly values: Map<number, bigint>;
  readonly pages: Set<number>;
}

/** One handler's attempt: whether it is real mode, and which leaves there are. */
interface Mode {
  readonly isReal: boolean;
  hasLeaf(window: DmaWindow, entry: number): boolean;
}

export class RandomKvm extends RandomPlayer {
  private readonly host: RandomHost;
  private readonly actor: Actor;
  private readonly kvm: KvmTces;
  private readonly guestMemory = new PhysicalMemory(allocateMemory(2 ** 20));
  private readonly hasRealMode: boolean;
  private tables: GuestTable[] = [];
  private kills = 0;
  private leavesBefore = new Map<DmaWindow, boolean>();

  constructor(host: RandomHost, actor: Actor, random: () => number) {
    super(random);
    this.host = host;
    this.actor = actor;
    this.hasRealMode = host.era.name !== '6.12';
    this.kvm = new KvmTces({
      era: host.era.name,
      basePageShift: host.pageBits,
      isRadix: !this.hasRealMode,
      process: actor.process,
      slots: actor.runs.map(({ start, bytes }) => ({
        guestStart: start - actor.runs[0].start,
        bytes,
        processStart: start,
      })),
      guestMemory: this.guestMemory,
      hostMemory: host.memory,
    });
  }

  /** One call. Tables tied to a window that is gone are closed first: no guest outlives its devices. */
  step(): void {
    const open = new Set(this.host.windows.keys());
    for (const each of this.tables)
      if (each.tied.some((window) => !open.has(window))) this.close(each);
    const dice = this.random();
    const table = this.pick(this.tables);
    if (table === undefined || dice < 0.04) this.create();
    else if (dice < 0.12) this.tie(table);
    else if (dice < 0.13) this.close(table);
    else if (dice < 0.5) this.put(table);
    else if (dice < 0.75) this.putList(table);
    else if (dice < 0.9) this.stuff(table);
    else this.get(table);
    this.host.checkBooks();
  }

  /** Every value of every table. */
  check(): void {
    for (const { table, values, pages } of this.tables) {
      for (const [entry, value] of values) expect(table.get(BigInt(entry))).toBe(value);
      expect(table.pagesAllocated).toBe(pages.size);
    }
  }

  end(): void {
    for (const each of this.tables) this.close(each);
  }

  private create(): void {
    const window = this.pick(this.ownWindows());
    const hostShift = window?.table.geometry.pageShift ?? 12;
    const shift = this.pick([hostShift, hostShift, hostShift + 4, hostShift + 8, 12, 11, 35]);
    const start = window?.place.start ?? 0n;
    const whole = (window?.requestedBytes ?? 64n * MiB) >> BigInt(shift);
    const size = this.random() < 0.8 ? whole : BigInt(this.below(100_000));
    const liobn = 1 + this.below(6);
    const request = { liobn, pageShift: shift, offset: start >> BigInt(shift), size };
    const result = this.kvm.createTable(request);
    this.note('KVM_CREATE', result.rc, `${liobn} ${shift} ${size}`);
    const charged = this.chargeOf(size);
    const { books, runs } = this.actor;
    const isBeyond = books.bytes + charged > LIMIT && runs[0].start !== 2n << 36n;
    const isTaken = this.tables.some((each) => each.liobn === liobn);
    const isBad = size === 0n || shift < 12 || shift > 34;
    expect(result.rc).toBe(isBad ? -22 : isBeyond ? -12 : isTaken ? -16 : 0);
    if (!('table' in result)) return;
    books.charge(charged);
    const { table } = result;
    const known = { table, liobn, shift, start, entries: Number(size), charged };
    this.tables.push({ ...known, tied: [], values: new Map(), pages: new Set() });
  }

  /** Pages of TCEs, and pages of the structure with a pointer to each of those. */
  private chargeOf(size: bigint): bigint {
    const page = 2 ** this.host.pageBits;
    const pages = Math.ceil((Number(size) * 8) / page);
    const structBytes = ['4.2', '4.19'].includes(this.host.era.name) ? 88 : 120;
    return BigInt((pages + Math.ceil((structBytes + pages * 8) / page)) * page);
  }

  private tie(guest: GuestTable): void {
    const windows = this.ownWindows();
    const kill = () => {
      this.kills += 1;
    };
    const { rc } = this.kvm.tie(
      guest.table,
      windows.map((window) => ({ window, kill })),
    );
    this.note('KVM_TIE', rc, `${guest.liobn}`);
    const bytes = BigInt(guest.entries) << BigInt(guest.shift);
    const fitting = windows.find(({ place, table: { geometry } }) => {
      const held = BigInt(geometry.tceCount) << BigInt(geometry.pageShift);
      return place.start === guest.start && held >= bytes && geometry.pageShift <= guest.shift;
    });
    if (this.host.era.name === '4.2') expect(rc).toBe(-6);
    else expect(rc).toBe(fitting === undefined ? -22 : 0);
    if (rc === 0 && fitting && !guest.tied.includes(fitting)) guest.tied.push(fitting);
  }

  private close(guest: GuestTable): void {
    this.kvm.closeTable(guest.table);
    this.actor.books.refund(guest.charged);
    this.tables = this.tables.filter((each) => each !== guest);
    this.note('KVM_CLOSE', 0, `${guest.liobn}`);
  }

  private put(guest: GuestTable): void {
    const { entry, address, problem } = this.place(guest);
    const tce = this.tce(guest);
    const call = () => this.kvm.putTce(guest.liobn, address, tce);
    this.make('H_PUT_TCE', guest, entry, call, (mode) => {
      if (problem) return H_PARAMETER;
      if (tce !== 0n && this.lacksPage(guest, entry, mode)) return H_TOO_HARD;
      const code = this.tceProblem(guest, tce, mode);
      if (code !== H_SUCCESS) return code;
      if ((tce & 3n) === 0n) this.unmap(guest, entry);
      else if (!this.map(guest, entry, tce, mode)) return H_TOO_HARD;
      this.store(guest, entry, tce);
      return H_SUCCESS;
    });
  }

  private putList(guest: GuestTable): void {
    const { entry, address, problem } = this.place(guest);
    const left = Number((LEAF_BYTES_MIN - (address % LEAF_BYTES_MIN)) >> BigInt(guest.shift));
    const count = this.random() < 0.03 ? 513 : Math.min(this.below(40), Math.max(left, 1), 512);
    const list = LIST + (this.random() < 0.03 ? 8n : 0n);
    const tces = Array.from({ length: Math.min(count, 512) }, () => this.tce(guest));
    for (const [at, tce] of tces.entries()) this.guestMemory.write(LIST + BigInt(at * 8), tce);
    const call = () => this.kvm.putTceIndirect(guest.liobn, address, list, count);
    this.make('H_PUT_TCE_INDIRECT', guest, entry, call, (mode) => {
      if (count > 512 || list !== LIST || problem) return H_PARAMETER;
      if (this.lacksPage(guest, entry, mode)) return H_TOO_HARD;
      const checks = tces.map((tce) => this.tceProblem(guest, tce, mode));
      const wrong = checks.find((code) => code !== H_SUCCESS);
      if (!mode.isReal && wrong !== undefined) return wrong;
      for (const [at, tce] of tces.slice(0, guest.entries - entry).entries()) {
        if (checks[at] !== H_SUCCESS) return checks[at];
        if (this.processAddress(tce - (tce % 4n)) === undefined) return H_PARAMETER;
        if (!this.map(guest, entry + at, tce, mode)) return H_TOO_HARD;
        this.store(guest, entry + at, tce);
      }
      return H_SUCCESS;
    });
  }

  private stuff(guest: GuestTable): void {
    const { entry, address, problem } = this.place(guest);
    const tce = this.pick([0n, 0n, 0n, 0x5000n, 1n]);
    const count = this.below(this.random() < 0.9 ? 100 : 3000);
    const call = () => this.kvm.stuffTce(guest.liobn, address, tce, count);
    this.make('H_STUFF_TCE', guest, entry, call, (mode) => {
      if (problem) return H_PARAMETER;
      if (tce !== 0n && this.lacksPage(guest, entry, mode)) return H_TOO_HARD;
      if (tce === 1n) return H_PARAMETER;
      const end = Math.min(entry + count, guest.entries);
      for (let at = entry; at < end; at += 1) {
        this.unmap(guest, at);
        this.store(guest, at, tce);
      }
      return H_SUCCESS;
    });
  }

  private get(guest: GuestTable): void {
    const { entry, address, problem } = this.place(guest);
    const answer = this.kvm.getTce(guest.liobn, address);
    this.note('H_GET_TCE', answer.code, `${address}`);
    expect(answer.code).toBe(problem ? H_PARAMETER : H_SUCCESS);
    if (!problem) expect(answer.tce).toBe(guest.values.get(entry) ?? 0n);
    expect(this.kvm.getTce(99, address).code).toBe(H_TOO_HARD);
  }

  /** Makes the call, and then has each handler's rules say what it did and answered. */
  private make(
    name: string,
    guest: GuestTable,
    entry: number,
    call: () => KvmAnswer,
    rules: (mode: Mode) => number,
  ): void {
    this.leavesBefore = new Map(
      guest.tied.map((window) => [
        window,
        this.leafIsThere(window, this.hostEntry(guest, window, entry)),
      ]),
    );
    const killsBefore = this.kills;
    const answer = call();
    this.note(name, answer.code, `${guest.liobn} entry ${entry}: ${answer.reason}`);
    const virtual: Mode = { isReal: false, hasLeaf: (window, at) => this.leafIsThere(window, at) };
    const hasLeaf = (window: DmaWindow) => this.leavesBefore.get(window) === true;
    const modes = this.hasRealMode ? [{ isReal: true, hasLeaf }, virtual] : [virtual];
    let code: number = H_TOO_HARD;
    for (const mode of modes) if (code === H_TOO_HARD) code = rules(mode);
    expect(answer.code, `${name}: ${answer.reason}`).toBe(code);
    expect(answer.kills, 'kills').toBe(this.kills - killsBefore);
  }

  private lacksPage({ pages }: GuestTable, entry: number, { isReal }: Mode): boolean {
    if (!isReal || ['4.2', '4.19'].includes(this.host.era.name)) return false;
    return !pages.has(Math.floor((entry * 8) / 2 ** this.host.pageBits));
  }

  private tceProblem({ shift, tied }: GuestTable, tce: bigint, { isReal }: Mode): number {
    const address = tce - (tce % 4n);
    if (tce % 4n === 0n) return H_SUCCESS;
    if (address % (1n << BigInt(shift)) !== 0n) return isReal ? H_PARAMETER : H_TOO_HARD;
    const process = this.processAddress(address);
    if (process === undefined) return H_TOO_HARD;
    const isWanting = tied.some(
      ({ table }) => this.realPage(process, table.geometry.pageShift) === undefined,
    );
    return isWanting ? H_TOO_HARD : H_SUCCESS;
  }

  /** What a handler does to the tied tables; false where it fails. */
  private map(guest: GuestTable, entry: number, tce: bigint, mode: Mode): boolean {
    const process = this.processAddress(tce - (tce % 4n));
    if (process === undefined) return false;
    const permission = Number(tce % 4n) >= 2 ? 3 : Number(tce % 4n);
    for (const window of guest.tied) {
      const books = this.booksOf(window);
      const { pageShift } = window.table.geometry;
      const first = this.hostEntry(guest, window, entry);
      const count = 2 ** (guest.shift - pageShift);
      let done = 0;
      for (; done < count && mode.hasLeaf(window, first); done += 1) {
        const real = this.realPage(process + (BigInt(done) << BigInt(pageShift)), pageShift);
        if (real === undefined) break;
        this.host.drop(books, first + done);
        books.tces.set(first + done, Number(real) + permission);
      }
      if (done === count) continue;
      // The guest's page is cleared, and nothing of it is counted down.
      for (let at = first; at < first + count; at += 1) {
        const lost = books.tces.get(at);
        if (lost !== undefined) this.host.lose(books.payer, [lost]);
        books.tces.delete(at);
      }
      return false;
    }
    return true;
  }

  private unmap(guest: GuestTable, entry: number): void {
    for (const window of guest.tied) {
      const first = this.hostEntry(guest, window, entry);
      const count = 2 ** (guest.shift - window.table.geometry.pageShift);
      for (let at = first; at < first + count; at += 1) this.host.drop(this.booksOf(window), at);
    }
  }

  private store({ values, pages }: GuestTable, entry: number, tce: bigint): void {
    values.set(entry, tce);
    if (tce !== 0n) pages.add(Math.floor((entry * 8) / 2 ** this.host.pageBits));
  }

  private hostEntry({ shift }: GuestTable, window: DmaWindow, entry: number): number {
    return entry * 2 ** (shift - window.table.geometry.pageShift);
  }

  /** Walks the table in memory, down to the leaf of an entry. */
  private leafIsThere({ table }: DmaWindow, entry: number): boolean {
    const { levels, levelBytes } = table.geometry;
    const width = levelBytes / 8;
    let at = table.root;
    for (let level = levels - 1; level > 0; level -= 1) {
      const index = Math.floor(entry / width ** level) % width;
      const word = this.host.memory.read(at + BigInt(index * 8));
      if (word === 0n) return false;
      at = word - 3n;
    }
    return true;
  }

  private processAddress(guestAddress: bigint): bigint | undefined {
    const address = guestAddress + this.actor.runs[0].start;
    return realOf(this.actor, address) === undefined ? undefined : address;
  }

  /** The real page behind an address, if it is registered in pages as large. */
  private realPage(address: bigint, shift: number): bigint | undefined {
    const bytes = 1n << BigInt(shift);
    const range = this.actor.registered.find(
      (each) => address >= each.start && address + bytes <= each.start + each.bytes,
    );
    if (range === undefined) return undefined;
    const behind = this.actor.runs.filter(
      ({ start, bytes }) => start < range.start + range.bytes && range.start < start + bytes,
    );
    const isTooLarge = behind.some(({ pageShift }) => pageShift < shift);
    const isAligned = (range.start | range.bytes) % bytes === 0n;
    return isTooLarge || !isAligned ? undefined : realOf(this.actor, address);
  }

  private booksOf(window: DmaWindow): WindowBooks {
    return this.host.windows.get(window) as WindowBooks;
  }

  /** Windows of v2 containers that this process pays for. */
  private ownWindows(): DmaWindow[] {
    const containers = this.host.slots.map(({ container }) => container);
    const windows = containers.filter(({ type }) => type === 'v2').flatMap((each) => each.windows);
    return windows.filter((window) => this.host.windows.get(window)?.payer === this.actor);
  }

  /** An address in the table, at times behind its end or askew. */
  private place({ start, shift, entries }: GuestTable) {
    const near = this.below(64) % entries;
    const entry = this.pick([near, near, near, this.below(entries), entries - 1, entries]);
    const skew = this.random() < 0.03 ? 512n : 0n;
    const address = start + (BigInt(entry) << BigInt(shift)) + skew;
    return { entry, address, problem: skew > 0n || entry === entries };
  }

  /** A page of registered memory mostly. */
  private tce({ shift }: GuestTable): bigint {
    const dice = this.random();
    const permission = dice < 0.9 ? BigInt(1 + this.below(3)) : 0n;
    const ranges = this.actor.registered.length > 0 ? this.actor.registered : this.actor.runs;
    const { start, bytes } = this.pick<{ start: bigint; bytes: bigint }>(ranges);
    const pages = Number(bytes >> BigInt(shift)) || 1;
    const address = start - this.actor.runs[0].start + (BigInt(this.below(pages)) << BigInt(shift));
    if (dice > 0.98) return 0n;
    if (dice < 0.01) return address + 0x400n + permission;
    if (dice < 0.02) return (1n << 40n) + permission;
    return ((address >> BigInt(shift)) << BigInt(shift)) + permission;
  }
}
