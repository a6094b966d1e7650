/**
 * A unit on the bench: small tables in real memory, requests one by one, and what each of them cost.
 * Times are cycles; unless a test says otherwise the clock is 1000 MHz, so that a cycle is a ns.
 */
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { writeRte } from '../../models/rte.ts';
import { encodeTranslated } from '../../models/tve.ts';
import { ACCOUNT_CELLS, Accounts } from '../../sim/unit/books/accounts.ts';
import { OUTCOMES } from '../../sim/unit/books/outcome.ts';
import { PARTS, type PartName } from '../../sim/unit/books/parts.ts';
import { QUAD } from '../../sim/unit/items.ts';
import type { Pacing } from '../../sim/unit/port/arrivals.ts';
import { createTceUnit, type TceUnit } from '../../sim/unit/tce-unit.ts';

const RTT_BASE = 0xff_0000_0000n;
const ITEM_QUADS = 4096;

/** Parameters by group, on top of the rig's round numbers. */
export type Overrides = { readonly [Group in keyof UnitConfig]?: Partial<UnitConfig[Group]> };

/** Round numbers, and no limits at the port: every stage can be told from the others in a sum. */
const ROUND: Overrides = {
  unit: { clockMHz: 1000 },
  link: { generation: 0, payloadBytes: 4096, readRequestBytes: 4096 },
  credits: { postedHeaders: 0, postedData: 0, nonPostedHeaders: 0 },
  rteCache: { hitCycles: 1 },
  tvt: { readCycles: 2 },
  tceCache: { lookupCycles: 4, responseCycles: 8, hash: 'plain' },
  memory: { readNs: 200, cachedReadNs: 100 },
  tags: { merge: 'entry' },
  fault: { freezesPe: false },
  dma: { readNs: 1000, writeNs: 16, readEngines: 0 },
  kill: { allCycles: 500, peCycles: 300, pageCycles: 30 },
};

/** Cycles from arrival to the lookup's answer of an unhindered request. */
export const LOOKED = 1 + 2 + 4;

export interface Sent {
  readonly outcome: string;
  readonly latency: number;
  readonly parts: Readonly<Record<PartName, number>>;
}

const NO_PARTS = Object.fromEntries(PARTS.map((name) => [name, 0])) as Record<PartName, number>;

export interface RequestOptions {
  readonly rid?: number;
  readonly write?: boolean;
  readonly bytes?: number;
  /** Cycles since the request before, in trace pacing. */
  readonly step?: number;
}

/** Books that remember the last request; of its parts, those that are booked. */
class LastRequest extends Accounts {
  last: Sent = { outcome: '', latency: 0, parts: NO_PARTS };
  private booked: Record<PartName, number> = { ...NO_PARTS };

  override bookPart(account: number, part: number, cycles: number): void {
    super.bookPart(account, part, cycles);
    this.booked[PARTS[part]] += cycles;
  }

  override book(
    account: number,
    outcome: number,
    write: number,
    bytes: number,
    latency: number,
  ): void {
    super.book(account, outcome, write, bytes, latency);
    this.last = { outcome: OUTCOMES[outcome], latency, parts: this.booked };
    this.booked = { ...NO_PARTS };
  }
}

export class Rig {
  readonly memory: PhysicalMemory;
  readonly unit: TceUnit;
  readonly config: UnitConfig;
  readonly items = new Int32Array(new SharedArrayBuffer(ITEM_QUADS * QUAD * 4));
  private readonly books = new LastRequest();
  private nextTable = 0x1_0000_0000n;

  constructor(overrides: Overrides = {}, pacing: Pacing = { kind: 'trace' }) {
    this.config = merge(merge(configOf(phb4), ROUND), overrides);
    this.memory = new PhysicalMemory(allocateMemory(2 ** 26));
    this.unit = createTceUnit({
      config: this.config,
      ioda: 'ioda3',
      memory: this.memory,
      rttBase: RTT_BASE,
      pacing,
      items: this.items,
      accounts: this.books,
      seed: 'rig',
    });
  }

  /** Gives a RID a PE. */
  assign(rid: number, pe: number): void {
    writeRte(this.memory, RTT_BASE, rid, pe);
    this.unit.invalidateRtes();
  }

  /**
   * A window (of 64 KiB tables, 13 index bits a level, unless said) with the first pages of it mapped to
   * real 0x10_0000_0000 and up; returns the real address of the leaf table.
   */
  window(pe: number, levels: number, pages: number, pageShift = 16, tableShift = 16): bigint {
    const tables = Array.from({ length: levels }, () => {
      this.nextTable += 0x1_0000n;
      return this.nextTable;
    });
    tables.slice(0, -1).forEach((table, index) => {
      this.memory.write(table, tables[index + 1] | 3n);
    });
    const leaf = tables[levels - 1];
    for (let page = 0; page < pages; page += 1) this.map(leaf, page, pageShift);
    const tve = encodeTranslated({ root: tables[0], levels, tableShift, pageShift });
    this.unit.writeTve(pe * 2, tve, this.unit.accounts.open());
    return leaf;
  }

  /** Writes the leaf TCE of a page; permission 3 unless said. */
  map(leaf: bigint, page: number, pageShift = 16, permission = 3): void {
    const real = 0x10_0000_0000n + (BigInt(page) << BigInt(pageShift));
    this.memory.write(leaf + BigInt(page) * 8n, permission === 0 ? 0n : real | BigInt(permission));
  }

  /** Sends one request and tells what became of it. */
  send(address: number | bigint, options: RequestOptions = {}): Sent {
    this.put(0, address, options);
    this.unit.replay(0, QUAD);
    this.unit.finish();
    return this.books.last;
  }

  /** Sends many requests with nothing measured one by one: `[address, options]`. */
  sendAll(requests: readonly (readonly [number | bigint, RequestOptions?])[]): void {
    this.sendSome(requests);
    this.unit.finish();
  }

  /** The same; reads may still be on their way. */
  sendSome(requests: readonly (readonly [number | bigint, RequestOptions?])[]): void {
    for (let from = 0; from < requests.length; from += ITEM_QUADS) {
      const batch = requests.slice(from, from + ITEM_QUADS);
      batch.forEach(([address, options], index) => {
        this.put(index * QUAD, address, options ?? {});
      });
      this.unit.replay(0, batch.length * QUAD);
    }
  }

  /** Requests so far by outcome, over all accounts. */
  counts(): Record<string, number> {
    const { accounts } = this.unit;
    return Object.fromEntries(
      OUTCOMES.map((name, outcome) => {
        let sum = 0;
        for (let account = 0; account < accounts.count; account += 1) {
          const at = account * ACCOUNT_CELLS + outcome * 2;
          sum += accounts.cells[at] + accounts.cells[at + 1];
        }
        return [name, sum];
      }),
    );
  }

  private put(at: number, address: number | bigint, options: RequestOptions): void {
    const { rid = 0x100, write = false, bytes = 64, step = 0 } = options;
    const bus = BigInt(address);
    this.items[at] = (write ? 1 : 0) | ((bytes - 1) << 4) | (rid << 16);
    this.items[at + 1] = Number(bus & 0xffffffffn);
    this.items[at + 2] = Number(bus >> 32n);
    this.items[at + 3] = step;
  }
}

/** A rig with PE 5 behind RID 01:00.0, warm RTE, and one window. */
export function rigWithWindow(
  levels: number,
  pages: number,
  overrides: Overrides = {},
  pacing?: Pacing,
): { rig: Rig; leaf: bigint } {
  const rig = new Rig(overrides, pacing);
  rig.assign(0x100, 5);
  const leaf = rig.window(5, levels, pages);
  // An address of no known class warms the RTE cache and nothing else.
  rig.send(2n << 60n, { write: true });
  return { rig, leaf };
}

function merge(config: UnitConfig, overrides: Overrides): UnitConfig {
  const groups = Object.entries(overrides).map(([name, group]) => [
    name,
    Array.isArray(group) ? group : { ...config[name as keyof UnitConfig], ...group },
  ]);
  return { ...config, ...Object.fromEntries(groups) };
}
