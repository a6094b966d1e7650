/**
 * What software does to a unit, besides DMA: it writes TVEs and the kill register, tells firmware's changes
 * of the RTT, and freezes, unfreezes, fences and resets.
 */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { EVERY_PE } from './control/kill-drain.ts';
import type { UnitParts } from './unit-parts.ts';

/** The software side of a unit with these parts. */
export function createSoftwareSide(config: UnitConfig, parts: UnitParts) {
  const { arrivals, completions, drain, fetches, foresight, freezer, killUnit } = parts;
  const { lineBuffer, lookupStage, reads, rteCache, rteStage, tceCache, tvt, walkCache } = parts;
  const rteCycles = config.rteCache.hitCycles;
  const tvtCycles = config.tvt.readCycles;
  /** Whether no request arrives behind a kill before the data of all reads in front are there. */
  const softwareWaits = arrivals.waitsForSoftware && config.kill.sync !== 'none';

  /** (T32) When an operation that passes the RTE stage takes effect. */
  function turn(): number {
    return rteStage.leave(arrivals.pass(0) + rteCycles) + tvtCycles;
  }

  return {
    /** (T30) Software writes a TVE; its requests are booked under `account`. Entries of the old one go. */
    writeTve(index: number, word: bigint, account: number): void {
      tvt.write(index, word, account);
      for (const part of [tceCache, lineBuffer, fetches, walkCache, foresight]) {
        part.dropTve(index);
      }
    },
    /** Firmware changed the RTT and invalidates the RTE cache. */
    invalidateRtes(): void {
      rteCache.dropAll();
    },
    /** (T26 to T29) Software writes the kill register. The kill passes both stages and holds the second. */
    kill(register: bigint): void {
      const kill = killUnit.decode(register);
      if (kill === undefined) return;
      const arrive = arrivals.pass(0);
      const written = killUnit.enter(kill, arrive);
      if (written === undefined) {
        completions.accounts.killLost(kill, arrive);
        return;
      }
      const inTurn = rteStage.leave(written + rteCycles);
      const looked = lookupStage.leave(inTurn + tvtCycles + config.tceCache.lookupCycles);
      const cost = killUnit.execute(kill, looked);
      lookupStage.hold(cost);
      completions.accounts.killed({
        kill,
        arrive,
        written,
        inTurn,
        looked,
        retired: looked + cost,
      });
      completions.busyUntil(looked + cost);
      if (softwareWaits) reads.completeAll();
      else reads.completeUntil(rteStage.free + tvtCycles);
      const scope = kill.scope === 'all' ? EVERY_PE : kill.pe;
      arrivals.afterSoftware(drain.follow(scope, arrive, looked + cost, reads.size));
    },
    /** (T31, T32) Software freezes a PE. */
    freeze(pe: number): void {
      freezer.freeze(pe, turn(), completions.origin);
    },
    /** (T32) Software ends the freeze of a PE. */
    unfreeze(pe: number): void {
      freezer.unfreeze(pe, turn(), completions.origin);
    },
    /** (T33) The whole PHB stops. */
    fence(): void {
      freezer.fence(turn(), completions.origin);
    },
    /** (T33) Software resets the PHB: fence and freezes end, caches are empty. */
    reset(): void {
      freezer.reset(turn(), completions.origin);
      for (const part of [rteCache, tceCache, lineBuffer, fetches, walkCache, foresight]) {
        part.dropAll();
      }
    },
    /** Software sets or clears the bit of a PE in the PELT-V row of another. */
    setPeltv(pe: number, neighbour: number, isSet: boolean): void {
      freezer.setPeltv(pe, neighbour, isSet);
    },
  };
}
