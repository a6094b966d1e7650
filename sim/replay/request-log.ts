/**
 * The request log of a run: an Arrow IPC file with a row for each request, or for a sample of them, PHB
 * after PHB. Workers write parts, one for each PHB; when the replay is over they are put together, so that
 * the file is the same on any number of threads. It appears under its name when it is whole.
 */
import { type ColumnCells, ColumnWriter, wide } from '../../traces/arrow/column-writer.ts';
import { REQUEST_LOG_KEY } from '../../traces/format.ts';
import { OutputFile } from '../../traces/output-file.ts';
import type { KillStepsRecord } from './kill-steps.ts';
import { nextTurn } from './next-turn.ts';
import { arraysOf, LOG_COLUMNS, REQUEST_LOG_VERSION } from './request-log-columns.ts';
import {
  batchesOfPart,
  closePart,
  type LogPartTask,
  type LogShare,
  openPart,
  shareIn,
  shareTask,
} from './request-log-part.ts';
import { firstRows, type LogArrays, picked, roomOf } from './request-log-pick.ts';
import { LogSample } from './request-log-sample.ts';
import { FixedShare } from './request-share.ts';

/** What a log says about its run, as metadata of its schema. */
export interface RequestLogFacts {
  /** Of tcesim. */
  readonly version: string;
  readonly clockMHz: number;
  readonly seed: string;
  /** Name of the trace. */
  readonly trace: string;
  readonly scenario: Record<string, unknown>;
  /** When kills ran, PHB by PHB. */
  readonly kills: readonly KillStepsRecord[];
  /** false when the run was stopped before the trace ended. */
  readonly isComplete: boolean;
}

export class RequestLog {
  private readonly file: OutputFile;
  /** Parts by PHB. */
  private readonly parts = new Map<number, LogPartTask>();

  /** A log of some of all requests. Throws InputError where nothing can be written. */
  constructor(
    private readonly path: string,
    private readonly wanted: LogShare,
  ) {
    this.file = new OutputFile(path);
  }

  /** The part of a PHB that has its first request before it. */
  addPart(phb: number): LogPartTask {
    const descriptor = openPart(this.path, phb);
    const part = { descriptor, place: this.path, share: shareTask(this.wanted) };
    this.parts.set(phb, part);
    return part;
  }

  /** The replay is over: puts the parts together, of each the requests of the smallest share. */
  async finish(facts: RequestLogFacts): Promise<void> {
    try {
      const writer = new ColumnWriter(this.file, LOG_COLUMNS, this.metadata(facts), 'file');
      const phbs = [...this.parts].sort(([a], [b]) => a - b);
      for (const [phb, { descriptor }] of phbs) {
        const sample = new LogSample(facts.seed, phb, new FixedShare(this.share));
        for (const { rows, cells } of batchesOfPart(descriptor)) {
          const all = firstRows(arraysOf(cells), rows);
          // What was written before a share became less is more than that.
          const arrays = 'most' in this.wanted ? picked(all, sample) : all;
          writer.write(roomOf(arrays), columnsOf(arrays));
          // Lets signals in.
          await nextTurn();
        }
        closePart(descriptor);
      }
      writer.finish();
      this.file.finish();
    } catch (error) {
      this.file.abandon();
      throw error;
    }
  }

  /** Of all requests; a bounded one is known when the replay is over. */
  private get share(): number {
    return [...this.parts.values()].reduce(
      (least, part) => Math.min(least, shareIn(part.share).ofAll),
      shareIn(shareTask(this.wanted)).ofAll,
    );
  }

  private metadata(facts: RequestLogFacts): Map<string, string> {
    return new Map([
      [REQUEST_LOG_KEY, REQUEST_LOG_VERSION],
      ['tcesim.version', facts.version],
      ['tcesim.clock_mhz', `${facts.clockMHz}`],
      ['tcesim.share', `${this.share}`],
      ['tcesim.seed', facts.seed],
      ['tcesim.trace_file', facts.trace],
      ['tcesim.scenario', JSON.stringify(facts.scenario)],
      ['tcesim.kills', JSON.stringify(facts.kills)],
      ['tcesim.complete', `${facts.isComplete}`],
    ]);
  }
}

/** The arrays of all columns as columns of the file. */
function columnsOf(arrays: LogArrays): ColumnCells[] {
  const hasReal = arrays[LOG_COLUMNS.length];
  return LOG_COLUMNS.map(({ bits, isNullable }, index) => {
    const array = arrays[index];
    const data = bits === 64 ? wide(array as Uint32Array, roomOf(arrays)) : array;
    return isNullable ? { data, present: bitsOf(hasReal) } : { data };
  });
}

/** A bit for each flag, the lowest of a byte first. */
function bitsOf(flags: LogArrays[number]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (let row = 0; row < flags.length; row += 1) bits[row >> 3] |= flags[row] << (row & 7);
  return bits;
}
