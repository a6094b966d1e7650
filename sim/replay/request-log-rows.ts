/**
 * The rows of a request log that are being written: requests open them in their order and close them in
 * another, because reads wait for their data. Batches leave in the order of the requests. The room grows
 * with the requests that are under way at the same time, and with nothing else.
 */
import type { RequestAtHand } from '../unit/request-at-hand.ts';
import type { NotedReads } from './noted-reads.ts';
import { allocateCells, arraysOf, LOG_BATCH_ROWS, type LogCells } from './request-log-columns.ts';

const HALF = 2 ** 32;

export class LogRows {
  private room = 2 * LOG_BATCH_ROWS;
  private cells = allocateCells(this.room);
  /** 1 for a row that is closed. */
  private closed = new Uint8Array(this.room);
  /** Rows that have left. */
  private gone = 0;
  /** Rows that are here, and how many of them from the first on are closed. */
  private count = 0;
  private closedCount = 0;

  constructor(
    private readonly phb: number,
    /** Takes the first rows of the cells, which are used again afterwards. */
    private readonly onBatch: (cells: LogCells, rows: number) => void,
  ) {}

  /** Opens the row of request `number`, which arrived at an absolute cycle; returns the row's number. */
  open(request: RequestAtHand, number: number, arrive: number): number {
    if (this.count === this.room) this.grow();
    const { cells, count: at } = this;
    setPair(cells.request, at, number);
    setPair(cells.arrive, at, arrive);
    cells.phb[at] = this.phb;
    cells.rid[at] = request.rid;
    cells.op[at] = request.write;
    cells.address[2 * at] = request.lower;
    cells.address[2 * at + 1] = request.upper;
    cells.length[at] = request.bytes;
    setPair(cells.realAddress, at, 0);
    cells.hasReal[at] = 0;
    for (const part of cells.parts) part[at] = 0;
    this.clearWalk(at);
    this.closed[at] = 0;
    this.count += 1;
    return this.gone + at;
  }

  /** The row's request has a real address. */
  setReal(row: number, real: bigint): void {
    const at = row - this.gone;
    this.cells.realAddress[2 * at] = Number(BigInt.asUintN(32, real));
    this.cells.realAddress[2 * at + 1] = Number(real >> 32n);
    this.cells.hasReal[at] = 1;
  }

  /** The PE# of the row's request. */
  setPe(row: number, pe: number): void {
    this.cells.pe[row - this.gone] = pe;
  }

  /** What the row's request read of tables; its first read was at a level. */
  setWalk(row: number, reads: NotedReads, level: number, responseCycles: number): void {
    const at = row - this.gone;
    const { walkReads, walkLevel, walkEntry, walkTces, walkCycles } = this.cells;
    walkReads[at] = reads.count;
    walkLevel[at] = level;
    walkEntry[2 * at] = reads.addressLow[0];
    walkEntry[2 * at + 1] = reads.addressHigh[0];
    for (let read = 0; read < reads.count; read += 1) {
      reads.wordInto(read, walkTces[read], 2 * at);
      walkCycles[read][at] = reads.cycles[read] + responseCycles;
    }
  }

  /** The row's request spent cycles in a part. */
  addPart(row: number, part: number, cycles: number): void {
    this.cells.parts[part][row - this.gone] += cycles;
  }

  /** The row's request is over. */
  close(row: number, outcome: number, latency: number): void {
    const at = row - this.gone;
    this.cells.outcome[at] = outcome;
    this.cells.latency[at] = latency;
    this.closed[at] = 1;
    while (this.closedCount < this.count && this.closed[this.closedCount] === 1) {
      this.closedCount += 1;
    }
    while (this.closedCount >= LOG_BATCH_ROWS) this.leave(LOG_BATCH_ROWS);
  }

  /** All requests are over. */
  finish(): void {
    if (this.count > 0) this.leave(this.count);
  }

  /** The first rows leave, the others move up. */
  private leave(rows: number): void {
    this.onBatch(this.cells, rows);
    for (const array of [...arraysOf(this.cells), this.closed]) {
      array.copyWithin(0, (array.length / this.room) * rows);
    }
    this.gone += rows;
    this.count -= rows;
    this.closedCount -= rows;
  }

  /** What is left there of a row that is gone. */
  private clearWalk(at: number): void {
    const { walkReads, walkLevel, walkEntry, walkTces, walkCycles } = this.cells;
    for (let read = 0; read < walkReads[at]; read += 1) {
      setPair(walkTces[read], at, 0);
      walkCycles[read][at] = 0;
    }
    walkReads[at] = 0;
    walkLevel[at] = 0;
    setPair(walkEntry, at, 0);
  }

  private grow(): void {
    const before = arraysOf(this.cells);
    const { closed } = this;
    this.room *= 2;
    this.cells = allocateCells(this.room);
    this.closed = new Uint8Array(this.room);
    this.closed.set(closed);
    arraysOf(this.cells).forEach((array, index) => {
      array.set(before[index]);
    });
  }
}

/** Writes a whole number below 2^53 as a pair. */
function setPair(pairs: Uint32Array, at: number, value: number): void {
  pairs[2 * at] = value % HALF;
  pairs[2 * at + 1] = Math.floor(value / HALF);
}
