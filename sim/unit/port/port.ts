/**
 * The port: where requests come in from the link, as far as their flow-control credits let them. What
 * stands in the PHB's buffers holds its credits, so that a unit that is too slow pushes back on the device.
 */

import { CREDIT_BYTES } from '../../../models/phb/choices.ts';
import { linkRate } from '../../../models/phb/link-rate.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { PAST_CYCLES } from '../clock.ts';
import type { StateWriter } from '../state-writer.ts';
import type { WaitingReads } from './arrivals.ts';
import { LinkLane } from './link-lane.ts';
import { NonPostedCredits } from './non-posted-credits.ts';
import { PostedCredits } from './posted-credits.ts';

const CREDIT_SHIFT = Math.log2(CREDIT_BYTES);

export class Port {
  /** What credits added to the wait of the request that was received last. */
  creditWait = 0;
  /** Number of the credit that the last read holds. */
  credit = 0;
  readonly nonPosted: NonPostedCredits;
  /** The way back, for the data of reads. */
  readonly downstream: LinkLane;
  readonly upstream: LinkLane;
  private readonly posted: PostedCredits;
  private readonly overheadBytes: number;
  private reads!: WaitingReads;

  constructor({ link, credits, unit }: UnitConfig) {
    const rate = linkRate(link, unit.clockMHz);
    const completionsMax = Math.ceil(link.readRequestBytes / link.payloadBytes);
    const dataBytesMax = link.readRequestBytes + completionsMax * link.completionOverheadBytes;
    this.upstream = new LinkLane(rate, link.payloadBytes + link.requestOverheadBytes);
    this.downstream = new LinkLane(rate, dataBytesMax);
    this.posted = new PostedCredits(credits.postedHeaders, credits.postedData);
    this.nonPosted = new NonPostedCredits(credits.nonPostedHeaders);
    this.overheadBytes = link.requestOverheadBytes;
  }

  /** The reads that may hold credits without end in sight, before the first request. */
  follow(reads: WaitingReads): void {
    this.reads = reads;
  }

  /** (T7, T8) A request that arrives is received once it has its credits and the link has carried it. */
  receive(arrive: number, write: number, bytes: number): number {
    const ready = Math.max(arrive, this.upstream.free());
    const credits = write === 0 ? this.readCredits(arrive) : this.writeCredits(bytes);
    this.creditWait = Math.max(credits - ready, 0);
    const wireBytes = write === 0 ? this.overheadBytes : this.overheadBytes + bytes;
    return this.upstream.carry(Math.max(arrive, credits), wireBytes);
  }

  /** The request that was received last needs no buffer any more from a cycle on. */
  leave(write: number, bytes: number, cycle: number): void {
    if (write === 0) this.answer(cycle);
    else this.handOn(bytes, cycle);
  }

  /** A write that was received is out of the PHB's buffers at a cycle. */
  handOn(bytes: number, cycle: number): void {
    if (this.posted.isOn) this.posted.take(unitsOf(bytes), cycle);
  }

  /** The read with a credit is out of the PHB's buffers at a cycle. */
  private answer(cycle: number): void {
    if (this.nonPosted.isOn) this.nonPosted.giveBack(this.credit, cycle);
  }

  /** Waits for the link that were cut, in both directions. */
  get cutWaits(): number {
    return this.upstream.cutWaits + this.downstream.cutWaits;
  }

  writeState(state: StateWriter): void {
    for (const part of [this.upstream, this.downstream, this.posted, this.nonPosted]) {
      part.writeState(state);
    }
  }

  /** The waits that were cut are told. */
  clearCounts(): void {
    this.upstream.cutWaits = 0;
    this.downstream.cutWaits = 0;
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.upstream.rebase(cycles);
    this.downstream.rebase(cycles);
    this.posted.rebase(cycles);
    this.nonPosted.rebase(cycles);
  }

  private writeCredits(bytes: number): number {
    return this.posted.isOn ? this.posted.available(unitsOf(bytes)) : -PAST_CYCLES;
  }

  private readCredits(arrive: number): number {
    if (!this.nonPosted.isOn) return -PAST_CYCLES;
    while (!this.nonPosted.isKnown) {
      // The watchdog: a read that holds a credit is through, or waits among the reads.
      if (this.reads.size === 0)
        throw new Error(`cycle ${arrive}: non-posted credits: none is due`);
      this.reads.completeFirst();
    }
    this.credit = this.nonPosted.take();
    return this.nonPosted.available();
  }
}

/** Units of posted data credit that a payload needs. */
function unitsOf(bytes: number): number {
  return (bytes + CREDIT_BYTES - 1) >> CREDIT_SHIFT;
}
