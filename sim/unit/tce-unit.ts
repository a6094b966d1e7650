/**
 * The TCE unit of one PHB: what turns a device's bus address into a real one, and how long it takes.
 * `request` below is the life of one DMA request from arrival to completion; the rules it follows are
 * numbered in docs/timing.md. Requests are settled one after the other: every resource is granted in
 * request order, so all that a request waits for is known when it is looked at, exact to the cycle,
 * without an event queue. Reads that have their real address wait in `reads` for those that may still
 * overtake them.
 *
 * The parts are constants of one closure, not fields of a class: V8 then writes their arrays'
 * addresses into compiled code (1.4 times the speed on hits, Node 20).
 */
import { joinHalves } from '../../models/bits.ts';
import type { FaultName } from '../../models/walk.ts';
import { NO_WINDOW } from './books/accounts.ts';
import {
  ACCESS_FAULT,
  BAD_RTE,
  BYPASSED,
  FENCED,
  FROZEN,
  HIT,
  LINE_HIT,
  MERGED,
  MISS,
  MSI,
  OUTCOMES,
  PAGE_FAULT,
  TVE_INVALID_FAULT,
  TVT_ADDRESS_FAULT,
  UNSUPPORTED_ADDRESS,
} from './books/outcome.ts';
import {
  ADMISSION,
  CREDIT_WAIT,
  LINK,
  MERGE_WAIT,
  ORDER_WAIT,
  RTE,
  TAG_WAIT,
  WALK,
  WALKER_WAIT,
} from './books/parts.ts';
import { DROPPED_CELL, NO_CELL, REFUSED_CELL, UNTRANSLATED_CELL } from './books/translations.ts';
import { cyclesOf } from './clock.ts';
import { bytesOf, ITEM_EXPECTED_WRITE, ITEM_KIND_MASK, ITEM_WRITE, QUAD } from './items.ts';
import { classOf, granuleOf, isMemory, selectOf, windowHigh } from './lookup/bus-address.ts';
import { TVE_INVALID, TVE_TRANSLATED } from './lookup/tvt.ts';
import { requestAtHand, takePiece } from './request-at-hand.ts';
import { createSkim } from './skim.ts';
import { createSoftwareSide } from './software-side.ts';
import { createUnitCounts, type FirstFault } from './unit-counts.ts';
import { createParts, type TceUnitSetup } from './unit-parts.ts';
import { stateOf } from './unit-state.ts';
import { createUnitTime } from './unit-time.ts';

export type TceUnit = ReturnType<typeof createTceUnit>;

/** Builds a unit. Throws InputError on a configuration that it cannot take. */
export function createTceUnit(setup: TceUnitSetup) {
  const { config, items, accounts } = setup;
  const parts = createParts(setup);
  // Each a constant of this closure: see above.
  const { arrivals, completions, port, rteStage, lookupStage, rteCache, tvt, foresight } = parts;
  const { tceCache, lineBuffer, fetches, refill, tags, barrier, walker, timing } = parts;
  const { lookAhead } = parts;
  const { postedWrites, drain, reads, freezer, staleWatch, translations } = parts;
  const time = createUnitTime(parts);

  const peCount = config.pe.count;
  const isGte4gb = config.pe.tveSelect === 'gte4gb';
  const looksAhead = setup.foresight !== undefined;
  const rteCycles = config.rteCache.hitCycles;
  const tvtCycles = config.tvt.readCycles;
  const lookupCycles = config.tceCache.lookupCycles;
  const dmaWriteCycles = cyclesOf(config.dma.writeNs, config.unit.clockMHz);
  const { payloadBytes, readRequestBytes } = config.link;
  const merges = config.tags.merge !== 'none';
  const mergesLines = config.tags.merge === 'line';
  const hasLineBuffer = config.lineBuffer.entries > 0;
  const keepsRefusals = config.tceCache.negative;
  const { freezesPe } = config.fault;
  const killsGetLost = config.kill.dropWhenFull;
  const msi32 = config.msi.window32;
  const msi64 = config.msi.window64;
  /** The first request that was refused for each reason, by outcome. */
  const firstFaults: FirstFault[] = [];
  /** The request at hand. */
  const dma = requestAtHand();

  /**
   * One request of the piece at hand, from arrival to completion. `found` is the cell of the TCE that the
   * request in front got, if it has the same RID and 4 KiB block: with no item between them, the same RTE, TVE
   * and entry are found again, and what a second use changes in a cache is nothing. Else it is negative.
   * Returns the cell of its own TCE, or UNTRANSLATED_CELL, REFUSED_CELL or DROPPED_CELL.
   */
  function request(lower: number, bytes: number, step: number, found: number): number {
    // Belady's optimum notes the next use of each.
    const searches = found < 0 || looksAhead;
    // 1. (T5 to T8) The request arrives, gets its credits, and comes over the link.
    const received = receive(lower, bytes, step);
    // 2. (T9 to T11) RID -> PE#, in order: a RID that the RTE cache lacks is read from memory, all behind it wait.
    const rteRead = searches ? rteCache.lookup(dma.rid) : 0;
    const inTurn = rteStage.leave(received + rteCycles);
    rteStage.hold(rteRead);
    dma.admission = inTurn - rteCycles - received;
    // 3. (T12) PE# and address -> TVE.
    if (searches) identify();
    bookArrival(received, rteRead);
    const decided = inTurn + rteRead + tvtCycles;
    // Reads that have their addresses by now go first: this request, and all behind it, get theirs later.
    reads.completeUntil(decided);
    if (freezer.isFenced(decided)) return drop(FENCED, decided);
    if (dma.pe >= peCount) return drop(BAD_RTE, decided);
    if (freezer.isFrozen(dma.pe, decided)) return drop(FROZEN, decided);
    if (searches) {
      if (!isMemory(dma.upper, lower, msi32)) return settleForeign(decided);
      if (tvt.kind[dma.tve] !== TVE_TRANSLATED) return settleUntranslated(decided);
      if (tvt.isBeyond(dma.tve, dma.upper, lower)) return refuseEarly(TVT_ADDRESS_FAULT, decided);
    }
    // 4. (T13, T14) PE# and page -> TCE, in order: here, on its way, or to be found elsewhere.
    const looked = lookupStage.leave(barrier.ready(dma.pe, decided + lookupCycles));
    dma.admission += looked - lookupCycles - decided;
    if (dma.admission !== 0) bookPart(ADMISSION, dma.admission);
    dma.outcome = HIT;
    let slot = searches ? look() : tceCache.slotOf(found);
    let translated = looked;
    if (slot < 0) {
      slot = tceCache.place(dma.tve, dma.pageHigh, dma.pageLow);
      translated = supply(slot, looked);
    } else if (tceCache.readyAt[slot] > looked) {
      translated = merges ? waitFor(tceCache.readyAt[slot], looked) : fetch(looked);
    }
    // 5. (T22) The TCE must allow the direction.
    const cell = tceCache.cellOf(slot, dma.pageLow);
    const tce = tceCache.tceLow[cell];
    if ((tce & (1 << dma.write)) === 0) {
      if (!keepsRefusals) forget();
      return refuse((tce & 3) === 0 ? PAGE_FAULT : ACCESS_FAULT, translated);
    }
    if (killsGetLost && dma.outcome !== MISS) staleWatch.used(dma, tceCache.tceHigh[cell], tce);
    // 6. (T23 to T25) Writes of a PE complete in order, reads when their data have come back.
    accounts.located(cell);
    settle(dma.outcome, translated);
    return cell;
  }

  /** Takes a request in hand that arrives `step` cycles after the row before; returns when it is received. */
  function receive(lower: number, bytes: number, step: number): number {
    dma.lower = lower;
    dma.bytes = bytes;
    dma.arrive = arrivals.next(step, dma.rid);
    dma.requester = arrivals.requester;
    accounts.begin(dma);
    if (looksAhead) foresight.step();
    return port.receive(dma.arrive, dma.write, bytes);
  }

  /** Notes whose request it is: PE#, TVE and the window's account. */
  function identify(): void {
    const { upper, lower } = dma;
    const pe = rteCache.pe;
    const tve = pe * 2 + selectOf(upper, isGte4gb);
    dma.pe = pe;
    dma.tve = tve;
    dma.account = isMemory(upper, lower, msi32) && pe < peCount ? tvt.account[tve] : NO_WINDOW;
  }

  /** Books what the request waited for in front of the TVT. */
  function bookArrival(received: number, rteRead: number): void {
    const { creditWait } = port;
    if (creditWait !== 0) bookPart(CREDIT_WAIT, creditWait);
    const link = received - dma.arrive - creditWait;
    if (link !== 0) bookPart(LINK, link);
    if (rteRead !== 0) bookPart(RTE, rteRead);
  }

  /** Looks in the TCE cache for the page of the request; returns the slot of its entry, negative without one. */
  function look(): number {
    const { tve, upper, lower } = dma;
    const shift = tvt.pageShift[tve];
    const high = windowHigh(upper);
    dma.pageHigh = high >>> shift;
    dma.pageLow = (high << (32 - shift)) | (lower >>> shift);
    if (looksAhead) foresight.look(tve, dma.pageHigh, dma.pageLow);
    return tceCache.find(tve, dma.pageHigh, dma.pageLow);
  }

  /** (T15 to T18) Finds the TCE for an entry that was just taken; returns when it is there. */
  function supply(slot: number, looked: number): number {
    const { tve, pageHigh, pageLow } = dma;
    const buffered = hasLineBuffer ? lineBuffer.find(tve, pageHigh, pageLow) : -1;
    if (buffered >= 0 && (mergesLines || lineBuffer.readyAt[buffered] <= looked)) {
      dma.outcome = LINE_HIT;
      const ready = waitFor(lineBuffer.readyAt[buffered], looked);
      refill.fromBuffer(slot, buffered, pageLow, ready);
      return ready;
    }
    const tag = mergesLines ? fetches.find(tve, pageHigh, pageLow, looked) : -1;
    if (tag >= 0) {
      refill.fromFetch(slot, fetches, tag, pageLow);
      return waitFor(fetches.arrives[tag], looked);
    }
    const arrives = fetch(looked);
    refill.fromWalk(slot, walker, arrives);
    if (!walker.isComplete) return arrives;
    if (mergesLines) {
      fetches.start(tags.tag, tve, pageHigh, pageLow, walker.lineHigh, walker.lineLow, arrives);
    }
    if (hasLineBuffer && buffered < 0) refill.keepLine(dma, walker, pageHigh, pageLow, arrives);
    return arrives;
  }

  /** (T17, T18) A miss waits for a tag, and all behind it wait too; then it walks. Returns when the TCE arrives. */
  function fetch(looked: number): number {
    dma.outcome = MISS;
    const begins = tags.admit(looked);
    fetches.retire(tags.tag);
    if (tags.tagWait !== 0) {
      bookPart(TAG_WAIT, tags.tagWait);
      lookupStage.hold(tags.tagWait);
    }
    if (tags.walkerWait !== 0) bookPart(WALKER_WAIT, tags.walkerWait);
    walker.walk(dma.tve, dma.upper, dma.lower);
    bookPart(WALK, walker.cycles);
    const arrives = begins + walker.cycles;
    tags.release(arrives);
    barrier.missed(dma.pe, arrives);
    return arrives;
  }

  /** (T14, T16) A request for a TCE that is on its way waits for it. */
  function waitFor(ready: number, looked: number): number {
    if (ready <= looked) return looked;
    dma.outcome = MERGED;
    bookPart(MERGE_WAIT, ready - looked);
    return ready;
  }

  /** A TCE that refuses is not kept. */
  function forget(): void {
    const { tve, pageHigh, pageLow } = dma;
    tceCache.drop(tve, pageHigh, pageLow);
    if (hasLineBuffer) lineBuffer.drop(tve, pageHigh, pageLow);
    foresight.dropPages(tve, pageHigh, pageLow, 1);
  }

  /** An untranslated window passes the address on, if it lies in the window's range. */
  function settleUntranslated(decided: number): number {
    const { tve, upper, lower } = dma;
    if (tvt.kind[tve] === TVE_INVALID) return refuseEarly(TVE_INVALID_FAULT, decided);
    const granule = granuleOf(upper, lower);
    if (granule < tvt.firstGranule[tve] || granule >= tvt.endGranule[tve]) {
      return refuseEarly(TVT_ADDRESS_FAULT, decided);
    }
    bookAdmission();
    accounts.located(UNTRANSLATED_CELL);
    settle(BYPASSED, decided);
    return UNTRANSLATED_CELL;
  }

  /** Addresses that are no memory: MSIs, and classes that the PHB does not support. */
  function settleForeign(decided: number): number {
    const top = classOf(dma.upper);
    if (top !== 0 && !(top === 1 && msi64)) return refuseEarly(UNSUPPORTED_ADDRESS, decided);
    bookAdmission();
    const ordered = dma.write === 0 ? decided : waitForWrites(decided);
    port.leave(dma.write, dma.bytes, ordered);
    close(MSI, ordered);
    return UNTRANSLATED_CELL;
  }

  /** Completes a request that has its real address. */
  function settle(outcome: number, translated: number): void {
    if (dma.write === 0) {
      reads.add(dma, outcome, translated, port.credit);
      return;
    }
    const ordered = waitForWrites(translated);
    port.handOn(dma.bytes, ordered);
    drain.wrote(dma.pe, ordered + dmaWriteCycles);
    close(outcome, ordered + dmaWriteCycles);
  }

  /** (T23) A write waits for the writes of its PE that came before; returns when it is handed on. */
  function waitForWrites(translated: number): number {
    const ordered = postedWrites.complete(dma.pe, translated);
    if (ordered !== translated) bookPart(ORDER_WAIT, ordered - translated);
    return ordered;
  }

  /** A request that is refused before the lookup. */
  function refuseEarly(fault: number, decided: number): number {
    bookAdmission();
    return refuse(fault, decided);
  }

  /**
   * A refused request ends where the refusal is found: a read is answered, a write dropped. Until then
   * nobody knows that it will not be written, so writes behind it wait. (T31) The PE freezes.
   */
  function refuse(fault: number, found: number): number {
    const { pe, rid, write } = dma;
    const address = joinHalves(dma.upper, dma.lower);
    firstFaults[fault] ??= { rid, address };
    if (write !== 0) postedWrites.complete(pe, found);
    drain.refused(pe, write, found);
    if (freezesPe) {
      const failed = { rid, address, isWrite: write !== 0 };
      freezer.freezeByFault(pe, OUTCOMES[fault] as FaultName, failed, found, completions.origin);
    }
    port.leave(dma.write, dma.bytes, found);
    close(fault, found);
    return REFUSED_CELL;
  }

  /** (T12) A request that comes to nothing: its RTE is bad, its PE frozen or the PHB fenced. */
  function drop(outcome: number, decided: number): number {
    bookAdmission();
    if (outcome === BAD_RTE) {
      firstFaults[outcome] ??= { rid: dma.rid, address: joinHalves(dma.upper, dma.lower) };
    }
    port.leave(dma.write, dma.bytes, decided);
    close(outcome, decided);
    return outcome === BAD_RTE ? REFUSED_CELL : DROPPED_CELL;
  }

  /** Books a request that is over. */
  function close(outcome: number, done: number): void {
    const { account, write, bytes, arrive, requester } = dma;
    completions.complete(account, outcome, write, bytes, arrive, done, requester);
  }

  function bookAdmission(): void {
    if (dma.admission !== 0) bookPart(ADMISSION, dma.admission);
  }

  function bookPart(part: number, cycles: number): void {
    accounts.bookPart(dma.account, part, cycles);
  }

  /**
   * Replays the items `from..to` (indices of cells) up to the first that is no request; returns the
   * index of that one, or `to`.
   */
  function replay(from: number, to: number): number {
    let seen = from;
    let cell = NO_CELL;
    for (let at = from; at < to; at += QUAD) {
      if (at >= seen) seen = lookAhead(at, to);
      const head = items[at];
      const kind = head & ITEM_KIND_MASK;
      if (kind > ITEM_EXPECTED_WRITE) return at;
      // (T4) A piece of a DMA in one 4 KiB block is one TLP or more; the first stands for its translation.
      const start = items[at + 1];
      let step = items[at + 3];
      if (!takePiece(dma, head, start, items[at + 2])) cell = NO_CELL;
      const limit = dma.write === 0 ? readRequestBytes : payloadBytes;
      const pieceBytes = bytesOf(head);
      for (let sent = 0; sent < pieceBytes; ) {
        const lower = (start + sent) | 0;
        const bytes = Math.min(pieceBytes - sent, limit - (lower & (limit - 1)));
        cell = request(lower, bytes, step, cell);
        if (sent === 0 && kind > ITEM_WRITE) {
          at += QUAD;
          translations.compare(dma, cell, items[at + 1], items[at]);
        }
        step = 0;
        sent += bytes;
      }
      time.keepNear();
    }
    return to;
  }

  return {
    replay,
    /** What it is made of, for those who watch it. */
    parts,
    skim: createSkim(setup, parts, { dma, time, identify, look }),
    timing,
    accounts,
    translations,
    pass: time.pass,
    leap: time.leap,
    ...createSoftwareSide(config, parts),
    /** The trace is over: reads that still wait get their data. */
    finish: () => reads.completeAll(),
    /** Absolute cycle of the origin that times are counted from now. */
    origin: () => completions.origin,
    ...createUnitCounts(parts, firstFaults),
    state: () => stateOf(parts),
  };
}
