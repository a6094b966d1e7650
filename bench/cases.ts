/**
 * The cases that are timed: a unit with real tables in memory, and a fixed, seeded list of requests; and the
 * generators, which have to make requests faster than a unit replays them. Each
 * prints a digest of what it counted, so that neither a compiler nor an author can optimise the work away.
 */
import { createHash } from 'node:crypto';
import { allocateMemory, PhysicalMemory } from '../models/memory/physical.ts';
import { phb4 } from '../models/phb/phb4.ts';
import { configOf } from '../models/phb/spec.ts';
import { writeRte } from '../models/rte.ts';
import { encodeTranslated } from '../models/tve.ts';
import { Accounts } from '../sim/unit/books/accounts.ts';
import { QUAD } from '../sim/unit/items.ts';
import type { Pacing } from '../sim/unit/port/arrivals.ts';
import { createTceUnit } from '../sim/unit/tce-unit.ts';
import type { TraceBatch } from '../traces/format.ts';
import { generatedBatches, prepareTraffic } from '../traces/generate/generate.ts';
import { randomOf } from '../traces/random.ts';

const RTT_BASE = 0xff_0000_0000n;
const ROOT = 0x1_0000_0000n;
const TABLE_BYTES = 0x1_0000n;
const LEAVES = 32;
const ENTRIES = 8192;
const RID = 0x100;
const PE = 1;
const REQUEST_BYTES = 64;
/** Requests of one `replay` call, as a chunk of a real replay has. */
const CHUNK_REQUESTS = 2048;
/** One for each way of making rows: plain, chance, powers, devices with mappings, many patterns. */
const GENERATED = ['sequential', 'uniform', 'zipf', 'chase', 'nic-rx', 'nvme', 'tenants'] as const;

export interface BenchCase {
  readonly name: string;
  /** Replays all requests once more. */
  run(): void;
  /** Digest of everything counted since the case began. */
  digest(): string;
}

interface CaseOptions {
  readonly name: string;
  readonly requests: number;
  readonly levels: number;
  readonly pacing: Pacing;
  /** 64 KiB page of request `turn`. */
  pageOf(turn: number, random: () => number): number;
}

/** The cases of the suite, with so many requests each. */
export function benchCases(requests: number): BenchCase[] {
  const pages = LEAVES * ENTRIES;
  const sequential = (turn: number) => Math.floor((turn * REQUEST_BYTES) / 65_536) % pages;
  const anyOf = (count: number) => (_: number, random: () => number) =>
    Math.floor(random() * count);
  const timed: Pacing = { kind: 'interval', ps: 4000 };
  const closed: Pacing = { kind: 'closed', outstanding: 32, everyPs: 0, each: 'phb' };
  return [
    createCase({ name: 'hits', requests, levels: 2, pacing: timed, pageOf: sequential }),
    createCase({
      name: 'hits, closed loop',
      requests,
      levels: 2,
      pacing: closed,
      pageOf: sequential,
    }),
    createCase({ name: 'half misses', requests, levels: 2, pacing: closed, pageOf: anyOf(2048) }),
    ...[1, 2, 3, 4].map((levels) =>
      createCase({
        name: `misses of ${levels} levels`,
        requests,
        levels,
        pacing: closed,
        pageOf: anyOf(levels === 1 ? ENTRIES : pages),
      }),
    ),
    ...GENERATED.map((name) => generatorCase(name, requests)),
  ];
}

/** A generator that makes all its rows; the digest is of the rows of one more run. */
function generatorCase(name: string, requests: number): BenchCase {
  const { traffic } = prepareTraffic(name, { requests: `${requests}` });
  let rows = 0;
  return {
    name: `generate ${name}`,
    run() {
      rows = 0;
      for (const batch of generatedBatches(traffic)) rows += batch.rows;
    },
    digest() {
      const hash = createHash('sha256').update(`${rows}`);
      for (const batch of generatedBatches(traffic)) {
        for (const column of columnsOf(batch)) hash.update(column);
      }
      return hash.digest('hex').slice(0, 16);
    },
  };
}

/** The cells of a batch that hold rows. */
function columnsOf({ rows, timeNs, op, rid, pe, length, address, value }: TraceBatch) {
  const pairs = [timeNs, address, value].map((column) => column.subarray(0, 2 * rows));
  return [...pairs, ...[op, rid, pe, length].map((column) => column.subarray(0, rows))];
}

function createCase(options: CaseOptions): BenchCase {
  const { name, requests, levels, pacing, pageOf } = options;
  const items = new Int32Array(new SharedArrayBuffer(requests * QUAD * 4));
  const random = randomOf(name);
  for (let turn = 0; turn < requests; turn += 1) {
    const address = pageOf(turn, random) * 65_536 + (turn % 1024) * REQUEST_BYTES;
    items[turn * QUAD] = (turn & 1) | ((REQUEST_BYTES - 1) << 4) | (RID << 16);
    items[turn * QUAD + 1] = address;
    items[turn * QUAD + 2] = address / 2 ** 32;
  }
  const unit = createUnit(levels, pacing, items);
  return {
    name,
    run() {
      const step = CHUNK_REQUESTS * QUAD;
      for (let at = 0; at < items.length; at += step) {
        unit.replay(at, Math.min(at + step, items.length));
      }
      unit.finish();
    },
    digest() {
      const hash = createHash('sha256');
      const { cells, latencies } = unit.accounts.sums();
      for (const counts of [cells, ...latencies]) hash.update(counts);
      return hash.digest('hex').slice(0, 16);
    },
  };
}

/** A unit whose PE 1 has tables of so many levels, every page of 32 leaves (or of one) mapped. */
function createUnit(levels: number, pacing: Pacing, items: Int32Array) {
  const memory = new PhysicalMemory(allocateMemory(2 ** 27));
  writeRte(memory, RTT_BASE, RID, PE);
  const leaves = levels === 1 ? 1 : LEAVES;
  const upper = Math.max(levels - 1, 0);
  const firstLeaf = ROOT + BigInt(upper) * TABLE_BYTES;
  for (let level = 0; level + 1 < upper; level += 1) {
    memory.write(ROOT + BigInt(level) * TABLE_BYTES, (ROOT + BigInt(level + 1) * TABLE_BYTES) | 3n);
  }
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    const table = firstLeaf + BigInt(leaf) * TABLE_BYTES;
    if (upper > 0) memory.write(firstLeaf - TABLE_BYTES + BigInt(leaf * 8), table | 3n);
    for (let entry = 0; entry < ENTRIES; entry += 1) {
      memory.write(table + BigInt(entry * 8), (BigInt(leaf * ENTRIES + entry) << 16n) | 3n);
    }
  }
  const unit = createTceUnit({
    config: configOf(phb4),
    ioda: 'ioda3',
    memory,
    rttBase: RTT_BASE,
    pacing,
    items,
    accounts: new Accounts(),
    seed: 'bench',
  });
  const tve = encodeTranslated({ root: ROOT, levels, tableShift: 16, pageShift: 16 });
  unit.writeTve(PE * 2, tve, unit.accounts.open());
  return unit;
}
