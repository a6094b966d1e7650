/**
 * Books that also write down each request, or a sample of them. A read that waits for its data is parked
 * and resumed: what is booked in between belongs to others.
 */
import { Accounts } from '../unit/books/accounts.ts';
import { type FixedCycles, fixedCyclesIn } from '../unit/books/fixed-cycles.ts';
import { PARTS } from '../unit/books/parts.ts';
import type { RequestAtHand } from '../unit/request-at-hand.ts';
import type { TceUnit } from '../unit/tce-unit.ts';
import type { LogCells } from './request-log-columns.ts';
import { LogRows } from './request-log-rows.ts';
import { LogSample } from './request-log-sample.ts';

/** In the place of a row's number: the request is not in the log. */
const NO_ROW = -1;

/** Who gets the rows. */
export interface LogSink {
  /** Share of the requests that are wanted. */
  readonly share: number;
  /** Takes the first rows of the cells, which are used again afterwards. */
  take(cells: LogCells, rows: number): void;
}

export class RequestRecorder extends Accounts {
  private readonly rows: LogRows;
  private readonly sample: LogSample;
  private unit: Pick<TceUnit, 'origin' | 'translations'> | undefined;
  /** Requests so far. */
  private requests = 0;
  private request: RequestAtHand | undefined;
  /** Row of the request at hand, and of the one that is booked now. */
  private rowAtHand = NO_ROW;
  private row = NO_ROW;
  /** Rows of requests that wait, by their place. */
  private readonly parked: number[] = [];

  constructor(
    phb: number,
    seed: string,
    private readonly fixed: FixedCycles,
    sink: LogSink,
  ) {
    super();
    this.rows = new LogRows(phb, (cells, rows) => sink.take(cells, rows));
    this.sample = new LogSample(seed, phb, sink.share);
  }

  /** The unit whose requests these are, before its first. */
  follow(unit: Pick<TceUnit, 'origin' | 'translations'>): void {
    this.unit = unit;
  }

  override begin(request: RequestAtHand): void {
    const number = this.requests;
    this.requests += 1;
    this.request = request;
    this.rowAtHand = NO_ROW;
    if (this.unit && this.sample.takes(number)) {
      this.rowAtHand = this.rows.open(request, number, this.unit.origin() + request.arrive);
    }
    this.row = this.rowAtHand;
  }

  override located(cell: number): void {
    if (this.rowAtHand === NO_ROW || !this.request) return;
    const real = this.unit?.translations.realOf(cell, this.request);
    if (real !== undefined) this.rows.setReal(this.rowAtHand, real);
  }

  override park(place: number): void {
    this.parked[place] = this.rowAtHand;
    if (this.rowAtHand !== NO_ROW) this.rows.setPe(this.rowAtHand, this.request?.pe ?? 0);
  }

  override resume(place: number): void {
    this.row = this.parked[place];
  }

  override bookPart(account: number, part: number, cycles: number): void {
    super.bookPart(account, part, cycles);
    if (this.row !== NO_ROW) this.rows.addPart(this.row, part, cycles);
  }

  override book(
    account: number,
    outcome: number,
    write: number,
    bytes: number,
    latency: number,
  ): void {
    super.book(account, outcome, write, bytes, latency);
    const { row } = this;
    if (row !== NO_ROW) {
      if (row === this.rowAtHand) this.rows.setPe(row, this.request?.pe ?? 0);
      for (let part = 0; part < PARTS.length; part += 1) {
        const cycles = fixedCyclesIn(part, outcome, write, this.fixed);
        if (cycles !== 0) this.rows.addPart(row, part, cycles);
      }
      this.rows.close(row, outcome, latency);
    }
    this.row = this.rowAtHand;
  }

  /** The trace is over, and no request waits. */
  finish(): void {
    this.rows.finish();
  }
}
