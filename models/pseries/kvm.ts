/**
 * KVM's own handling of a guest's TCE calls, without leaving the kernel: one guest TCE becomes
 * 2^(guest's page shift - host's) TCEs of each host table tied to the guest's, and one kill, after
 * arch/powerpc/kvm/book3s_64_vio.c and book3s_64_vio_hv.c. A call that a handler cannot finish is
 * H_TOO_HARD and goes to the next: real mode, virtual mode, userspace (QEMU, which maps by VFIO's
 * calls). Left out: guests of KVM PR, pages of a list that are not in memory, running out of descriptors.
 */
import { hex } from '../bits.ts';
import { type CallResult, refuse } from '../kernel/call-result.ts';
import type { EraName } from '../kernel/era.ts';
import type { Process } from '../kernel/process.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { tcePermission } from '../tce.ts';
import {
  H_PARAMETER,
  H_SUCCESS,
  H_TOO_HARD,
  type HcallCode,
  TCE_LIST_BYTES,
  TCE_LIST_ENTRIES_MAX,
} from './hcall.ts';
import { KVM_FACTS, type KvmFacts } from './kvm-facts.ts';
import {
  type GuestTableRequest,
  guestTableBytes,
  KvmTceTable,
  type TiedWindow,
} from './kvm-table.ts';
import { TiedTables } from './kvm-tied-tables.ts';
import { KvmTranslation, type MemorySlot } from './kvm-translation.ts';

/** A guest under KVM on a host. */
export interface KvmGuest {
  /** The host's kernel. */
  readonly era: EraName;
  readonly basePageShift: number;
  /** Radix guests have no real mode handlers. */
  readonly isRadix: boolean;
  /** QEMU: it pays for tables, and its registered memory is what can be mapped. */
  readonly process: Process;
  readonly slots: readonly MemorySlot[];
  /** By the guest's real addresses: lists of TCEs are read there. */
  readonly guestMemory: PhysicalMemory;
  /** Where the host's tables stand. */
  readonly hostMemory: PhysicalMemory;
}

export type Handler = 'real mode' | 'virtual mode' | 'userspace';

/** What became of a call. */
export interface KvmAnswer {
  /** H_TOO_HARD only from `userspace`, which now has to answer the guest itself. */
  readonly code: HcallCode;
  readonly handler: Handler;
  /** Why it was refused or handed on; empty for a success of the first handler. */
  readonly reason: string;
  /** TCE kills, those of handlers that gave up included. */
  readonly kills: number;
  /** What H_GET_TCE found. */
  readonly tce?: bigint;
  /** TCEs beyond the table's end: the kernel checks the first only, and would write elsewhere. */
  readonly beyondTable?: number;
}

/** What one handler says. */
interface Outcome {
  readonly code: HcallCode;
  readonly reason?: string;
  readonly tce?: bigint;
  readonly beyondTable?: number;
}

/** Attempts of one handler. */
type Attempt = (tables: TiedTables) => Outcome;

const PAGE_SHIFT_MIN = 12;
const PAGE_SHIFT_MAX = 34;
const WORD_MAX = (1n << 64n) - 1n;
const DONE: Outcome = { code: H_SUCCESS };

export class KvmTces {
  private readonly guest: KvmGuest;
  private readonly facts: KvmFacts;
  private readonly translation: KvmTranslation;
  private readonly tables = new Map<number, KvmTceTable>();

  constructor(guest: KvmGuest) {
    this.guest = guest;
    this.facts = KVM_FACTS[guest.era];
    this.translation = new KvmTranslation(guest.slots, guest.process.regions);
  }

  /** KVM_CREATE_SPAPR_TCE_64. */
  createTable(request: GuestTableRequest): CallResult<{ table: KvmTceTable }> {
    const { liobn, pageShift, offset, size } = request;
    const isShift = pageShift >= PAGE_SHIFT_MIN && pageShift <= PAGE_SHIFT_MAX;
    if (size === 0n || !isShift || offset + size > WORD_MAX >> BigInt(pageShift)) {
      return refuse('EINVAL', 'size, page shift (12 to 34) or end of the window cannot be');
    }
    const { locked } = this.guest.process;
    const bytes = this.tableBytes(request);
    const limit = locked.charge(bytes);
    if (limit !== undefined) return refuse('ENOMEM', limit);
    if (this.tables.has(liobn)) {
      locked.refund(bytes);
      return refuse('EBUSY', `LIOBN ${hex(BigInt(liobn))} has a table already`);
    }
    const table = new KvmTceTable(request, this.guest.basePageShift);
    this.tables.set(liobn, table);
    return { rc: 0, table };
  }

  /** The table's descriptor is closed: the guest's values go, tied host tables keep theirs. */
  closeTable(table: KvmTceTable): void {
    if (!this.tables.delete(table.request.liobn)) return;
    this.guest.process.locked.refund(this.tableBytes(table.request));
    for (const { window } of table.tied) window.table.free();
  }

  /** KVM_DEV_VFIO_GROUP_SET_SPAPR_TCE: ties the first of a group's windows that fits. */
  tie(table: KvmTceTable, windows: readonly TiedWindow[]): CallResult {
    if (!this.facts.tiesHostTables) return refuse('ENXIO', 'this kernel ties no host tables');
    const fitting = windows.find(({ window: { table: host, place } }) => {
      const { pageShift, tceCount } = host.geometry;
      const hostBytes = BigInt(tceCount) << BigInt(pageShift);
      const isPlaced = place.tableStart === table.start && hostBytes >= table.bytes;
      return pageShift <= table.request.pageShift && isPlaced;
    });
    if (fitting === undefined) {
      const wanted = `${hex(table.bytes)} bytes from ${hex(table.start)} on`;
      return refuse('EINVAL', `no window of the group holds ${wanted} in pages as small`);
    }
    if (!table.tied.some(({ window }) => window.table === fitting.window.table)) {
      table.tied.push(fitting);
      fitting.window.table.hold();
    }
    return { rc: 0 };
  }

  /** H_PUT_TCE. */
  putTce(liobn: number, busAddress: bigint, tce: bigint): KvmAnswer {
    return this.handle((tied) => {
      const table = this.tables.get(liobn);
      if (table === undefined) return tooHard(`LIOBN ${hex(BigInt(liobn))} is not KVM's`);
      const problem =
        this.addressProblem(table, busAddress, tied, tce === 0n) ?? tied.tceProblem(table, tce);
      if (problem !== undefined) return problem;
      const entry = entryOf(table, busAddress);
      const failure = tied.write(table, entry, tce);
      if (failure !== undefined) return tooHard(failure);
      table.set(entry, tce);
      return DONE;
    });
  }

  /** H_PUT_TCE_INDIRECT: all TCEs are looked at first, and then written one by one. */
  putTceIndirect(liobn: number, busAddress: bigint, list: bigint, count: number): KvmAnswer {
    return this.handle((tied) => {
      const table = this.tables.get(liobn);
      if (table === undefined) return tooHard(`LIOBN ${hex(BigInt(liobn))} is not KVM's`);
      if (count > TCE_LIST_ENTRIES_MAX) return parameter('a list has at most 512 TCEs');
      if (list % TCE_LIST_BYTES !== 0n) return parameter('the list is not on a multiple of 4K');
      const problem = this.addressProblem(table, busAddress, tied, false);
      if (problem !== undefined) return problem;
      if (this.translation.processAddress(list) === undefined) {
        return tooHard(`the list at ${hex(list)} is not in the guest's memory`);
      }
      return this.putList(tied, table, entryOf(table, busAddress), list, count);
    });
  }

  /** H_STUFF_TCE: only for values that map nothing. */
  stuffTce(liobn: number, busAddress: bigint, tce: bigint, count: number): KvmAnswer {
    return this.handle((tied) => {
      const table = this.tables.get(liobn);
      if (table === undefined) return tooHard(`LIOBN ${hex(BigInt(liobn))} is not KVM's`);
      const problem = this.addressProblem(table, busAddress, tied, tce === 0n);
      if (problem !== undefined) return problem;
      if (tcePermission(tce) !== 0) return parameter('the value has a permission bit');
      const first = entryOf(table, busAddress);
      const held = heldEntries(table, first, count);
      for (let at = 0; at < held; at += 1) tied.unmap(table, first + BigInt(at));
      for (let at = 0; at < held; at += 1) table.set(first + BigInt(at), tce);
      return { code: H_SUCCESS, beyondTable: count - held };
    });
  }

  /** H_GET_TCE: the guest's own value; one handler for both modes. */
  getTce(liobn: number, busAddress: bigint): KvmAnswer {
    return this.handle((tied) => {
      const table = this.tables.get(liobn);
      if (table === undefined) return tooHard(`LIOBN ${hex(BigInt(liobn))} is not KVM's`);
      const problem = this.addressProblem(table, busAddress, tied, true);
      if (problem !== undefined) return problem;
      return { code: H_SUCCESS, tce: table.get(entryOf(table, busAddress)) };
    });
  }

  private putList(
    tied: TiedTables,
    table: KvmTceTable,
    first: bigint,
    list: bigint,
    count: number,
  ): Outcome {
    const read = (at: number) => this.guest.guestMemory.read(list + BigInt(at) * 8n);
    for (let at = 0; at < count && tied.checksListFirst; at += 1) {
      const problem = tied.tceProblem(table, read(at));
      if (problem !== undefined) return problem;
    }
    const held = heldEntries(table, first, count);
    for (let at = 0; at < held; at += 1) {
      const tce = read(at);
      const problem = tied.checksListFirst ? undefined : tied.tceProblem(table, tce);
      if (problem !== undefined) return problem;
      // Of TCEs without permission nobody has looked at the address yet.
      if (!tied.isGuestMemory(tce)) return parameter(`${hex(tce)} is not in the guest's memory`);
      const failure = tied.map(table, first + BigInt(at), tce);
      if (failure !== undefined) return tooHard(failure);
      table.set(first + BigInt(at), tce);
    }
    return { code: H_SUCCESS, beyondTable: count - held };
  }

  /** One handler after the other, until one can do it. */
  private handle(attempt: Attempt): KvmAnswer {
    const reasons: string[] = [];
    let kills = 0;
    const handlers: Handler[] =
      this.facts.hasRealMode && !this.guest.isRadix
        ? ['real mode', 'virtual mode']
        : ['virtual mode'];
    for (const handler of handlers) {
      const isReal = handler === 'real mode';
      const tied = new TiedTables(this.translation, this.facts, this.guest.hostMemory, isReal);
      const { code, reason, ...outputs } = attempt(tied);
      kills += tied.kills;
      if (reason !== undefined) reasons.push(`${handler}: ${reason}`);
      if (code === H_TOO_HARD) continue;
      return { code, handler, reason: reasons.join('; '), kills, ...outputs };
    }
    return { code: H_TOO_HARD, handler: 'userspace', reason: reasons.join('; '), kills };
  }

  /** kvmppc_ioba_validate: however many TCEs a call writes, only the first one's place is checked. */
  private addressProblem(
    table: KvmTceTable,
    busAddress: bigint,
    tied: TiedTables,
    isClearing: boolean,
  ): Outcome | undefined {
    if (busAddress % (1n << BigInt(table.request.pageShift)) !== 0n) {
      return parameter(`bus address ${hex(busAddress)} splits an IO page`);
    }
    const offset = busAddress - table.start;
    if (offset < 0n || offset >= table.bytes) {
      return parameter(`bus address ${hex(busAddress)} is not in the window`);
    }
    return tied.pageProblem(table, entryOf(table, busAddress), isClearing);
  }

  private tableBytes({ size }: GuestTableRequest): bigint {
    return guestTableBytes(size, this.guest.basePageShift, this.facts.structBytes);
  }
}

function entryOf(table: KvmTceTable, busAddress: bigint): bigint {
  return (busAddress - table.start) >> BigInt(table.request.pageShift);
}

/** Entries of a run that the table has. */
function heldEntries(table: KvmTceTable, first: bigint, count: number): number {
  return Math.min(count, Number(table.request.size - first));
}

function tooHard(reason: string): Outcome {
  return { code: H_TOO_HARD, reason };
}

function parameter(reason: string): Outcome {
  return { code: H_PARAMETER, reason };
}
