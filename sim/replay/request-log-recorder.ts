/** Writes down each request of a PHB, or a sample of them, for the request log. */
import type { FixedCycles } from '../unit/books/fixed-cycles.ts';
import type { LogCells } from './request-log-columns.ts';
import { LogRows } from './request-log-rows.ts';
import { LogSample } from './request-log-sample.ts';
import { RequestWatch } from './request-watch.ts';

/** Who gets the rows. */
export interface LogSink {
  /** Share of the requests that are wanted. */
  readonly share: number;
  /** Takes the first rows of the cells, which are used again afterwards. */
  take(cells: LogCells, rows: number): void;
}

/** Its rows are numbers of rows of the log. */
export class RequestRecorder extends RequestWatch<number> {
  private readonly rows: LogRows;
  private readonly sample: LogSample;

  constructor(phb: number, seed: string, fixed: FixedCycles, sink: LogSink) {
    super(fixed);
    this.rows = new LogRows(phb, (cells, rows) => sink.take(cells, rows));
    this.sample = new LogSample(seed, phb, sink.share);
  }

  /** The trace is over, and no request waits. */
  finish(): void {
    this.rows.finish();
  }

  protected open(number: number, arrive: number): number | undefined {
    return this.sample.takes(number) ? this.rows.open(this.request, number, arrive) : undefined;
  }

  protected setReal(row: number, real: bigint): void {
    this.rows.setReal(row, real);
  }

  protected settle(row: number): void {
    this.rows.setPe(row, this.request.pe);
  }

  protected addPart(row: number, part: number, cycles: number): void {
    this.rows.addPart(row, part, cycles);
  }

  protected close(row: number, outcome: number, latency: number): void {
    this.rows.close(row, outcome, latency);
  }
}
