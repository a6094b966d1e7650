/**
 * Somebody who follows the requests of a unit, all or some: each has a row of his own, to which goes what is booked
 * for it. A read that waits for its data is parked and resumed: what is booked in between belongs to others.
 */

import type { Kill } from '../../models/tce-kill.ts';
import type { KillTimes } from '../unit/books/accounts.ts';
import { type FixedCycles, fixedCyclesIn } from '../unit/books/fixed-cycles.ts';
import { PARTS } from '../unit/books/parts.ts';
import type { RequestAtHand } from '../unit/request-at-hand.ts';
import type { TceUnit } from '../unit/tce-unit.ts';

/** What is seen of a unit. */
export type WatchedUnit = Pick<TceUnit, 'origin' | 'translations' | 'parts'>;

export abstract class RequestWatch<Row> {
  protected unit!: WatchedUnit;
  /** The request at hand. */
  protected request!: RequestAtHand;
  /** Requests so far. */
  private requests = 0;
  /** Row of the request at hand, if it has one and is not parked, and of the one that is booked now. */
  private atHand: Row | undefined;
  private row: Row | undefined;
  /** Rows of requests that wait, by their place. */
  private readonly parked: (Row | undefined)[] = [];

  constructor(private readonly fixed: FixedCycles) {}

  /** The unit whose requests these are, before its first. */
  follow(unit: WatchedUnit): void {
    this.unit = unit;
  }

  /** A request has arrived: see Accounts, as for all of these. */
  begin(request: RequestAtHand): void {
    const number = this.requests;
    this.requests += 1;
    this.request = request;
    this.atHand = this.open(number, this.unit.origin() + request.arrive);
    this.row = this.atHand;
  }

  located(cell: number): void {
    if (this.atHand === undefined) return;
    const real = this.unit.translations.realOf(cell, this.request);
    if (real !== undefined) this.setReal(this.atHand, real);
  }

  park(place: number): void {
    this.parked[place] = this.atHand;
    if (this.atHand !== undefined) this.settle(this.atHand);
    this.atHand = undefined;
  }

  resume(place: number): void {
    this.row = this.parked[place];
  }

  bookPart(part: number, cycles: number): void {
    if (this.row !== undefined) this.addPart(this.row, part, cycles);
  }

  book(outcome: number, write: number, latency: number): void {
    const { row } = this;
    if (row !== undefined) {
      if (row === this.atHand) this.settle(row);
      for (let part = 0; part < PARTS.length; part += 1) {
        const cycles = fixedCyclesIn(part, outcome, write, this.fixed);
        if (cycles !== 0) this.addPart(row, part, cycles);
      }
      this.close(row, outcome, latency);
    }
    this.row = this.atHand;
  }

  killed(_times: KillTimes): void {}

  killLost(_kill: Kill, _arrive: number): void {}

  killComplete(_cycles: number): void {}

  /** The row of the request at hand, which is number `number` and arrived at an absolute cycle, if it gets one. */
  protected abstract open(number: number, arrive: number): Row | undefined;

  /** The row's request has a real address. */
  protected abstract setReal(row: Row, real: bigint): void;

  /** The row's request is at hand for the last time: its PE is known, and all stages are behind it. */
  protected abstract settle(row: Row): void;

  /** The row's request spent cycles in a part. */
  protected abstract addPart(row: Row, part: number, cycles: number): void;

  /** The row's request is over. */
  protected abstract close(row: Row, outcome: number, latency: number): void;
}
