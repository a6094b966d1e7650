/**
 * Which PEs are frozen, and whether the PHB is fenced: what EEH calls it when a PHB drops the DMA of a PE
 * that failed, until software unfreezes it (skiboot phb4.c, PESTB; LoPAR "EEH"). Each freeze is kept with
 * what stands in the PE's PEST entry.
 */
import { encodePest, type PestEntry } from '../../../models/pest.ts';
import type { FaultName } from '../../../models/walk.ts';
import { PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';
import { NEVER } from '../time-queue.ts';

/** Freezes and fences that are kept for the results, each; later ones are only counted. */
const RECORDS_MAX = 1000;

/** Why a PE froze: what its DMA did, what software asked for, or a PE that shares its fate. */
export type FreezeCause = FaultName | 'software' | 'pelt-v';

/** The request whose fault froze a PE. */
interface FailedRequest {
  readonly rid: number;
  readonly address: bigint;
  readonly isWrite: boolean;
}

export interface FreezeRecord {
  readonly pe: number;
  readonly cause: FreezeCause;
  readonly pest?: PestEntry;
  readonly rid?: number;
  readonly address?: bigint;
  /** Absolute cycles from which, and until which, the PE was frozen; undefined: to the end. */
  readonly cycle: number;
  readonly until: number | undefined;
}

export interface FenceRecord {
  readonly cycle: number;
  readonly until: number | undefined;
}

export class Freezer {
  readonly fences: FenceRecord[] = [];
  /** The cycle from which each PE is frozen, NEVER if it is not. */
  private readonly frozenFrom: Int32Array;
  private fencedFrom = NEVER;
  /**
   * What has frozen each PE, or will, and nobody has ended yet, by time: faults are found in another order
   * than that of the requests, and of those that software did not see each freezes the PE again.
   */
  private readonly causes = new Map<number, FreezeRecord[]>();
  /** Freezes that are over. */
  private readonly ended: FreezeRecord[] = [];
  private endedCount = 0;
  /** PELT-V: the PEs that freeze with a PE. */
  private readonly neighbours = new Map<number, Set<number>>();

  constructor(private readonly peCount: number) {
    this.frozenFrom = new Int32Array(Math.max(32, peCount)).fill(NEVER);
  }

  /** Whether a PE is frozen at a cycle. */
  isFrozen(pe: number, cycle: number): boolean {
    return this.frozenFrom[pe] <= cycle;
  }

  /** Whether the PHB is fenced at a cycle. */
  isFenced(cycle: number): boolean {
    return this.fencedFrom <= cycle;
  }

  /** All freezes by time, and how many there were, kept or not. */
  freezes(): { list: FreezeRecord[]; count: number } {
    const open = [...this.causes.values()].map((causes) => freezeOf(causes));
    const list = [...this.ended, ...open].sort((a, b) => a.cycle - b.cycle || a.pe - b.pe);
    return { list, count: this.endedCount + open.length };
  }

  /** Sets or clears a PE's bit in the PELT-V row of another. */
  setPeltv(pe: number, neighbour: number, isSet: boolean): void {
    const row = this.neighbours.get(pe) ?? new Set();
    if (isSet) row.add(neighbour);
    else row.delete(neighbour);
    this.neighbours.set(pe, row);
  }

  /** A fault that is found at `cycle` freezes its PE; `origin` is the absolute cycle of cycle 0. */
  freezeByFault(
    pe: number,
    fault: FaultName,
    request: FailedRequest,
    cycle: number,
    origin: number,
  ): void {
    const { rid, address, isWrite } = request;
    const transaction = isWrite ? 'write' : 'read';
    const pest = encodePest({ transaction, fault, rid, address });
    this.freezeAll(pe, { cause: fault, pest, rid, address }, cycle, origin);
  }

  /** Software freezes a PE (OPAL's EEH freeze set). */
  freeze(pe: number, cycle: number, origin: number): void {
    this.freezeAll(pe, { cause: 'software' }, cycle, origin);
  }

  /** Software ends a freeze that began by `cycle`; what comes later freezes the PE again. */
  unfreeze(pe: number, cycle: number, origin: number): void {
    if (this.frozenFrom[pe] > cycle) return;
    const turn = origin + cycle;
    const causes = this.causes.get(pe) as FreezeRecord[];
    this.endedCount += 1;
    const later = causes.filter((cause) => cause.cycle > turn);
    const seen = causes.slice(0, causes.length - later.length);
    if (this.ended.length < RECORDS_MAX) this.ended.push({ ...freezeOf(seen), until: turn });
    if (later.length === 0) this.causes.delete(pe);
    else this.causes.set(pe, later);
    this.frozenFrom[pe] = later.length === 0 ? NEVER : later[0].cycle - origin;
  }

  /** The whole PHB stops. */
  fence(cycle: number, origin: number): void {
    if (this.fencedFrom <= cycle) return;
    this.fencedFrom = cycle;
    if (this.fences.length < RECORDS_MAX) {
      this.fences.push({ cycle: origin + cycle, until: undefined });
    }
  }

  /** A complete reset ends the fence and all freezes that began by `cycle`. */
  reset(cycle: number, origin: number): void {
    for (let pe = 0; pe < this.peCount; pe += 1) this.unfreeze(pe, cycle, origin);
    if (this.fencedFrom > cycle) return;
    this.fencedFrom = NEVER;
    const last = this.fences.at(-1);
    if (last !== undefined && last.until === undefined) {
      this.fences[this.fences.length - 1] = { ...last, until: origin + cycle };
    }
  }

  /** Without software nobody unfreezes: what froze a PE, and again, is for the results only. */
  writeState(state: StateWriter): void {
    for (const cycle of this.frozenFrom) state.time(cycle);
  }

  /** The freezes are told; who is frozen stays so. Not for runs in which software intervenes. */
  clearRecords(): void {
    this.causes.clear();
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    for (let pe = 0; pe < this.peCount; pe += 1) {
      this.frozenFrom[pe] = rebased(this.frozenFrom[pe], cycles);
    }
    this.fencedFrom = rebased(this.fencedFrom, cycles);
  }

  /** A PE freezes, and with it those in its PELT-V row. */
  private freezeAll(
    pe: number,
    why: Omit<FreezeRecord, 'pe' | 'cycle' | 'until'>,
    cycle: number,
    origin: number,
  ): void {
    const record = { pe, ...why, cycle: origin + cycle, until: undefined };
    this.freezeOne(record, cycle);
    for (const neighbour of this.neighbours.get(pe) ?? []) {
      const { cycle: absolute, until } = record;
      this.freezeOne({ pe: neighbour, cause: 'pelt-v', cycle: absolute, until }, cycle);
    }
  }

  /** Keeps a cause in its place in time: that is not the order of the requests. */
  private freezeOne(record: FreezeRecord, cycle: number): void {
    const { pe } = record;
    const causes = this.causes.get(pe) ?? [];
    const behind = causes.findIndex((cause) => cause.cycle > record.cycle);
    causes.splice(behind < 0 ? causes.length : behind, 0, record);
    this.causes.set(pe, causes);
    this.frozenFrom[pe] = Math.min(this.frozenFrom[pe], cycle);
  }
}

/** A freeze by the causes in its time: the first one began it, the first fault is in the PEST. */
function freezeOf(causes: readonly FreezeRecord[]): FreezeRecord {
  const fault = causes.find(({ pest }) => pest !== undefined);
  const { pe, cause, cycle, until } = causes[0];
  const { pest, rid, address } = fault ?? {};
  if (pest === undefined || rid === undefined || address === undefined) {
    return { pe, cause, cycle, until };
  }
  return { pe, cause, pest, rid, address, cycle, until };
}

function rebased(time: number, cycles: number): number {
  return time === NEVER ? NEVER : Math.max(time - cycles, -PAST_CYCLES);
}
