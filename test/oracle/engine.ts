/** The engine on an oracle case: the same list of items, and what it booked for each request. */
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { writeRte } from '../../models/rte.ts';
import { Accounts } from '../../sim/unit/books/accounts.ts';
import { OUTCOMES } from '../../sim/unit/books/outcome.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import { QUAD } from '../../sim/unit/items.ts';
import type { RequestAtHand } from '../../sim/unit/request-at-hand.ts';
import { createTceUnit, type TceUnit } from '../../sim/unit/tce-unit.ts';
import { type DmaItem, type OracleCase, RTT_BASE, type SoftwareItem } from './case.ts';
import type { Replayed, Settled } from './edges.ts';
import { cyclesOf } from './exact.ts';

/** What the engine's hooks say of a request. */
interface Booking {
  readonly parts: Record<string, number>;
  readonly request: RequestAtHand;
  /** Absolute cycle. */
  readonly arrive: number;
  real?: bigint;
  settled?: Settled;
}

const SERVED = ['hit', 'line-hit', 'miss', 'merged', 'bypassed'];
const LOOKED_UP = ['hit', 'line-hit', 'miss', 'merged', 'page-fault', 'access-fault'];

/** Books that remember each request: those whose data come later are parked until then. */
class Recorder extends Accounts {
  private records: Booking[] = [];
  private readonly parked = new Map<number, Booking>();
  /** The request that arrived last, and the one that is booked: perhaps one whose data are there. */
  private atHand: Booking | undefined;
  private current: Booking | undefined;
  private config: UnitConfig | undefined;
  unit: TceUnit | undefined;

  /** Forgets the case before. */
  start(config: UnitConfig): void {
    this.records = [];
    this.parked.clear();
    this.config = config;
  }

  override begin(request: RequestAtHand): void {
    this.atHand = { parts: {}, request, arrive: (this.unit?.origin() ?? 0) + request.arrive };
    this.current = this.atHand;
    this.records.push(this.atHand);
  }

  override located(cell: number): void {
    const { current } = this;
    if (current === undefined || this.unit === undefined) return;
    const real = this.unit.translations.realOf(cell, current.request);
    if (real !== undefined) current.real = real;
  }

  override park(place: number): void {
    if (this.current) this.parked.set(place, this.current);
  }

  override resume(place: number): void {
    this.current = this.parked.get(place);
  }

  override bookPart(_account: number, part: number, cycles: number): void {
    const { parts } = this.current as Booking;
    const name = PARTS[part];
    parts[name] = (parts[name] ?? 0) + cycles;
  }

  override book(_: number, code: number, write: number, _bytes: number, latency: number): void {
    const record = this.current as Booking;
    const outcome = OUTCOMES[code];
    for (const [part, cycles] of this.fixedParts(outcome, write)) {
      record.parts[part] = (record.parts[part] ?? 0) + cycles;
    }
    const parts = Object.fromEntries(
      Object.entries(record.parts).filter(([, cycles]) => cycles !== 0),
    );
    const { real } = record;
    const done = record.arrive + latency;
    record.settled =
      real === undefined
        ? { outcome, done, latency, parts }
        : { outcome, done, latency, parts, real };
    this.current = this.atHand;
  }

  /** What the engine does not book, because it is the same for all requests of a kind. */
  private fixedParts(outcome: string, write: number): [part: string, cycles: number][] {
    const config = this.config as UnitConfig;
    const isServed = SERVED.includes(outcome);
    return [
      ['rte', config.rteCache.hitCycles],
      ['tve', config.tvt.readCycles],
      ['lookup', LOOKED_UP.includes(outcome) ? config.tceCache.lookupCycles : 0],
      ['dma', isServed ? cyclesOf(write ? config.dma.writeNs : config.dma.readNs, config) : 0],
    ];
  }

  settled(): Settled[] {
    return this.records.map(({ settled }, number) => {
      if (settled === undefined) throw new Error(`request ${number} was never booked`);
      return settled;
    });
  }
}

/** One for all cases: its arrays are large. */
const accounts = new Recorder();

/** Requests of a case as the engine settles them, and its counters. */
export function replayByEngine(drawn: OracleCase): Replayed {
  const { config } = drawn;
  const memory = new PhysicalMemory(allocateMemory(2 ** 21));
  for (const [address, word] of drawn.words) memory.write(address, word);
  const items = new Int32Array(new SharedArrayBuffer((drawn.items.length + 1) * QUAD * 4));
  accounts.start(config);
  const unit = createTceUnit({
    config,
    ioda: 'ioda3',
    memory,
    rttBase: RTT_BASE,
    pacing: drawn.pacing,
    items,
    accounts,
    seed: 'oracle',
  });
  accounts.unit = unit;
  for (const [index, word] of drawn.tves) unit.writeTve(index, word, 0);
  const peOf = new Map<number, number>();
  let timeNs = 0;
  /** DMAs that follow each other are replayed together: a request may go where the one in front went. */
  let cells = 0;
  const replayTogether = () => {
    unit.replay(0, cells);
    cells = 0;
  };
  for (const item of drawn.items) {
    const before = cyclesOf(timeNs, config);
    if ('stepNs' in item) timeNs += item.stepNs;
    const step = cyclesOf(timeNs, config) - before;
    if (item.kind !== 'dma') {
      replayTogether();
      intervene(unit, item, step, memory);
      continue;
    }
    if (peOf.get(item.rid) !== item.pe) {
      replayTogether();
      writeRte(memory, RTT_BASE, item.rid, item.pe);
      if (peOf.has(item.rid)) unit.invalidateRtes();
      peOf.set(item.rid, item.pe);
    }
    items.set(quadOf(item, step), cells);
    cells += QUAD;
  }
  replayTogether();
  unit.finish();
  return replayedOf(unit);
}

function quadOf({ isWrite, bytes, rid, address }: DmaItem, step: number): number[] {
  return [
    (isWrite ? 1 : 0) | ((bytes - 1) << 4) | (rid << 16),
    Number(BigInt.asIntN(32, address)),
    Number(BigInt.asIntN(32, address >> 32n)),
    step,
  ];
}

function intervene(unit: TceUnit, item: SoftwareItem, step: number, memory: PhysicalMemory): void {
  switch (item.kind) {
    case 'store':
      memory.write(item.address, item.word);
      unit.timing.touch(Number(item.address >> 32n), Number(item.address & 0xffff_ffffn));
      return;
    case 'tve':
      unit.writeTve(item.index, item.word, 0);
      return;
    case 'peltv':
      unit.setPeltv(item.pe, item.neighbour, item.isSet);
      return;
    case 'kill':
      unit.pass(step);
      unit.kill(item.register);
      return;
    default:
      unit.pass(step);
      if (item.kind === 'freeze') unit.freeze(item.pe);
      else if (item.kind === 'unfreeze') unit.unfreeze(item.pe);
      else if (item.kind === 'fence') unit.fence();
      else unit.reset();
  }
}

function replayedOf(unit: TceUnit): Replayed {
  const counts = unit.counts();
  const timesOf = ({ count, sum, max }: { count: number; sum: number; max: number }) => ({
    count,
    sum,
    max,
  });
  return {
    settled: accounts.settled(),
    cycles: counts.cycles,
    walkReads: [...counts.walkReads],
    walkCacheHits: [...counts.walkCacheHits],
    rteMisses: counts.rteMisses,
    cachedReads: counts.cachedReads,
    uncachedReads: counts.uncachedReads,
    kills: { ...counts.kills },
    killTimes: {
      completion: timesOf(counts.killTimes.completion),
      stale: timesOf(counts.killTimes.stale),
    },
    freezes: counts.freezes.list
      .map(({ pe, cause, pest, cycle, until }) => ({
        pe,
        cause,
        cycle,
        ...(pest === undefined ? {} : { pest0: pest.pest0, pest1: pest.pest1 }),
        ...(until === undefined ? {} : { until }),
      }))
      .sort((a, b) => a.cycle - b.cycle || a.pe - b.pe),
    fences: counts.fences.map(({ cycle, until }) =>
      until === undefined ? { cycle } : { cycle, until },
    ),
  };
}
