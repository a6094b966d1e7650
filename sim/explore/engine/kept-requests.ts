/** Requests of a replay, or a sample of them, kept until its result is known: then a page can be made of them. */
import type { ReadBatch } from '../../../traces/arrow/column-reader.ts';
import { arraysOf, LOG_COLUMNS, type LogCells } from '../../replay/request-log-columns.ts';
import type { RequestOutlet } from '../../replay/solo-replay.ts';
import type { ReplayOutcome } from '../../replay/terms.ts';
import { LogDigest } from '../../report/html/log-digest.ts';
import type { LogPage } from '../../report/html/page-data.ts';
import { cycleNsOf, usedParts } from '../../report/html/run-figures.ts';
import type { Result } from '../../results/result-schema.ts';

/** Rows of a trace of which all requests are kept; of longer traces it is a share. */
const SAMPLED_ROWS = 50_000;

export class KeptRequests implements RequestOutlet {
  readonly share: number;
  private readonly batches: ReadBatch[] = [];

  /** For a trace of about so many rows. */
  constructor(rows: number) {
    this.share = Math.min(1, SAMPLED_ROWS / Math.max(rows, 1));
  }

  take(cells: LogCells, rows: number): void {
    this.batches.push(batchOf(cells, rows));
  }

  async room(): Promise<void> {}

  /** What a page draws of them; `result` is that of the replay. */
  pageOf(result: Result, { phbs }: ReplayOutcome): LogPage {
    const { simulatedNs, requests } = result;
    const run = { cycleNs: cycleNsOf(result), simulatedNs, requests, share: this.share };
    const kills = phbs.flatMap(({ killSteps }) => killSteps ?? []);
    const digest = new LogDigest({ ...run, kills, parts: usedParts(result) });
    for (const batch of this.batches) digest.add(batch);
    return digest.page;
  }
}

/** A copy of the first rows. */
function batchOf(cells: LogCells, rows: number): ReadBatch {
  const room = cells.phb.length;
  const arrays = arraysOf(cells).map((array) => array.slice(0, (array.length / room) * rows));
  const hasReal = arrays[LOG_COLUMNS.length];
  const indexOf = (name: string) => LOG_COLUMNS.findIndex((column) => column.name === name);
  return {
    rows,
    cells: (name) => arrays[indexOf(name)],
    words: (name) => LOG_COLUMNS[indexOf(name)].words ?? [],
    has: (name, row) => !LOG_COLUMNS[indexOf(name)].isNullable || hasReal[row] === 1,
  };
}
