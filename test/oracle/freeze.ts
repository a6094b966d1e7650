/** Frozen PEs and the fence (T31 to T33). */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Clock, Flight, Request } from './flight.ts';
import { pestOf } from './formats.ts';

/** A time in which a PE was frozen. */
export interface FreezeRecord {
  readonly pe: number;
  /** Outcome of the request that froze it, `software`, or `pelt-v`. */
  readonly cause: string;
  readonly cycle: number;
  pest0?: bigint;
  pest1?: bigint;
  until?: number;
}

/** A time in which the PHB was fenced. */
export interface FenceRecord {
  readonly cycle: number;
  until?: number;
}

export class Freezes {
  readonly records: FreezeRecord[] = [];
  private readonly frozen = new Map<number, FreezeRecord>();
  private found: Request[] = [];
  readonly fences: FenceRecord[] = [];

  constructor(
    private readonly config: UnitConfig,
    private readonly clock: Clock,
    private readonly flights: readonly Flight[],
  ) {}

  get isFenced(): boolean {
    const fence = this.fences.at(-1);
    return fence !== undefined && fence.until === undefined;
  }

  fence(): void {
    if (!this.isFenced) this.fences.push({ cycle: this.clock.now });
  }

  isFrozen(pe: number): boolean {
    return this.frozen.has(pe);
  }

  /** A request was refused at this edge. */
  refused(request: Request): void {
    this.found.push(request);
  }

  /** All that was refused at this edge freezes its PE, in the order of the items. */
  commit(): boolean {
    if (this.found.length === 0) return false;
    const found = this.found.sort((a, b) => a.order - b.order);
    this.found = [];
    if (this.config.fault.freezesPe) for (const request of found) this.fault(request);
    return true;
  }

  private fault(request: Request): void {
    const outcome = request.outcome as string;
    const pest = pestOf({
      outcome,
      isWrite: request.isWrite,
      rid: request.item.rid,
      address: request.address,
    });
    const record = this.frozen.get(request.pe);
    if (record !== undefined && record.pest0 === undefined) Object.assign(record, pest);
    this.begin({ pe: request.pe, cause: outcome, cycle: this.clock.now, ...pest }, request.order);
  }

  /** Software freezes a PE, as item number `order`. */
  freeze(pe: number, order: number): void {
    this.begin({ pe, cause: 'software', cycle: this.clock.now }, order);
  }

  /** A PE freezes, and with it those in its PELT-V row: all that are not frozen already. */
  private begin(record: FreezeRecord, order: number): void {
    this.keep(record);
    for (const pe of this.peltv(record.pe, order)) {
      this.keep({ pe, cause: 'pelt-v', cycle: record.cycle });
    }
  }

  private keep(record: FreezeRecord): void {
    if (this.frozen.has(record.pe)) return;
    this.frozen.set(record.pe, record);
    this.records.push(record);
  }

  unfreeze(pe: number): void {
    const record = this.frozen.get(pe);
    if (record !== undefined) record.until = this.clock.now;
    this.frozen.delete(pe);
  }

  reset(): void {
    for (const pe of [...this.frozen.keys()]) this.unfreeze(pe);
    const fence = this.fences.at(-1);
    if (fence !== undefined && this.isFenced) fence.until = this.clock.now;
  }

  /** The PELT-V row of a PE as the items before an item left it. */
  private peltv(pe: number, order: number): Set<number> {
    const row = new Set<number>();
    for (const { item } of this.flights.slice(0, order)) {
      if (item.kind !== 'peltv' || item.pe !== pe) continue;
      if (item.isSet) row.add(item.neighbour);
      else row.delete(item.neighbour);
    }
    return row;
  }
}
