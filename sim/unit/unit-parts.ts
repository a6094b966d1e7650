/**
 * The parts that one TCE unit is made of, and how they hang together; tce-unit.ts says what a request does
 * with them.
 */
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Ioda } from '../../models/tve.ts';
import type { Accounts } from './books/accounts.ts';
import { Translations } from './books/translations.ts';
import { Completions } from './completion/completions.ts';
import { PostedWrites } from './completion/posted-writes.ts';
import { ReadPath } from './completion/read-path.ts';
import { Freezer } from './control/freezer.ts';
import { KillDrain } from './control/kill-drain.ts';
import { KillUnit } from './control/kill-unit.ts';
import { StaleWatch } from './control/stale-watch.ts';
import { BEYOND_TRANSLATED } from './lookup/bus-address.ts';
import { type Foresight, NoForesight } from './lookup/foresight.ts';
import { MissBarrier } from './lookup/miss-barrier.ts';
import { RteCache } from './lookup/rte-cache.ts';
import { createLineBuffer, TceCache } from './lookup/tce-cache.ts';
import { Tvt } from './lookup/tvt.ts';
import { createArrivals, type Pacing } from './port/arrivals.ts';
import { Port } from './port/port.ts';
import { Stage } from './stage.ts';
import { Fetches } from './walk/fetches.ts';
import { createLookAhead } from './walk/look-ahead.ts';
import { MemoryTiming } from './walk/memory-timing.ts';
import { Refill } from './walk/refill.ts';
import { Tags } from './walk/tags.ts';
import { WalkCache } from './walk/walk-cache.ts';
import { Walker } from './walk/walker.ts';

/** What a unit is built from. */
export interface TceUnitSetup {
  readonly config: UnitConfig;
  readonly ioda: Ioda;
  /** The machine's memory, with the RTT and the TCE tables in it. */
  readonly memory: PhysicalMemory;
  readonly rttBase: bigint;
  readonly pacing: Pacing;
  /** The cells that `replay` reads its items from. */
  readonly items: Int32Array;
  /** Where requests are booked. */
  readonly accounts: Accounts;
  /** Seed of everything random in the unit. */
  readonly seed: string;
  /** How long reads of memory take, for those who watch them; by default as the configuration says. */
  readonly timing?: MemoryTiming;
  /** For Belady's replacement: a rehearsal, or what came out of one. */
  readonly foresight?: Foresight;
}

export type UnitParts = ReturnType<typeof createParts>;

/** Builds the parts of a unit. */
export function createParts(setup: TceUnitSetup) {
  const { config, ioda, memory, accounts } = setup;
  const { clockMHz } = config.unit;
  const peCount = config.pe.count;
  const timing = setup.timing ?? new MemoryTiming(config.memory, clockMHz);
  const arrivals = createArrivals(setup.pacing, clockMHz);
  const completions = new Completions(accounts, arrivals);
  const port = new Port(config);
  const rteCache = new RteCache(config.rteCache, memory, timing, setup.rttBase, peCount);
  const isGte4gb = config.pe.tveSelect === 'gte4gb';
  const beyond = isGte4gb ? BEYOND_TRANSLATED : 0n;
  const tvt = new Tvt(peCount * config.pe.tvesPerPe, { ioda, ...config }, beyond);
  const foresight = setup.foresight ?? new NoForesight();
  const tceCache = new TceCache(config.tceCache, setup.seed, foresight);
  const lineBuffer = createLineBuffer(config.lineBuffer);
  const fetches = new Fetches(config.tags.count);
  const refill = new Refill(config.tceCache.granule, memory, tceCache, lineBuffer);
  const walkCache = new WalkCache(config.walkCache);
  const walker = new Walker(tvt, memory, timing, walkCache, config.tceCache.responseCycles);
  const drain = new KillDrain(config.kill.sync, accounts);
  const reads = new ReadPath(config, port.downstream, port.nonPosted, drain, completions);
  const killTargets = { tvt, tceCache, lineBuffer, fetches, walkCache, foresight };
  const killUnit = new KillUnit(config.kill, { ioda, pe: config.pe }, killTargets);
  arrivals.follow(reads);
  port.follow(reads);
  return {
    timing,
    arrivals,
    completions,
    port,
    rteStage: new Stage(),
    lookupStage: new Stage(),
    rteCache,
    tvt,
    foresight,
    tceCache,
    lineBuffer,
    fetches,
    refill,
    tags: new Tags(config),
    barrier: new MissBarrier(config.tceCache.hitUnderMiss, peCount),
    walkCache,
    walker,
    lookAhead: createLookAhead({ ...setup, isGte4gb, rteCache, tvt, walker }),
    postedWrites: new PostedWrites(peCount),
    drain,
    reads,
    killUnit,
    freezer: new Freezer(peCount),
    staleWatch: new StaleWatch(tvt, memory),
    translations: new Translations(tvt, tceCache),
  };
}
