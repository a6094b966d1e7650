/**
 * A part of a trace: the rows that meet every condition that was given. Windows, TCEs and kills stand in
 * rows of their own, often before the part and without its PE or RID; `keepTables` keeps them all, so that
 * the part replays as it did in the whole.
 */
import { InputError } from '../models/input-error.ts';
import { Op, type TraceBatch, type TraceMetadata, type TraceSource } from './format.ts';
import { getWord, RowBuffer } from './row-buffer.ts';
import { copyRow } from './row-copy.ts';

/** Which rows to keep; what is left out excludes none. */
export interface CutConditions {
  /** First row, counted from 0 in the whole trace. */
  readonly from?: number;
  /** Rows of the whole trace that are looked at, from the first on. */
  readonly rows?: number;
  /** Rows at this time or later. */
  readonly startNs?: bigint;
  /** Rows before this time. */
  readonly endNs?: bigint;
  readonly phbs?: readonly number[];
  readonly pes?: readonly number[];
  readonly rids?: readonly number[];
  /** Codes of operations. */
  readonly operations?: readonly number[];
  /** Rows that are no DMA are kept up to the last row and the last time, whatever the other conditions. */
  readonly keepTables?: boolean;
}

/** The part as a trace of its own. Throws InputError on times where the trace has only an order. */
export function cutTrace(source: TraceSource, conditions: CutConditions): TraceSource {
  const { startNs, endNs } = conditions;
  if (source.metadata.clock === 'order' && (startNs !== undefined || endNs !== undefined)) {
    throw new InputError('the trace has no times (clock: order); cut it by rows');
  }
  const metadata: TraceMetadata = source.metadata;
  return { metadata, skipped: source.skipped, batches: () => keptRows(source, conditions) };
}

async function* keptRows(
  source: TraceSource,
  conditions: CutConditions,
): AsyncGenerator<TraceBatch, void, void> {
  const rows = new RowBuffer();
  const filter = new RowFilter(conditions);
  let first = 0;
  for await (const batch of source.batches()) {
    for (let row = 0; row < batch.rows && !filter.isOver; row += 1) {
      if (filter.keeps(batch, row, first + row)) copyRow(batch, row, rows);
    }
    for (let full = rows.take(); full; full = rows.take()) yield full;
    if (filter.isOver) break;
    first += batch.rows;
  }
  for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
}

class RowFilter {
  /** No later row can be kept. */
  isOver = false;
  private readonly from: number;
  private readonly behind: number;
  private readonly phbs;
  private readonly pes;
  private readonly rids;
  private readonly operations;

  constructor(private readonly conditions: CutConditions) {
    this.from = conditions.from ?? 0;
    this.behind = this.from + (conditions.rows ?? Number.POSITIVE_INFINITY);
    this.phbs = marksOf(conditions.phbs);
    this.pes = marksOf(conditions.pes);
    this.rids = marksOf(conditions.rids);
    this.operations = marksOf(conditions.operations);
  }

  keeps(batch: TraceBatch, row: number, number: number): boolean {
    const { startNs, endNs, keepTables } = this.conditions;
    const timeNs = startNs === undefined && endNs === undefined ? 0n : getWord(batch.timeNs, row);
    if (number >= this.behind || (endNs !== undefined && timeNs >= endNs)) {
      this.isOver = true;
      return false;
    }
    const op = batch.op[row];
    if (keepTables && op !== Op.read && op !== Op.write) return true;
    return (
      number >= this.from &&
      (startNs === undefined || timeNs >= startNs) &&
      (this.phbs === undefined || this.phbs[batch.phb[row]] === 1) &&
      (this.pes === undefined || this.pes[batch.pe[row]] === 1) &&
      (this.rids === undefined || this.rids[batch.rid[row]] === 1) &&
      (this.operations === undefined || this.operations[op] === 1)
    );
  }
}

/** A mark for each number that is wanted; undefined where all are. */
function marksOf(numbers: readonly number[] | undefined): Uint8Array | undefined {
  if (!numbers) return undefined;
  const marks = new Uint8Array(2 ** 16);
  for (const number of numbers) marks[number] = 1;
  return marks;
}
