/** What a timeline is asked for, and what is written down for it: plain data that goes from and to a worker. */
import type { Kill } from '../../../models/tce-kill.ts';

/** What a timeline shows of a PHB. */
export interface TimelineTask {
  /** Cycles since the trace's start: what ends after `from` and begins before `until` is shown. */
  readonly from: number;
  readonly until: number;
  /** Share of the requests that are wanted. */
  readonly share: number;
  /** Requests, and kills, beyond which nothing is written down. */
  readonly most: number;
}

/** One read of a walk. */
export interface WalkRead {
  readonly level: number;
  readonly address: bigint;
  /** Of the read and its response. */
  readonly cycles: number;
}

/** The TCE fetch of a miss. */
export interface FetchRecord {
  readonly tag: number;
  /** The tag's own number where there are as many walkers as tags. */
  readonly walker: number;
  readonly reads: readonly WalkRead[];
}

/** A request; times count from its arrival, in cycles. */
export interface RequestRecord {
  readonly number: number;
  /** Absolute: since the trace's start. */
  readonly arrive: number;
  readonly rid: number;
  readonly isWrite: boolean;
  readonly address: bigint;
  readonly bytes: number;
  pe: number;
  /** TVE and page in its window, in halves; without meaning where none was looked for. */
  tve: number;
  pageHigh: number;
  pageLow: number;
  real: bigint | undefined;
  /** When it left the RTE stage. */
  inTurn: number;
  /** Parts of a cycle, as the link's rate counts them, that its last bytes took behind a whole one. */
  upstreamPart: number;
  /** The same of its data, where it is a read that got some. */
  downstreamPart: number;
  /** Cycles by part, in the order of PARTS. */
  readonly parts: number[];
  fetch: FetchRecord | undefined;
  outcome: number;
  latency: number;
}

/** A kill; times count from its arrival, in cycles. */
export interface KillRecord {
  readonly kill: Kill;
  /** Absolute: since the trace's start. */
  readonly arrive: number;
  readonly isLost: boolean;
  /** When software wrote it, and for how long it polled for room before. */
  readonly written: number;
  readonly polled: number;
  /** When it left the RTE stage, and the lookup stage. */
  readonly inTurn: number;
  readonly looked: number;
  readonly retired: number;
  /** Entries of the TCE cache that it dropped. */
  readonly dropped: number;
  readonly complete: number;
}

/** What one PHB did, in the order of the items. */
export interface TimelineRecords {
  readonly requests: readonly RequestRecord[];
  readonly kills: readonly KillRecord[];
}
