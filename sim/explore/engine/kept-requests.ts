/** Requests of a replay, or a sample of them, kept until its result is known: then a page can be made of them. */
import type { ReadBatch } from '../../../traces/arrow/column-reader.ts';
import { arraysOf, LOG_COLUMNS, type LogCells } from '../../replay/request-log-columns.ts';
import { firstRows, type LogArrays, picked, roomOf } from '../../replay/request-log-pick.ts';
import { LogSample } from '../../replay/request-log-sample.ts';
import { BoundedShare, FixedShare } from '../../replay/request-share.ts';
import type { RequestOutlet } from '../../replay/solo-replay.ts';
import type { ReplayOutcome, RowWatch } from '../../replay/terms.ts';
import { LogDigest } from '../../report/html/log-digest.ts';
import type { LogPage } from '../../report/html/page-data.ts';
import { cycleNsOf, usedParts } from '../../report/html/run-figures.ts';
import type { Result } from '../../results/result-schema.ts';

/** Requests that are kept, some 60 MB of them; where there are more it is every second, every fourth, and so on. */
const KEPT_MAX = 2 ** 18;

/** Requests of one PHB. */
interface Batch {
  readonly phb: number;
  readonly arrays: LogArrays;
}

export class KeptRequests implements RequestOutlet {
  readonly share = new BoundedShare(KEPT_MAX);
  private kept: Batch[] = [];
  /** What the share was when the last were let go. */
  private keptShare = 1;

  /** `seed` is that of the run. */
  constructor(private readonly seed: string) {}

  take(cells: LogCells, rows: number): void {
    this.shrink();
    const [phb] = cells.phb;
    this.kept.push(this.wantedOf({ phb, arrays: firstRows(arraysOf(cells), rows) }));
  }

  async room(): Promise<void> {}

  /** Those that are kept, the requests of each PHB in their order. */
  batches(): ReadBatch[] {
    this.shrink();
    return this.kept.map(readBatchOf);
  }

  /** What a page draws of them, if anybody waits for it; `result` is that of the replay. */
  pageOf(result: Result, { phbs }: ReplayOutcome, watch: RowWatch): LogPage | undefined {
    const { simulatedNs, requests } = result;
    const run = { cycleNs: cycleNsOf(result), simulatedNs, requests, share: this.share.ofAll };
    const kills = phbs.flatMap(({ killSteps }) => killSteps ?? []);
    const digest = new LogDigest({ ...run, kills, parts: usedParts(result) });
    for (const batch of this.batches()) {
      if (watch.isStopped()) return undefined;
      digest.add(batch);
    }
    return digest.page;
  }

  /** Lets go what the share no longer wants. */
  private shrink(): void {
    if (this.share.ofAll === this.keptShare) return;
    this.keptShare = this.share.ofAll;
    this.kept = this.kept.map((batch) => this.wantedOf(batch));
  }

  /** A copy of those of a batch that the share wants. */
  private wantedOf({ phb, arrays }: Batch): Batch {
    const sample = new LogSample(this.seed, phb, new FixedShare(this.share.ofAll));
    return { phb, arrays: picked(arrays, sample) };
  }
}

/** The columns by their names in a log. */
function readBatchOf({ arrays }: Batch): ReadBatch {
  const hasReal = arrays[LOG_COLUMNS.length];
  const indexOf = (name: string) => LOG_COLUMNS.findIndex((column) => column.name === name);
  return {
    rows: roomOf(arrays),
    cells: (name) => arrays[indexOf(name)],
    words: (name) => LOG_COLUMNS[indexOf(name)].words ?? [],
    has: (name, row) => !LOG_COLUMNS[indexOf(name)].isNullable || hasReal[row] === 1,
  };
}
