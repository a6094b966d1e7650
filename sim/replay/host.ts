/**
 * The software side of one PHB: firmware that gives RIDs their PEs, and for each PE a process that
 * makes DMA windows and fills their tables. It executes the rows of a trace that are no DMA, at their
 * place in the order, on the memory that the unit walks. The node's free memory belongs to this PHB
 * alone, so that PHBs can be replayed in parallel and still give the same bytes. What a row may say is
 * checked before it comes here (row-check.ts).
 */
import { joinHalves } from '../../models/bits.ts';
import {
  Opal,
  type PageRun,
  type PhbLimits,
  type PhbRegisters,
} from '../../models/firmware/opal.ts';
import type { GroupHome } from '../../models/kernel/group/pe-group.ts';
import type { GroupInfo } from '../../models/kernel/group/table-group.ts';
import { placeOf, tableBytesOf } from '../../models/kernel/group/window-place.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { Buddy, orderMaxOf } from '../../models/memory/buddy.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { writeRte } from '../../models/rte.ts';
import { fewestLevels } from '../../models/table/fewest-levels.ts';
import { TABLE_LEVELS_MAX } from '../../models/table/geometry.ts';
import { OPERATIONS, type Operation } from '../../traces/format.ts';
import { ITEM_ASSIGN, ITEM_CONTROL, ITEM_KIND_MASK, ITEM_LEAP } from '../unit/items.ts';
import type { TceUnit } from '../unit/tce-unit.ts';
import { CallLog } from './call-log.ts';
import type { Machine } from './machine.ts';
import { PageRuns } from './page-runs.ts';
import { PeSoftware } from './pe-software.ts';
import { StandingTables } from './standing-tables.ts';
import { TceStores } from './tce-stores.ts';
import type { TouchedWindow } from './touched-pages.ts';
import type { Windows } from './windows.ts';

/** Where the node's memory begins, or a multiple of it: captures bring tables of their own below. */
const NODE_BASE = 1n << 32n;
/** The default window ends where the 32-bit MMIO space begins (skiboot phb4.h M32_PCI_START). */
const DMA32_BYTES = 1n << 31n;
/** Longest run of touched pages that one MAP maps. */
const RUN_BYTES_MAX = 2 ** 31;

/** What stands in the TVT and in memory before the first row. */
export interface StartState {
  readonly tves: readonly { readonly index: number; readonly value: bigint }[];
  /** First real address behind all tables. */
  readonly end: bigint;
}

/** A control operation of the trace. */
interface Control {
  readonly op: Operation;
  readonly pe: number;
  readonly address: bigint;
  readonly value: bigint;
  readonly length: number;
}

/** Firmware that leaves kills out while the machine is set up and nothing can be cached. */
class SetupOpal extends Opal {
  isQuiet = false;

  constructor(
    registers: PhbRegisters,
    limits: PhbLimits,
    private readonly stores: TceStores,
  ) {
    super(registers, limits);
  }

  override killPe(pe: number): void {
    if (!this.isQuiet) super.killPe(pe);
  }

  override killPages(run: PageRun): void {
    if (this.isQuiet) return;
    this.stores.storeTces(run);
    super.killPages(run);
  }
}

export class Host {
  readonly log = new CallLog();
  readonly allocator: Buddy;
  /** Free blocks by order before the first table. */
  readonly freeBefore: readonly number[];
  /** TCEs that the trace stored by itself. */
  stores = 0;
  /** Whether a stop came during set-up: windows may have some of their pages only, and requests would find that out. */
  isCutShort = false;
  private readonly tceStores: TceStores;
  private readonly opal: SetupOpal;
  private readonly groupInfo: GroupInfo;
  private readonly standing: StandingTables;
  private readonly pes = new Map<number, PeSoftware>();
  private readonly assigned = new Set<number>();

  constructor(
    private readonly machine: Machine,
    private readonly memory: PhysicalMemory,
    private readonly rttBase: bigint,
    private readonly unit: TceUnit,
    private readonly windows: Windows,
    /** Whether the replay was told to stop: long work looks at it. */
    private readonly isStopped: () => boolean,
    start: StartState = { tves: [], end: 0n },
  ) {
    const { config, ioda, host } = machine;
    const { basePageShift: pageShift, ramBytes, freeBlocks } = host;
    const base = start.end <= NODE_BASE ? NODE_BASE : roundUp(start.end, NODE_BASE);
    this.allocator = new Buddy(
      freeBlocks
        ? { pageShift, base, freeBlocks: padded(freeBlocks, orderMaxOf(pageShift) + 1) }
        : { pageShift, base, ramBytes },
    );
    this.freeBefore = this.allocator.freeBlocks;
    this.tceStores = new TceStores(memory, unit.timing, ioda, config.pe.tveSelect);
    this.opal = new SetupOpal(
      {
        writeTve: (index, value) => this.writeTve(index, value),
        writeTceKill: (value) => this.unit.kill(value),
      },
      {
        ioda,
        peCount: config.pe.count,
        pageShifts: config.pageShifts,
        escalatePageKill: config.kill.escalatePageKill,
      },
      this.tceStores,
    );
    this.groupInfo = {
      dma32Start: 0n,
      dma32Bytes: DMA32_BYTES,
      pageShifts: config.pageShifts,
      windowsMax: config.pe.tvesPerPe,
      levelsMax: TABLE_LEVELS_MAX,
      tveSelect: config.pe.tveSelect,
    };
    this.standing = new StandingTables(
      start.tves.map(({ index }) => index),
      {
        host: this.groupHome(),
        opal: this.opal,
        select: config.pe.tveSelect,
        log: this.log,
        tveAt: (index) => this.tceStores.tveAt(index),
        writeTve: (index, value) => this.writeTve(index, value),
      },
    );
    for (const { index, value } of start.tves) this.writeTve(index, value);
  }

  /** Executes the item at `at` in `items`, which is no request; see items.ts. */
  execute(items: Int32Array, at: number): void {
    const kind = items[at] & ITEM_KIND_MASK;
    const rid = items[at + 7] & 0xffff;
    const control: Control = {
      op: OPERATIONS[(items[at] >>> 4) & 0xff],
      pe: items[at + 7] >>> 16,
      address: joinHalves(items[at + 2], items[at + 1]),
      value: joinHalves(items[at + 5], items[at + 4]),
      length: items[at + 6] >>> 0,
    };
    this.unit.pass(items[at + 3]);
    if (kind === ITEM_LEAP) this.unit.leap((items[at + 2] >>> 0) * 2 ** 32 + (items[at + 1] >>> 0));
    else if (kind === ITEM_ASSIGN) this.assign(rid, control.pe);
    else if (kind === ITEM_CONTROL) this.apply(control);
  }

  /** Maps pages as part of the machine's set-up, before the first item; for a PE that is not there none. */
  mapTouched(windows: readonly TouchedWindow[]): void {
    for (const { pe, start, pageBytes, pages } of windows) {
      const served = this.servedPe(pe);
      if (served === undefined) continue;
      const runs = new PageRuns(pages, RUN_BYTES_MAX / pageBytes);
      this.quietly(() => this.softwareOf(served).mapRuns(start, pageBytes, runs, this.isStopped));
    }
  }

  /** PEs with a process, in the order in which these came: it decides where their tables lie. */
  processes(): number[] {
    return [...this.pes.keys()];
  }

  /** What each PE's containers took, by PE#. */
  reports() {
    return [...this.pes].map(([pe, software]) => ({ pe, ...software.report() }));
  }

  /** Firmware: a RID belongs to a PE from now on, also to one that the PHB does not have: a bad RTE. */
  private assign(rid: number, pe: number): void {
    writeRte(this.memory, this.rttBase, rid, pe);
    // A RID that had no PE cannot be cached.
    if (this.assigned.has(rid)) this.unit.invalidateRtes();
    this.assigned.add(rid);
    const served = this.servedPe(pe);
    if (this.machine.windows.length > 0 && served !== undefined) this.softwareOf(served);
  }

  /** The PE that the PHB takes a PE# of an RTE for; undefined where it refuses one that it does not have. */
  private servedPe(pe: number): number | undefined {
    const { count } = this.machine.config.pe;
    if (pe < count) return pe;
    return this.machine.config.rteCache.invalidPe === 'wrap' ? pe % count : undefined;
  }

  private apply(control: Control): void {
    const { op, address, value, length } = control;
    switch (op) {
      case 'tve':
        this.writeTve(Number(address), value);
        break;
      case 'store':
        this.memory.write(address, value);
        this.tceStores.storeWord(address);
        this.stores += 1;
        break;
      case 'kill':
        this.unit.kill(value);
        break;
      case 'fence':
        this.unit.fence();
        break;
      case 'reset':
        this.unit.reset();
        break;
      default:
        if (this.applyToState(control)) break;
        if (this.standing.has(control.pe)) this.applyToStanding(control);
        else this.applyToPe(this.softwareOf(control.pe), op, address, value, length);
    }
  }

  /** Executes a row that changes the state of a PE; answers whether it was one. */
  private applyToState({ op, pe, value, length }: Control): boolean {
    switch (op) {
      case 'freeze':
        this.unit.freeze(pe);
        return true;
      case 'unfreeze':
        this.unit.unfreeze(pe);
        return true;
      case 'peltv':
        this.unit.setPeltv(pe, Number(value), length === 1);
        return true;
      default:
        return false;
    }
  }

  private applyToPe(
    software: PeSoftware,
    op: Operation,
    address: bigint,
    value: bigint,
    length: number,
  ): void {
    switch (op) {
      case 'create':
        this.create(software, value, length, address);
        break;
      case 'remove':
        software.remove(address);
        break;
      case 'map':
        software.map(address, BigInt(length), value & ~3n, Number(value & 3n));
        break;
      case 'unmap':
        software.unmap(address, BigInt(length));
        break;
      case 'put':
        software.putTces('H_PUT_TCE', tces(address, value, 1, false));
        break;
      case 'indirect':
        software.putTces('H_PUT_TCE_INDIRECT', tces(address, value, length, true));
        break;
      case 'stuff':
        software.putTces('H_STUFF_TCE', tces(address, value, length, false));
        break;
    }
  }

  /** As `applyToPe`, for a PE whose windows stood before the trace began. */
  private applyToStanding({ op, pe, address, value, length }: Control): void {
    const { standing } = this;
    switch (op) {
      case 'create':
        standing.leave(pe);
        this.create(this.softwareOf(pe), value, length, address);
        break;
      case 'remove':
        standing.remove(pe, address);
        break;
      case 'map':
        standing.map(pe, address, BigInt(length), value & ~3n, Number(value & 3n));
        break;
      case 'unmap':
        standing.unmap(pe, address, BigInt(length));
        break;
      case 'put':
        standing.putTces(pe, 'H_PUT_TCE', tces(address, value, 1, false));
        break;
      case 'indirect':
        standing.putTces(pe, 'H_PUT_TCE_INDIRECT', tces(address, value, length, true));
        break;
      case 'stuff':
        standing.putTces(pe, 'H_STUFF_TCE', tces(address, value, length, false));
        break;
    }
  }

  private writeTve(index: number, value: bigint): void {
    this.tceStores.setTve(index, value);
    this.windows.write(index, value);
  }

  /**
   * The window of a `create` row. One that names no level count is a guest's: the host gives it the
   * largest pages that its PHB has up to the guest's, and the fewest levels that it can allocate.
   */
  private create(software: PeSoftware, bytes: bigint, length: number, address: bigint): void {
    const guestShift = length & 0xff;
    const levels = (length >>> 8) & 0xff;
    if (levels !== 0) {
      software.create({ pageShift: guestShift, bytes, levels }, address);
      return;
    }
    const shifts = this.machine.config.pageShifts.filter((shift) => shift <= guestShift);
    const pageShift = shifts.length === 0 ? guestShift : Math.max(...shifts);
    const host = { ...this.machine.host, orderMax: this.allocator.orderMax };
    const place = placeOf(address === 0n ? 0 : 1, this.machine.config.pe.tveSelect);
    const { geometry } = parseKernel(host.kernel).era.tables;
    const window = { pageShift, windowBytes: tableBytesOf(place, bytes) };
    const fewest = fewestLevels(window, host, geometry) ?? 1;
    software.createForGuest({ pageShift, bytes, levels: fewest }, guestShift, address);
  }

  /** The process of a PE; it comes with the windows that every PE gets. */
  private softwareOf(pe: number): PeSoftware {
    const known = this.pes.get(pe);
    if (known) return known;
    return this.quietly(() => {
      const software = new PeSoftware(pe, {
        opal: this.opal,
        groupInfo: this.groupInfo,
        host: this.groupHome(),
        log: this.log,
      });
      this.pes.set(pe, software);
      software.carryOut(this.machine.windows, this.machine.map === 'all', this.isStopped);
      return software;
    });
  }

  private groupHome(): GroupHome {
    const { kernel, basePageShift, ramBytes } = this.machine.host;
    const { memory, allocator } = this;
    return { era: parseKernel(kernel).era, basePageShift, ramBytes, memory, allocator };
  }

  /** Does work that belongs to the machine's set-up: it takes no time and kills nothing. */
  private quietly<Result>(work: () => Result): Result {
    const before = this.opal.isQuiet;
    this.opal.isQuiet = true;
    const result = work();
    this.opal.isQuiet = before;
    if (this.isStopped()) this.isCutShort = true;
    return result;
  }
}

function roundUp(address: bigint, step: bigint): bigint {
  return ((address + step - 1n) / step) * step;
}

/** Free blocks of all orders: those that nobody counted are none. */
function padded(counts: readonly number[], orders: number): number[] {
  return Array.from({ length: orders }, (_, order) => counts[order] ?? 0);
}

function tces(busAddress: bigint, tce: bigint, count: number, isLinear: boolean) {
  return { busAddress, tce, count, isLinear };
}
