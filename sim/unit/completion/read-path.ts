/**
 * The way of a read's data: read engines fetch it line by line, and the link carries it to the device.
 * Reads take engines in the order in which they got their real addresses, which is not the order in which
 * they came: so a read waits here until no later request can have its address sooner, and only then is it
 * known when its data are there.
 */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { COMPLETION, ENGINE_WAIT } from '../books/parts.ts';
import { clampPast, cyclesOf, PAST_CYCLES } from '../clock.ts';
import type { KillDrain } from '../control/kill-drain.ts';
import type { LinkLane } from '../port/link-lane.ts';
import type { NonPostedCredits } from '../port/non-posted-credits.ts';
import type { RequestAtHand } from '../request-at-hand.ts';
import type { StateWriter } from '../state-writer.ts';
import { TimeQueue } from '../time-queue.ts';
import type { Completions } from './completions.ts';

const LINE_BYTES = 128;
const LINE_SHIFT = 7;
/** Reads that wait at the same time before arrays have to grow. */
const WAITING_USUAL = 1024;
/** Cells of a read that waits. */
const READ_CELLS = 9;

export class ReadPath {
  /** Reads that have their real addresses, by the time at which they got them. */
  private readonly waiting = new TimeQueue(WAITING_USUAL);
  private cells = new Int32Array(WAITING_USUAL * READ_CELLS);
  /** Places in `cells` that are free: a stack of so many numbers. */
  private freePlaces = Int32Array.from({ length: WAITING_USUAL }, (_, place) => place);
  private freeCount = WAITING_USUAL;
  /** When each engine is free: they free in the order in which they were taken. */
  private readonly engineFree: Int32Array;
  private engine = 0;
  /** Waits for an engine that were cut (T6). */
  cutWaits = 0;
  private readonly engines: number;
  private readonly readCycles: number;
  private readonly payloadShift: number;
  private readonly payloadBytes: number;
  private readonly overheadBytes: number;

  constructor(
    config: UnitConfig,
    private readonly downstream: LinkLane,
    private readonly credits: NonPostedCredits,
    private readonly drain: KillDrain,
    private readonly completions: Completions,
  ) {
    this.engines = config.dma.readEngines;
    this.engineFree = new Int32Array(Math.max(32, this.engines)).fill(-PAST_CYCLES);
    this.readCycles = cyclesOf(config.dma.readNs, config.unit.clockMHz);
    this.payloadBytes = config.link.payloadBytes;
    this.payloadShift = Math.log2(this.payloadBytes);
    this.overheadBytes = config.link.completionOverheadBytes;
  }

  /** Reads that wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** When the first of them got its real address; NEVER if none waits. */
  firstTime(): number {
    return this.waiting.firstTime();
  }

  /** A read has its real address at `translated`; it holds a credit, and its requester waits for it. */
  add(dma: RequestAtHand, outcome: number, translated: number, credit: number): void {
    if (this.freeCount === 0) this.grow();
    this.freeCount -= 1;
    const place = this.freePlaces[this.freeCount];
    const at = place * READ_CELLS;
    this.cells[at] = dma.arrive;
    this.cells[at + 1] = dma.account;
    this.cells[at + 2] = outcome;
    this.cells[at + 3] = dma.bytes;
    this.cells[at + 4] =
      ((dma.lower & (LINE_BYTES - 1)) + dma.bytes + LINE_BYTES - 1) >> LINE_SHIFT;
    this.cells[at + 5] = credit;
    this.cells[at + 6] = dma.requester;
    this.cells[at + 7] = dma.pe;
    this.cells[at + 8] = this.drain.kills;
    this.completions.accounts.park(place);
    this.waiting.add(translated, place);
  }

  /** Serves the reads that got their real addresses at or before a cycle. */
  completeUntil(cycle: number): void {
    while (this.waiting.firstTime() <= cycle) this.completeFirst();
  }

  /** Serves all reads: nothing comes before them any more. */
  completeAll(): void {
    while (this.waiting.size > 0) this.completeFirst();
  }

  /** (T24, T25) Serves the read that got its real address first. */
  completeFirst(): void {
    const translated = this.waiting.firstTime();
    const place = this.waiting.takeFirst();
    const at = place * READ_CELLS;
    const account = this.cells[at + 1];
    const bytes = this.cells[at + 3];
    const { accounts } = this.completions;
    accounts.resume(place);
    const fetching = this.takeEngines(translated, this.cells[at + 4]);
    const data = fetching + this.readCycles;
    const completions = (bytes + this.payloadBytes - 1) >> this.payloadShift;
    const done = this.downstream.carry(data, bytes + completions * this.overheadBytes);
    accounts.bookCompletions(account, completions);
    if (fetching !== translated) accounts.bookPart(account, ENGINE_WAIT, fetching - translated);
    if (done !== data) accounts.bookPart(account, COMPLETION, done - data);
    this.credits.giveBack(this.cells[at + 5], done);
    this.drain.read(this.cells[at + 7], data, this.cells[at + 8]);
    this.completions.complete(
      account,
      this.cells[at + 2],
      0,
      bytes,
      this.cells[at],
      done,
      this.cells[at + 6],
    );
    this.freePlaces[this.freeCount] = place;
    this.freeCount += 1;
  }

  /**
   * The reads that wait, in their order, and the engines in the order in which they are taken. PEs, and how
   * many kills came before, matter to kills only.
   */
  writeState(state: StateWriter, nameOf: (requester: number) => number): void {
    state.number(this.waiting.size);
    this.waiting.each((translated, place) => {
      const at = place * READ_CELLS;
      state.time(translated);
      state.exactTime(this.cells[at]);
      for (const cell of [1, 2, 3, 4]) state.number(this.cells[at + cell]);
      state.number(this.credits.turnsUntil(this.cells[at + 5]));
      state.number(nameOf(this.cells[at + 6]));
    });
    for (let turn = 0; turn < this.engines; turn += 1) {
      state.time(this.engineFree[(this.engine + turn) % this.engines]);
    }
  }

  /** Moves the origin of time forward by `cycles`. */
  rebase(cycles: number): void {
    this.waiting.rebase(cycles);
    clampPast(this.engineFree, cycles);
    // Arrivals are not cut: a read that waits is complete before they could pass 32 bits.
    this.waiting.each((_, place) => {
      this.cells[place * READ_CELLS] -= cycles;
    });
  }

  /** Gives each line of a read the engine that frees first; returns when the last line has one. */
  private takeEngines(translated: number, lines: number): number {
    if (this.engines === 0) return translated;
    let start = translated;
    let engine = this.engine;
    for (let line = 0; line < lines; line += 1) {
      const free = this.engineFree[engine];
      if (free > start) start = free;
      this.engineFree[engine] = start + this.readCycles;
      engine = engine + 1 === this.engines ? 0 : engine + 1;
    }
    this.engine = engine;
    if (start <= translated + PAST_CYCLES) return start;
    this.cutWaits += 1;
    return translated + PAST_CYCLES;
  }

  /** No place is free: makes as many as there are. */
  private grow(): void {
    const places = this.freePlaces.length;
    const grown = new Int32Array(this.cells.length * 2);
    grown.set(this.cells);
    this.cells = grown;
    this.freePlaces = Int32Array.from({ length: 2 * places }, (_, index) => places + index);
    this.freeCount = places;
  }
}
