/** The engine on an oracle case: the same list of items, and what it booked for each request. */
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { writeRte } from '../../models/rte.ts';
import { fixedCyclesOf } from '../../sim/results/book.ts';
import { Accounts } from '../../sim/unit/accounts.ts';
import { QUAD } from '../../sim/unit/items.ts';
import { OUTCOMES } from '../../sim/unit/outcome.ts';
import { PARTS } from '../../sim/unit/parts.ts';
import { createTceUnit } from '../../sim/unit/tce-unit.ts';
import { type OracleCase, RTT_BASE } from './case.ts';
import type { Settled } from './timing.ts';

/** Books that remember the last request. */
class Recorder extends Accounts {
  settled: Settled[] = [];
  private current: Record<string, number> = {};
  private fixed = fixedCyclesOf(configOf(phb4));

  /** Forgets the case before. */
  begin(config: UnitConfig): void {
    this.settled = [];
    this.current = {};
    this.fixed = fixedCyclesOf(config);
  }

  override bookPart(_account: number, part: number, cycles: number): void {
    const name = PARTS[part];
    this.current[name] = (this.current[name] ?? 0) + cycles;
  }

  override book(
    _account: number,
    code: number,
    write: number,
    _bytes: number,
    latency: number,
  ): void {
    const outcome = OUTCOMES[code];
    const fixed = this.fixed;
    const parts = this.current;
    parts.rte = (parts.rte ?? 0) + fixed.rte;
    parts.tve = fixed.tve;
    if (['hit', 'miss', 'merged', 'page-fault', 'access-fault'].includes(outcome))
      parts.lookup = fixed.lookup;
    if (['hit', 'miss', 'merged', 'bypassed'].includes(outcome)) {
      parts.dma = write ? fixed.dmaWrite : fixed.dmaRead;
    }
    const kept = Object.fromEntries(Object.entries(parts).filter(([, cycles]) => cycles !== 0));
    this.settled.push({ outcome, done: 0, latency, parts: kept });
    this.current = {};
  }
}

/** One for all cases: its arrays are large. */
const accounts = new Recorder();

/** Requests of a case as the engine settles them, and its last cycle; `done` is not told. */
export function replayByEngine(drawn: OracleCase): { settled: Settled[]; cycles: number } {
  const config = configFor(drawn);
  const memory = new PhysicalMemory(allocateMemory(2 ** 21));
  for (const [rid, pe] of drawn.peOf) writeRte(memory, RTT_BASE, rid, pe);
  for (const [address, word] of drawn.words) memory.write(address, word);
  const items = new Int32Array(new SharedArrayBuffer(2 * QUAD * 4));
  accounts.begin(config);
  const { outstanding } = drawn;
  const unit = createTceUnit({
    config,
    ioda: 'ioda3',
    memory,
    rttBase: RTT_BASE,
    pacing: outstanding === 0 ? { kind: 'trace' } : { kind: 'closed', outstanding },
    items,
    accounts,
    seed: 'oracle',
  });
  for (const [index, word] of drawn.tves) unit.writeTve(index, word, 0);
  for (const item of drawn.items) {
    if (item.kind === 'store') {
      memory.write(item.address, item.word);
      unit.timing.touch(Number(item.address >> 32n), Number(item.address & 0xffffffffn));
    } else if (item.kind === 'kill') {
      unit.pass(item.step);
      unit.kill(item.register);
    } else {
      items[0] = (item.isWrite ? 1 : 0) | (63 << 4) | (item.rid << 16);
      items[1] = Number(item.address & 0xffffffffn);
      items[2] = Number(item.address >> 32n);
      items[3] = item.step;
      unit.replay(0, QUAD);
    }
  }
  return { settled: accounts.settled, cycles: unit.counts().cycles };
}

function configFor({ config }: OracleCase): UnitConfig {
  const preset = configOf(phb4);
  return {
    ...preset,
    unit: { clockMHz: 1000 },
    rteCache: { entries: config.rteEntries, hitCycles: config.rteCycles },
    tvt: { readCycles: config.tvtCycles },
    tceCache: {
      entries: config.entries,
      ways: config.ways,
      hash: config.hash,
      replacement: config.replacement,
      lookupCycles: config.lookupCycles,
      responseCycles: config.responseCycles,
      negative: config.negative,
    },
    walkCache: { entries: config.walkEntries },
    tags: { count: config.tags, merge: config.merge },
    memory: {
      readNs: config.readCycles,
      cachedReadNs: config.cachedCycles,
      cachedLines: config.cachedLines,
    },
    dma: { readNs: config.dmaReadCycles, writeNs: config.dmaWriteCycles },
    kill: {
      ...preset.kill,
      allCycles: config.killAll,
      peCycles: config.killPe,
      pageCycles: config.killPage,
    },
  };
}
