/** Writes down each request of a PHB, or a sample of them, for the request log. */
import type { KillTimes } from '../unit/books/accounts.ts';
import type { FixedCycles } from '../unit/books/fixed-cycles.ts';
import { KillSteps, type KillStepsRecord } from './kill-steps.ts';
import { type NotedReads, READS_MAX } from './noted-reads.ts';
import type { LogCells } from './request-log-columns.ts';
import { LogRows } from './request-log-rows.ts';
import { LogSample } from './request-log-sample.ts';
import type { RequestShare } from './request-share.ts';
import { RequestWatch } from './request-watch.ts';

/** Who gets the rows. */
export interface LogSink {
  /** Which requests are wanted. */
  readonly share: RequestShare;
  /** Takes the first rows of the cells, which are used again afterwards. */
  take(cells: LogCells, rows: number): void;
}

/** A PHB as far as its log is concerned. */
export interface LoggedPhb {
  readonly phb: number;
  readonly seed: string;
  readonly fixed: FixedCycles;
  /** From a read's data to the use of its TCE. */
  readonly responseCycles: number;
  readonly reads: NotedReads;
}

/** Its rows are numbers of rows of the log. */
export class RequestRecorder extends RequestWatch<number> {
  private readonly rows: LogRows;
  private readonly sample: LogSample;
  private readonly reads: NotedReads;
  private readonly responseCycles: number;
  /** Reads of each level before the request at hand. */
  private readonly readsBefore = new Float64Array(READS_MAX);

  private readonly kills = new KillSteps();

  constructor({ phb, seed, fixed, responseCycles, reads }: LoggedPhb, sink: LogSink) {
    super(fixed);
    this.reads = reads;
    this.responseCycles = responseCycles;
    this.rows = new LogRows(phb, (cells, rows) => sink.take(cells, rows));
    this.sample = new LogSample(seed, phb, sink.share);
  }

  /** When the PHB's kills ran, all of them; undefined: there were none. */
  killSteps(phb: number): KillStepsRecord | undefined {
    return this.kills.record(phb);
  }

  override killed({ arrive, retired }: KillTimes): void {
    const origin = this.unit.origin();
    this.kills.add(origin + arrive, origin + retired);
  }

  /** The trace is over, and no request waits. */
  finish(): void {
    this.rows.finish();
  }

  protected open(number: number, arrive: number): number | undefined {
    this.reads.begin();
    if (!this.sample.takes(number)) return undefined;
    this.readsBefore.set(this.unit.parts.walker.reads);
    return this.rows.open(this.request, number, arrive);
  }

  protected setReal(row: number, real: bigint): void {
    this.rows.setReal(row, real);
  }

  protected settle(row: number): void {
    this.rows.setPe(row, this.request.pe);
    if (this.reads.count > 0) {
      this.rows.setWalk(row, this.reads, this.firstLevel(), this.responseCycles);
    }
  }

  protected addPart(row: number, part: number, cycles: number): void {
    this.rows.addPart(row, part, cycles);
  }

  protected close(row: number, outcome: number, latency: number): void {
    this.rows.close(row, outcome, latency);
  }

  /** The highest level that the request at hand read. */
  private firstLevel(): number {
    const { reads } = this.unit.parts.walker;
    return reads.findLastIndex((count, level) => count !== this.readsBefore[level]);
  }
}
