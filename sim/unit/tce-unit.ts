/**
 * The TCE unit of one PHB: what turns a device's bus address into a real one, and how long it takes.
 * `request` below is the life of one DMA request from arrival to completion; the rules it follows are
 * numbered in docs/timing.md. Requests are settled one after the other: every resource is granted in
 * request order, so all that a request waits for is known when it is looked at, exact to the cycle,
 * without an event queue.
 *
 * Left out so far: the link and its credits, DMA read engines, the line buffer, PE freeze and fence.
 *
 * The parts are constants of one closure, not fields of a class: V8 then writes their arrays'
 * addresses into compiled code (1.4 times the speed on hits, Node 20).
 */
import { joinHalves } from '../../models/bits.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Ioda } from '../../models/tve.ts';
import { type Accounts, NO_WINDOW } from './accounts.ts';
import { createArrivals, type Pacing } from './arrivals.ts';
import { classOf, granuleOf, isBelow4G, selectOf, windowHigh } from './bus-address.ts';
import { cyclesOf, PAST_CYCLES, REBASE_AT_CYCLES } from './clock.ts';
import {
  bytesOf,
  ITEM_EXPECTED_WRITE,
  ITEM_KIND_MASK,
  ITEM_WRITE,
  QUAD,
  ridOf,
  writeOf,
} from './items.ts';
import { MemoryTiming } from './memory-timing.ts';
import {
  ACCESS_FAULT,
  BYPASSED,
  HIT,
  MERGED,
  MISS,
  MSI,
  PAGE_FAULT,
  TVE_INVALID_FAULT,
  TVT_ADDRESS_FAULT,
  UNSUPPORTED_ADDRESS,
} from './outcome.ts';
import { ADMISSION, MERGE_WAIT, ORDER_WAIT, RTE, TAG_WAIT, WALK } from './parts.ts';
import { PostedWrites } from './posted-writes.ts';
import { RteCache } from './rte-cache.ts';
import { Slots } from './slots.ts';
import { Stage } from './stage.ts';
import { keyHigh, TceCache } from './tce-cache.ts';
import { KillUnit } from './tce-kill.ts';
import { REFUSED_SLOT, Translations, UNTRANSLATED_SLOT } from './translations.ts';
import { TVE_INVALID, TVE_TRANSLATED, Tvt } from './tvt.ts';
import { WalkCache } from './walk-cache.ts';
import { Walker } from './walker.ts';

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
}

/** Before any time that is kept: no request completed since the origin of time moved. */
const NOTHING_DONE = -PAST_CYCLES - 1;

export type TceUnit = ReturnType<typeof createTceUnit>;

/** Builds a unit. Throws InputError on a configuration that it cannot take. */
export function createTceUnit(setup: TceUnitSetup) {
  const { config, ioda, memory, items, accounts } = setup;
  const clockMHz = config.unit.clockMHz;
  const timing = new MemoryTiming(config.memory, clockMHz);
  const arrivals = createArrivals(setup.pacing, clockMHz);
  const rteStage = new Stage();
  const lookupStage = new Stage();
  const rteCache = new RteCache(config.rteCache, memory, timing, setup.rttBase, config.pe.count);
  const tvt = new Tvt(config.pe.count * config.pe.tvesPerPe, { ioda, ...config });
  const tceCache = new TceCache(config.tceCache, setup.seed);
  const tags = new Slots(config.tags.count);
  const walkCache = new WalkCache(config.walkCache.entries);
  const walker = new Walker(tvt, memory, timing, walkCache, config.tceCache.responseCycles);
  const postedWrites = new PostedWrites(config.pe.count);
  const killUnit = new KillUnit(config.kill, ioda, tvt, tceCache, walkCache);
  const translations = new Translations(tvt, tceCache);

  const rteCycles = config.rteCache.hitCycles;
  const tvtCycles = config.tvt.readCycles;
  const lookupCycles = config.tceCache.lookupCycles;
  const dmaReadCycles = cyclesOf(config.dma.readNs, clockMHz);
  const dmaWriteCycles = cyclesOf(config.dma.writeNs, clockMHz);
  const mergesMisses = config.tags.merge;
  const keepsRefusals = config.tceCache.negative;
  const msi32 = config.msi.window32;
  const msi64 = config.msi.window64;
  /** The first request that was refused for each reason, by outcome. */
  const firstFaults: ({ rid: number; address: bigint } | undefined)[] = [];
  /** The last completion: of this origin of time, and the latest of all before. */
  const end = { cycle: NOTHING_DONE, origin: 0, before: 0 };
  /** The request at hand: what it is, whose, and when it arrived. */
  const dma = {
    rid: 0,
    upper: 0,
    lower: 0,
    write: 0,
    bytes: 0,
    pe: 0,
    tve: 0,
    account: 0,
    arrive: 0,
    /** Cycles that it waited for those in front of it. */
    admission: 0,
  };

  /**
   * One request, from arrival to completion. Returns the slot of its TCE, or REFUSED_SLOT or
   * UNTRANSLATED_SLOT.
   */
  function request(head: number, lower: number, upper: number, arrive: number): number {
    dma.rid = ridOf(head);
    dma.lower = lower;
    dma.upper = upper;
    dma.write = writeOf(head);
    dma.bytes = bytesOf(head);
    dma.arrive = arrive;
    // 1. (T7 to T9) RID -> PE#, in order: a RID that the RTE cache lacks is read from memory, all behind it wait.
    rteCache.lookup(dma.rid);
    const inTurn = rteStage.leave(arrive + rteCycles);
    rteStage.hold(rteCache.readCycles);
    dma.admission = inTurn - rteCycles - arrive;
    dma.pe = rteCache.pe;
    // 2. (T10) PE# and address bit 59 -> TVE.
    const tve = dma.pe * 2 + selectOf(upper);
    const isMemory = classOf(upper) === 0 && !(msi32 && isBelow4G(upper, lower));
    dma.tve = tve;
    dma.account = isMemory ? tvt.account[tve] : NO_WINDOW;
    if (rteCache.readCycles !== 0) bookPart(RTE, rteCache.readCycles);
    const decided = inTurn + rteCache.readCycles + tvtCycles;
    if (!isMemory) return settleForeign(decided);
    if (tvt.kind[tve] !== TVE_TRANSLATED) return settleUntranslated(decided);
    if (((upper & tvt.beyondHigh[tve]) | (lower & tvt.beyondLow[tve])) !== 0) {
      return refuse(TVT_ADDRESS_FAULT, decided);
    }
    // 3. (T11, T12) PE# and page -> TCE, in order: here, on its way, or to be fetched.
    const shift = tvt.pageShift[tve];
    const pageHigh = windowHigh(upper) >>> shift;
    const pageLow = (windowHigh(upper) << (32 - shift)) | (lower >>> shift);
    const high = keyHigh(tve, pageHigh);
    const looked = lookupStage.leave(decided + lookupCycles);
    dma.admission += looked - lookupCycles - decided;
    let translated = looked;
    let outcome = HIT;
    let slot = tceCache.find(high, pageLow);
    if (slot < 0) {
      // 4. (T14, T15) A miss takes a tag, walks the table, and fills the entry it has just been given.
      outcome = MISS;
      translated = fetch(looked);
      slot = tceCache.place(high, pageLow);
      tceCache.fill(slot, translated, walker.tceHigh, walker.tceLow);
    } else if (tceCache.readyAt[slot] > looked) {
      outcome = mergesMisses ? MERGED : MISS;
      translated = mergesMisses ? waitForFill(slot, looked) : fetch(looked);
    }
    // 5. (T17) The TCE must allow the direction.
    const tce = tceCache.tceLow[slot];
    if ((tce & (1 << dma.write)) === 0) {
      if (!keepsRefusals) tceCache.dropPages(tve, pageHigh, pageLow, 1);
      return refuse((tce & 3) === 0 ? PAGE_FAULT : ACCESS_FAULT, translated);
    }
    // 6. (T18) Writes of a PE complete in order, reads when their data is there.
    settle(outcome, translated);
    return slot;
  }

  /** A miss waits for a tag, and all behind it wait too; then it walks. Returns when the TCE arrives. */
  function fetch(looked: number): number {
    const wait = Math.max(tags.nextRelease() - looked, 0);
    if (wait !== 0) {
      bookPart(TAG_WAIT, wait);
      lookupStage.hold(wait);
    }
    walker.walk(dma.tve, dma.upper, dma.lower);
    bookPart(WALK, walker.cycles);
    const arrives = looked + wait + walker.cycles;
    tags.take(arrives);
    return arrives;
  }

  /** A request for a TCE that is on its way waits for that fill. */
  function waitForFill(slot: number, looked: number): number {
    const ready = tceCache.readyAt[slot];
    bookPart(MERGE_WAIT, ready - looked);
    return ready;
  }

  /** An untranslated window passes the address on, if it lies in the window's range. */
  function settleUntranslated(decided: number): number {
    const { tve, upper, lower } = dma;
    if (tvt.kind[tve] === TVE_INVALID) return refuse(TVE_INVALID_FAULT, decided);
    const granule = granuleOf(upper, lower);
    if (granule < tvt.firstGranule[tve] || granule >= tvt.endGranule[tve]) {
      return refuse(TVT_ADDRESS_FAULT, decided);
    }
    settle(BYPASSED, decided);
    return UNTRANSLATED_SLOT;
  }

  /** Addresses that are no memory: MSIs, and classes that the PHB does not support. */
  function settleForeign(decided: number): number {
    const top = classOf(dma.upper);
    if (top !== 0 && !(top === 1 && msi64)) return refuse(UNSUPPORTED_ADDRESS, decided);
    close(MSI, dma.write === 0 ? decided : waitForWrites(decided));
    return UNTRANSLATED_SLOT;
  }

  /** Completes a request that has its real address. */
  function settle(outcome: number, translated: number): void {
    if (dma.write === 0) close(outcome, translated + dmaReadCycles);
    else close(outcome, waitForWrites(translated) + dmaWriteCycles);
  }

  /** A write waits for the writes of its PE that came before; returns when it may complete. */
  function waitForWrites(translated: number): number {
    const ordered = postedWrites.complete(dma.pe, translated);
    if (ordered !== translated) bookPart(ORDER_WAIT, ordered - translated);
    return ordered;
  }

  /**
   * A refused request ends where the refusal is found: a read is answered, a write dropped. Until then
   * nobody knows that it will not be written, so writes behind it wait.
   */
  function refuse(fault: number, found: number): number {
    firstFaults[fault] ??= { rid: dma.rid, address: joinHalves(dma.upper, dma.lower) };
    if (dma.write !== 0) postedWrites.complete(dma.pe, found);
    close(fault, found);
    return REFUSED_SLOT;
  }

  /** Books a request that is over. */
  function close(outcome: number, done: number): void {
    if (dma.admission !== 0) bookPart(ADMISSION, dma.admission);
    arrivals.done(done);
    if (done > end.cycle) end.cycle = done;
    accounts.book(dma.account, outcome, dma.write, dma.bytes, done - dma.arrive);
  }

  function bookPart(part: number, cycles: number): void {
    accounts.bookPart(dma.account, part, cycles);
  }

  /** The cycle that the unit has come to: its stages accept nothing before it. */
  function present(): number {
    return Math.max(rteStage.free, lookupStage.free);
  }

  /** Moves the origin of time forward to the present. */
  function rebase(): void {
    const cycles = present();
    arrivals.rebase(cycles);
    age(cycles);
    end.origin += cycles;
  }

  /** Everything that the unit remembers is `cycles` longer ago. */
  function age(cycles: number): void {
    end.before = lastCycle();
    end.cycle = NOTHING_DONE;
    rteStage.rebase(cycles);
    lookupStage.rebase(cycles);
    tags.rebase(cycles);
    tceCache.rebase(cycles);
    postedWrites.rebase(cycles);
  }

  function lastCycle(): number {
    if (end.cycle === NOTHING_DONE) return end.before;
    return Math.max(end.before, end.origin + end.cycle);
  }

  /**
   * Replays the items `from..to` (indices of cells) up to the first that is no request; returns the
   * index of that one, or `to`.
   */
  function replay(from: number, to: number): number {
    for (let at = from; at < to; at += QUAD) {
      const head = items[at];
      const kind = head & ITEM_KIND_MASK;
      if (kind > ITEM_EXPECTED_WRITE) return at;
      const slot = request(head, items[at + 1], items[at + 2], arrivals.next(items[at + 3]));
      if (kind > ITEM_WRITE) {
        at += QUAD;
        translations.compare(rteCache.pe, slot, items, at);
      }
      if (present() > REBASE_AT_CYCLES) rebase();
    }
    return to;
  }

  return {
    replay,
    timing,
    accounts,
    translations,
    /** Time passes in the trace without a request. */
    pass(step: number): void {
      rteStage.free = Math.max(rteStage.free, arrivals.pass(step));
      if (present() > REBASE_AT_CYCLES) rebase();
    },
    /** Any number of cycles passes in the trace: nothing of before can still be on its way. */
    leap(cycles: number): void {
      age(Math.min(cycles, 2 * PAST_CYCLES - 1));
      end.origin += cycles;
    },
    /** Software writes a TVE; its requests are booked under `account`. Entries of the old one go. */
    writeTve(index: number, word: bigint, account: number): void {
      tvt.write(index, word, account);
      tceCache.dropTve(index);
      walkCache.dropTve(index);
    },
    /** Firmware changed the RTT and invalidates the RTE cache. */
    invalidateRtes(): void {
      rteCache.dropAll();
    },
    /** Software writes the kill register, now. The kill passes both stages and holds the second. */
    kill(register: bigint): void {
      const inTurn = rteStage.leave(arrivals.pass(0) + rteCycles);
      const looked = lookupStage.leave(inTurn + tvtCycles + lookupCycles);
      const cost = killUnit.write(register);
      lookupStage.hold(cost);
      arrivals.afterSoftware(looked + cost);
    },
    /** What the unit counted so far; arrays are the unit's own. */
    counts() {
      return {
        cycles: lastCycle(),
        walkReads: walker.reads,
        walkCacheHits: walkCache.hits,
        rteMisses: rteCache.misses,
        cachedReads: timing.cachedReads,
        uncachedReads: timing.uncachedReads,
        kills: killUnit.counts,
        firstFaults,
      };
    },
  };
}
