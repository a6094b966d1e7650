/**
 * A case that times the TCE unit alone: a PHB4 with full tables, and a fixed, seeded list of requests. The unit
 * comes as a replay has it, from a module evaluated for it alone (sim/replay/fresh-unit.ts).
 */
import { allocateMemory, PhysicalMemory } from '../models/memory/physical.ts';
import { phb4 } from '../models/phb/phb4.ts';
import { configOf } from '../models/phb/spec.ts';
import type { UnitConfig } from '../models/phb/unit-config.ts';
import { writeRte } from '../models/rte.ts';
import { createFreshUnit } from '../sim/replay/fresh-unit.ts';
import { Accounts } from '../sim/unit/books/accounts.ts';
import { QUAD } from '../sim/unit/items.ts';
import type { Pacing } from '../sim/unit/port/arrivals.ts';
import { randomOf } from '../traces/random.ts';
import { answerDigest } from './answer-digest.ts';
import type { BenchCase, BenchSize, PreparedCase } from './bench-case.ts';
import { PAGE_SHIFT, writeFullTables } from './full-tables.ts';

const RTT_BASE = 0xff_0000_0000n;
const MEMORY_BYTES = 2 ** 27;
const RID = 0x100;
const PE = 1;
const CELL_BYTES = 4;
/** Requests of one `replay` call, as a chunk of a real replay has. */
const CHUNK_REQUESTS = 2048;

export const REQUEST_BYTES = 64;

export interface UnitCase {
  readonly name: string;
  /** What one run does many of, where that is not requests. */
  readonly unit?: string;
  readonly levels: number;
  readonly pacing: Pacing;
  readonly replacement?: UnitConfig['tceCache']['replacement'];
  /** 64 KiB page of request number `turn`, of so many `pages`. */
  pageOf(turn: number, pages: number, random: () => number): number;
}

/** The case, with so many requests a run. */
export function unitCase(options: UnitCase, { requests }: BenchSize): BenchCase {
  const { name, unit = 'requests' } = options;
  return { name, unit, prepare: () => prepareUnit(options, requests) };
}

async function prepareUnit(options: UnitCase, requests: number): Promise<PreparedCase> {
  const { levels, pacing, replacement } = options;
  const memory = new PhysicalMemory(allocateMemory(MEMORY_BYTES));
  writeRte(memory, RTT_BASE, RID, PE);
  const { tve, pages } = writeFullTables(memory, levels);
  const items = itemsOf(options, requests, pages);
  const preset = configOf(phb4);
  const tceCache = { ...preset.tceCache, ...(replacement && { replacement }) };
  const unit = await createFreshUnit({
    config: { ...preset, tceCache },
    ioda: 'ioda3',
    memory,
    rttBase: RTT_BASE,
    pacing,
    items,
    accounts: new Accounts(),
    seed: 'bench',
  });
  unit.writeTve(PE * 2, tve, unit.accounts.open());
  return {
    amount: requests,
    run() {
      const step = CHUNK_REQUESTS * QUAD;
      for (let at = 0; at < items.length; at += step) {
        unit.replay(at, Math.min(at + step, items.length));
      }
      unit.finish();
    },
    digest() {
      const { cells, latencies } = unit.accounts.sums();
      return answerDigest([cells, ...latencies]);
    },
  };
}

/** The requests as a lane has them: reads and writes in turn. */
function itemsOf({ name, pageOf }: UnitCase, requests: number, pages: number): Int32Array {
  const items = new Int32Array(new SharedArrayBuffer(requests * QUAD * CELL_BYTES));
  const random = randomOf(name);
  const requestsOfPage = 2 ** PAGE_SHIFT / REQUEST_BYTES;
  for (let turn = 0; turn < requests; turn += 1) {
    const page = pageOf(turn, pages, random);
    const address = page * 2 ** PAGE_SHIFT + (turn % requestsOfPage) * REQUEST_BYTES;
    items[turn * QUAD] = (turn & 1) | ((REQUEST_BYTES - 1) << 4) | (RID << 16);
    items[turn * QUAD + 1] = address;
    items[turn * QUAD + 2] = address / 2 ** 32;
  }
  return items;
}
