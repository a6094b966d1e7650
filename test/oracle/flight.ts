/** Items on their way through the unit, and the clock that they share. */
import type { DmaItem, OracleCase, SoftwareItem } from './case.ts';
import { cyclesOf } from './exact.ts';
import { killScopeOf } from './formats.ts';

/** When a TCE that is being fetched arrives: absent until its walk has begun. */
export interface Fill {
  arrival?: number;
}

/** One TLP of a DMA (T4), and all that becomes of it. Times are edges. */
export class Request {
  readonly kind = 'request';
  readonly parts: Record<string, number> = {};
  arrive?: number;
  received?: number;
  /** PE# that its RTE gave, and the index of its TVE. */
  pe = 0;
  tve = 0;
  decided?: number;
  /** When the lookup looked at it, and when it had its tag. */
  looked?: number;
  /** What brings its TCE. */
  fill?: Fill;
  /** The TCE that it will get, or got. */
  tce = 0n;
  /** Real address, once it is known that it has one. */
  real?: bigint | undefined;
  outcome?: string;
  translated?: number;
  /** Cycle at which its write was handed on, or was known to be refused. */
  ordered?: number;
  /** Its credits are back. */
  isReleased = false;
  /** Data of a read. */
  dataAt?: number;
  done?: number;

  constructor(
    readonly order: number,
    readonly item: DmaItem,
    readonly address: bigint,
    readonly bytes: number,
    readonly rowEdge: number,
  ) {}

  get isWrite(): boolean {
    return this.item.isWrite;
  }

  /** Whether the TCE that it will get refuses it; false as long as it was not looked up. */
  get isRefused(): boolean {
    return this.looked !== undefined && (this.tce & (this.isWrite ? 2n : 1n)) === 0n;
  }

  /** Adds cycles to a part of its latency. */
  spend(part: string, cycles: number): void {
    this.parts[part] = (this.parts[part] ?? 0) + cycles;
  }

  /** The request is refused or dropped at an edge. */
  end(outcome: string, edge: number): void {
    this.outcome = outcome;
    this.done = edge;
    this.ordered = edge;
    this.isReleased = true;
  }
}

/** An operation of software, and all that becomes of it. */
export class Software {
  readonly kind = 'software';
  arrive?: number;
  /** A kill's. */
  written?: number;
  decided?: number;
  retired?: number;
  isLost = false;
  isOver = false;

  constructor(
    readonly order: number,
    readonly item: SoftwareItem | { readonly kind: 'assign'; rid: number; pe: number },
    readonly rowEdge: number,
  ) {}
}

export type Flight = Request | Software;

/** Whether software writes a kill, with a register value that names something. */
export function isKill({ item }: Software): boolean {
  return item.kind === 'kill' && killScopeOf(item.register) !== undefined;
}

/** What has a time of its own: the rest happens in no time, where its turn comes. */
export function takesTurn(software: Software): boolean {
  const { kind } = software.item;
  return isKill(software) || ['freeze', 'unfreeze', 'fence', 'reset'].includes(kind);
}

/** The edge that it is now, and the next one at which something may happen. */
export class Clock {
  now = 0;
  private alarm = Number.POSITIVE_INFINITY;

  /** Something that stands still may go on at an edge, if that is yet to come. */
  wakeAt(edge: number): void {
    if (edge > this.now && edge < this.alarm) this.alarm = edge;
  }

  /** All who stand still are asked again. */
  forgetAlarms(): void {
    this.alarm = Number.POSITIVE_INFINITY;
  }

  /** The first edge that somebody waits for. */
  get nextAlarm(): number {
    return this.alarm;
  }
}

/** The items of a case as flights: DMAs cut into requests, and firmware's changes of RTEs (T4, T11). */
export function flightsOf({ config, items }: OracleCase): Flight[] {
  const flights: Flight[] = [];
  const peOf = new Map<number, number>();
  let timeNs = 0;
  for (const item of items) {
    if ('stepNs' in item) timeNs += item.stepNs;
    const edge = cyclesOf(timeNs, config);
    if (item.kind !== 'dma') {
      flights.push(new Software(flights.length, item, edge));
      continue;
    }
    if (peOf.get(item.rid) !== item.pe) {
      peOf.set(item.rid, item.pe);
      const { rid, pe } = item;
      flights.push(new Software(flights.length, { kind: 'assign', rid, pe }, edge));
    }
    const most = BigInt(item.isWrite ? config.link.payloadBytes : config.link.readRequestBytes);
    const end = item.address + BigInt(item.bytes);
    for (let at = item.address; at < end; ) {
      const next = (at / most + 1n) * most;
      const bytes = Number((next < end ? next : end) - at);
      flights.push(new Request(flights.length, item, at, bytes, edge));
      at = next;
    }
  }
  return flights;
}
