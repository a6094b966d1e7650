/**
 * What a kill has to outlast: the DMA before it that may still use an old translation. Software waits for
 * the DMA sync register (skiboot phb4.c: DMA read sync; PHB5 has one for writes, too); the time until the
 * last request before a kill, of its scope, is through is the kill's stale window.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { Accounts } from '../books/accounts.ts';
import { Spread } from '../books/spread.ts';
import { clampPast, PAST_CYCLES } from '../clock.ts';

/** PEs that the kill register can name. */
const KILL_PES = 512;
/** Scope of a kill that concerns every PE. */
export const EVERY_PE = -1;

/** A kill behind reads whose data are still on their way. */
interface OpenKill {
  readonly scope: number;
  readonly arrive: number;
  /** Requests before the kill that are known so far are through at these cycles. */
  complete: number;
  lastUse: number;
  /** Reads before it whose data are still to come. */
  waiting: number;
}

export class KillDrain {
  /** From a kill's arrival to its completion, and to the last possible use of an old translation. */
  readonly completion = new Spread();
  readonly stale = new Spread();
  /** Kills so far. */
  kills = 0;
  private readonly lastUse: Int32Array;
  private lastRead = -PAST_CYCLES;
  private lastWrite = -PAST_CYCLES;
  private open: OpenKill[] = [];

  constructor(
    private readonly sync: UnitConfig['kill']['sync'],
    private readonly accounts: Accounts,
  ) {
    this.lastUse = new Int32Array(KILL_PES).fill(-PAST_CYCLES);
  }

  /** A write of a PE is complete. */
  wrote(pe: number, done: number): void {
    if (done > this.lastUse[pe]) this.lastUse[pe] = done;
    if (done > this.lastWrite) this.lastWrite = done;
  }

  /** A request of a PE is refused: until then nobody could know that it uses no translation. */
  refused(pe: number, write: number, found: number): void {
    if (write !== 0) this.wrote(pe, found);
    else {
      if (found > this.lastUse[pe]) this.lastUse[pe] = found;
      if (found > this.lastRead) this.lastRead = found;
    }
  }

  /** The data of a read are there; so many kills came before the read did. */
  read(pe: number, data: number, killsBefore: number): void {
    if (data > this.lastUse[pe]) this.lastUse[pe] = data;
    if (data > this.lastRead) this.lastRead = data;
    if (this.open.length > 0) this.readBeforeKills(pe, data, killsBefore);
  }

  /**
   * A kill of one PE, or EVERY_PE, behind so many reads without data. Returns when it is complete, as far
   * as that is known: for good if no read waits.
   */
  follow(scope: number, arrive: number, retired: number, waiting: number): number {
    const synced = this.sync === 'none' ? retired : Math.max(retired, this.lastRead);
    const lastUse =
      scope === EVERY_PE ? Math.max(this.lastRead, this.lastWrite) : this.lastUse[scope];
    const kill: OpenKill = {
      scope,
      arrive,
      complete: this.sync === 'all' ? Math.max(synced, this.lastWrite) : synced,
      lastUse: Math.max(retired, lastUse),
      waiting,
    };
    this.kills += 1;
    if (waiting === 0) this.close(kill);
    else this.open.push(kill);
    return kill.complete;
  }

  /** Moves the origin of time forward by `cycles`; no kill is open then. */
  rebase(cycles: number): void {
    clampPast(this.lastUse, cycles);
    this.lastRead = Math.max(this.lastRead - cycles, -PAST_CYCLES);
    this.lastWrite = Math.max(this.lastWrite - cycles, -PAST_CYCLES);
    this.open = this.open.map((kill) => ({
      ...kill,
      arrive: kill.arrive - cycles,
      complete: kill.complete - cycles,
      lastUse: kill.lastUse - cycles,
    }));
  }

  /** The open kills are the last ones: those behind the read in the order are at their end. */
  private readBeforeKills(pe: number, data: number, killsBefore: number): void {
    const { open } = this;
    const behind = Math.max(0, open.length - (this.kills - killsBefore));
    for (let index = behind; index < open.length; index += 1) {
      const kill = open[index];
      if (this.sync !== 'none') kill.complete = Math.max(kill.complete, data);
      if (kill.scope === pe || kill.scope === EVERY_PE) kill.lastUse = Math.max(kill.lastUse, data);
      kill.waiting -= 1;
    }
    // What an earlier kill waits for, all later ones wait for.
    while (open.length > 0 && open[0].waiting === 0) this.close(open.shift() as OpenKill);
  }

  private close(kill: OpenKill): void {
    this.completion.add(kill.complete - kill.arrive);
    this.accounts.killComplete(kill.complete - kill.arrive);
    this.stale.add(kill.lastUse - kill.arrive);
  }
}
