/** What a replay is asked for, and what it gives. */
import type { Dump } from '../tables/dump.ts';
import type { PhbOutcome } from './phb-replay.ts';
import type { RequestLog } from './request-log.ts';
import type { TimelineTask } from './timeline/record.ts';
import type { TouchedWindows } from './touched-pages.ts';

/** What a replay tells while it runs. */
export interface Progress {
  /** Items that the lanes are through with, and rows that were read. */
  readonly items: number;
  readonly rows: number;
}

export interface ReplayOptions {
  readonly lanes: number;
  /** Called about five times a second. */
  readonly onProgress: (progress: Progress) => void;
  /** Aborting it stops the replay; what is done by then is the outcome. */
  readonly signal: AbortSignal;
  /** Tables that are there before the trace begins, each PHB's in its own memory. */
  readonly tables?: Dump;
  /** Where requests are written down; the caller finishes it. Without it nobody writes anything. */
  readonly requests?: RequestLog;
  /** What of each PHB is written down for a timeline, which is part of its outcome then. */
  readonly timeline?: TimelineTask;
}

/** What a rehearsal found out about each PHB, for the replay proper; see foresight-passes.ts. */
export type NextUses = ReadonlyMap<number, Int32Array | undefined>;

/** What one of possibly two passes is asked for. */
export interface OnceOptions extends ReplayOptions {
  /** Pages that are mapped before the trace begins. */
  readonly touched: TouchedWindows;
  readonly nextUses?: NextUses;
}

/** Who watches a thread that reads rows by itself. */
export interface RowWatch {
  /** Whether the replay was told to stop. */
  isStopped(): boolean;
  /** So many rows more were replayed. */
  onRows(rows: number): void;
}

export interface ReplayOutcome {
  readonly phbs: readonly PhbOutcome[];
  readonly rows: number;
  /** Rows that are DMAs; each is one or more requests. */
  readonly dmas: number;
  /** Rows that make windows, left out because the user's windows replace them. */
  readonly replacedRows: number;
  readonly isComplete: boolean;
  /** Parts of the trace that were replayed at the same time, and those of them that began with a wrong guess. */
  readonly slices: number;
  readonly rerun: number;
}

/** How often a replay tells how far it is. */
export const PROGRESS_MS = 200;
