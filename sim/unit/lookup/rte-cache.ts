/**
 * RID to PE#: the RTE cache in front of the RID translation table in memory (the "RTC" of PHB error
 * registers, fully associative). A miss is one real read of the RTT and stops the front end.
 */

import { lowerHalf, upperHalf } from '../../../models/bits.ts';
import type { PhysicalMemory } from '../../../models/memory/physical.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { readRte, rteAddress } from '../../../models/rte.ts';
import type { StateWriter } from '../state-writer.ts';
import type { MemoryTiming } from '../walk/memory-timing.ts';
import { Cam } from './cam.ts';

const NO_RID = -1;
const NO_PE = -1;
const RIDS = 2 ** 16;

export class RteCache {
  /** PE# of the RID that was looked up last; the PHB may not have it. */
  pe = 0;
  /** RIDs that had to be read from the RTT. */
  misses = 0;
  private lastRid = NO_RID;
  private readonly directory: Cam;
  private readonly peOf: Int32Array;
  /** PE# that each RID had when it was read last; NO_PE before that. */
  private readonly lastPeOf = new Int32Array(RIDS).fill(NO_PE);
  private readonly wraps: boolean;

  constructor(
    config: UnitConfig['rteCache'],
    private readonly memory: PhysicalMemory,
    private readonly timing: MemoryTiming,
    private readonly rttBase: bigint,
    private readonly peCount: number,
  ) {
    this.wraps = config.invalidPe === 'wrap';
    this.directory = new Cam(config.entries, true);
    this.peOf = new Int32Array(Math.max(32, config.entries));
  }

  /** Looks up a RID, whose PE# then stands in `pe`; returns the cycles for which memory is read, 0 on a hit. */
  lookup(rid: number): number {
    if (rid === this.lastRid) return 0;
    this.lastRid = rid;
    const slot = this.directory.find(0, 0, rid);
    if (slot < 0) return this.fetch(rid);
    this.pe = this.peOf[slot];
    return 0;
  }

  /** The PE# of a RID that was read from the RTT before, in or out of the cache; negative for others. */
  knownPeOf(rid: number): number {
    return this.lastPeOf[rid];
  }

  /** RTC_INVALIDATE of everything: what firmware does after each change of the RTT. */
  dropAll(): void {
    this.directory.dropWhere(0, 0);
    this.lastRid = NO_RID;
  }

  /** RIDs; the last one is the newest. Their PEs are those of the RTT: a change of it empties the cache. */
  writeState(state: StateWriter): void {
    this.directory.writeState(state, () => {});
  }

  private fetch(rid: number): number {
    const address = rteAddress(this.rttBase, rid);
    const pe = readRte(this.memory, this.rttBase, rid);
    this.pe = this.wraps ? pe % this.peCount : pe;
    this.peOf[this.directory.place(0, 0, rid)] = this.pe;
    this.lastPeOf[rid] = this.pe;
    this.misses += 1;
    return this.timing.readUncached(upperHalf(address), lowerHalf(address));
  }
}
