/** Requests of a replay, or a sample of them, kept until its result is known: then a page can be made of them. */
import type { ReadBatch } from '../../../traces/arrow/column-reader.ts';
import { arraysOf, LOG_COLUMNS, type LogCells, pairAt } from '../../replay/request-log-columns.ts';
import { LogSample } from '../../replay/request-log-sample.ts';
import type { RequestOutlet } from '../../replay/solo-replay.ts';
import type { ReplayOutcome, RowWatch } from '../../replay/terms.ts';
import { LogDigest } from '../../report/html/log-digest.ts';
import type { LogPage } from '../../report/html/page-data.ts';
import { cycleNsOf, usedParts } from '../../report/html/run-figures.ts';
import type { Result } from '../../results/result-schema.ts';

/** Requests that are kept, some 60 MB of them; where there are more it is every second, every fourth, and so on. */
const KEPT_MAX = 2 ** 18;

type Arrays = ReturnType<typeof arraysOf>;

/** Requests of one PHB: the arrays of all columns. */
interface Batch {
  readonly phb: number;
  readonly rows: number;
  readonly arrays: Arrays;
}

/** A request is kept whose hash is below the share, which is halved when there are too many. */
export class KeptRequests implements RequestOutlet {
  private part = 1;
  private rows = 0;
  private kept: Batch[] = [];
  private readonly samples = new Map<number, LogSample>();

  /** `seed` is that of the run. */
  constructor(private readonly seed: string) {}

  /** Of all requests. */
  get share(): number {
    return this.part;
  }

  take(cells: LogCells, rows: number): void {
    this.keep({ phb: cells.phb[0], rows, arrays: arraysOf(cells) });
    while (this.rows > KEPT_MAX) this.halve();
  }

  async room(): Promise<void> {}

  /** Those that are kept, the requests of each PHB in their order. */
  batches(): ReadBatch[] {
    return this.kept.map(readBatchOf);
  }

  /** What a page draws of them, if anybody waits for it; `result` is that of the replay. */
  pageOf(result: Result, { phbs }: ReplayOutcome, watch: RowWatch): LogPage | undefined {
    const { simulatedNs, requests } = result;
    const run = { cycleNs: cycleNsOf(result), simulatedNs, requests, share: this.share };
    const kills = phbs.flatMap(({ killSteps }) => killSteps ?? []);
    const digest = new LogDigest({ ...run, kills, parts: usedParts(result) });
    for (const batch of this.batches()) {
      if (watch.isStopped()) return undefined;
      digest.add(batch);
    }
    return digest.page;
  }

  private halve(): void {
    this.part /= 2;
    const before = this.kept;
    this.kept = [];
    this.rows = 0;
    for (const batch of before) this.keep(batch);
  }

  /** Keeps a copy of those requests of a batch that are still wanted. */
  private keep({ phb, rows, arrays }: Batch): void {
    const sample = this.sampleOf(phb);
    const [numbers] = arrays;
    const wanted = new Uint32Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row += 1) {
      if (!sample.takes(pairAt(numbers, row))) continue;
      wanted[count] = row;
      count += 1;
    }
    this.rows += count;
    this.kept.push({ phb, rows: count, arrays: rowsOf(arrays, wanted.subarray(0, count)) });
  }

  private sampleOf(phb: number): LogSample {
    const sample = this.samples.get(phb) ?? new LogSample(this.seed, phb, this);
    this.samples.set(phb, sample);
    return sample;
  }
}

/** Some rows of all columns; a cell has one number, or two. */
function rowsOf(arrays: Arrays, rows: Uint32Array): Arrays {
  const room = arrays[arrays.length - 1].length;
  return arrays.map((array) => {
    const picked = new (array.constructor as Uint32ArrayConstructor)(
      (array.length / room) * rows.length,
    );
    if (array.length === room) copyCells(array, rows, picked);
    else copyPairs(array, rows, picked);
    return picked;
  });
}

function copyCells(from: Arrays[number], rows: Uint32Array, to: Arrays[number]): void {
  for (let at = 0; at < rows.length; at += 1) to[at] = from[rows[at]];
}

function copyPairs(from: Arrays[number], rows: Uint32Array, to: Arrays[number]): void {
  for (let at = 0; at < rows.length; at += 1) {
    to[2 * at] = from[2 * rows[at]];
    to[2 * at + 1] = from[2 * rows[at] + 1];
  }
}

/** The columns by their names in a log. */
function readBatchOf({ rows, arrays }: Batch): ReadBatch {
  const hasReal = arrays[LOG_COLUMNS.length];
  const indexOf = (name: string) => LOG_COLUMNS.findIndex((column) => column.name === name);
  return {
    rows,
    cells: (name) => arrays[indexOf(name)],
    words: (name) => LOG_COLUMNS[indexOf(name)].words ?? [],
    has: (name, row) => !LOG_COLUMNS[indexOf(name)].isNullable || hasReal[row] === 1,
  };
}
