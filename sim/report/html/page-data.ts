/**
 * What a page draws, as plain data: the border between the tool, which makes it, and the page's own code, which runs
 * in a browser. It goes into the page as JSON.
 */
import type { Section } from '../document.ts';

/** The data of a page. */
export type PageData = RunPage | StudyPage;

/** A page about a run. */
export interface RunPage {
  readonly kind: 'run';
  readonly title: string;
  readonly version: string;
  /** false: the run was stopped early. */
  readonly isComplete: boolean;
  /** The figures that come first. */
  readonly headline: readonly Fact[];
  /** Why the figures are not what somebody may take them for. */
  readonly warnings: readonly string[];
  /** What was simulated. */
  readonly asked: Section;
  /** Parameters by where they come from, those that nobody has published first. */
  readonly parameters: readonly ParameterGroup[];
  readonly sections: RunSections;
  /** ns of a cycle of the unit. */
  readonly cycleNs: number;
  readonly simulatedNs: number;
  /** TCEs that the cache of each PHB holds. */
  readonly cacheEntries: number;
  /** The parts of a latency in their order, those that took time. */
  readonly parts: readonly PartFigures[];
  /** All requests, reads, writes. */
  readonly directions: readonly NamedFigures[];
  readonly windows: readonly WindowRow[];
  readonly bands: readonly Band[];
  readonly orders: readonly OrderRow[];
  /** null: no request log. */
  readonly log: LogPage | null;
}

/** The sections of the report that the page shows as they are. */
export interface RunSections {
  readonly requests: Section;
  readonly walks: Section;
  readonly tables: Section;
  readonly host: Section;
  readonly kills: Section | null;
  readonly freezes: Section | null;
}

/** A figure for everybody. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export interface ParameterGroup {
  /** As a title: `Assumed`. */
  readonly name: string;
  readonly note: string;
  readonly list: readonly {
    readonly key: string;
    readonly value: string;
    readonly source: string;
  }[];
}

/** Figures in ns, exact, over all requests. */
export interface NamedFigures {
  readonly name: string;
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface PartFigures extends NamedFigures {
  /** As the result names it. */
  readonly key: string;
}

/** A DMA window and its traffic. */
export interface WindowRow {
  readonly phb: number;
  readonly pe: number;
  readonly kind: string;
  readonly tve: string;
  readonly busAddress: string;
  readonly levels: number;
  readonly pageBytes: number;
  readonly tableBytes: number;
  readonly reachBytes: number;
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  readonly merged: number;
  readonly faults: number;
  readonly dropped: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Mean ns of each part, in the order of the page's parts. */
  readonly parts: readonly number[];
}

/** A time in which a PE was frozen or a PHB fenced. */
export interface Band {
  readonly name: string;
  readonly fromNs: number;
  /** The end of the run where it lasts. */
  readonly untilNs: number;
}

/** What happened to memory blocks of an order. */
export interface OrderRow {
  readonly order: number;
  readonly blockBytes: number;
  /** Blocks of the tables that the PHBs walk, and of the kernel's mirrors. */
  readonly hardware: number;
  readonly mirror: number;
  /** Blocks that could not be had, of those that the result lists. */
  readonly failed: number;
  /** Blocks that were free before the first table, and that are at the end. */
  readonly freeBefore: number;
  readonly freeAfter: number;
}

/** What the request log of a run tells. */
export interface LogPage {
  /** Requests in the log, and of the run. */
  readonly rows: number;
  readonly requests: number;
  /** The share that was asked for; 1: all of them. */
  readonly share: number;
  readonly timeline: Timeline;
  readonly spread: Spread;
  /** By all requests, then by each part of the page: what share of requests took at most so long. */
  readonly curves: readonly Curve[];
  readonly devices: readonly DeviceRow[];
  /** Devices that are left out. */
  readonly devicesLeft: number;
  /** Pages that were touched, by page size; null: the log has not all requests, whose order this is about. */
  readonly pages: readonly PageReuse[] | null;
  readonly sample: Sample;
}

/** The pages of one size: how many there are, and how soon they are used again. */
export interface PageReuse {
  readonly pageBytes: number;
  readonly pages: number;
  /** Computed from a sample of the pages. */
  readonly isEstimate: boolean;
  /** Of long requests not all pages were counted. */
  readonly isLowerBound: boolean;
  readonly accesses: number;
  /** Accesses that were the first of their page. */
  readonly first: number;
  /** Pairs: a power of two, and the accesses before which fewer other pages were touched. */
  readonly distances: readonly (readonly [below: number, accesses: number])[];
}

/** About as many steps of time as a drawing has room for; a timeline of more has 2, 4 or 8 times as many. */
export const STEPS_DRAWN = 720;

/** Equal steps of simulated time; requests belong to the step in which they arrive. */
export interface Timeline {
  readonly stepNs: number;
  /** Requests of each kind, step by step; kinds that nobody was of are left out. */
  readonly kinds: readonly { readonly kind: OutcomeKind; readonly counts: readonly number[] }[];
  /** Mean and largest latency in ns; null: no request. */
  readonly mean: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** Requests that were under way on average, of the log. */
  readonly inFlight: readonly number[];
  /** TCE kills, all of the run; null: there were none. */
  readonly kills: KillSeries | null;
}

/** Kills, step by step. */
export interface KillSeries {
  /** Those that arrived; a fraction where a step is a part of what was counted. */
  readonly counts: readonly number[];
  /** Those that were on their way on average, from arrival until retired. */
  readonly onWay: readonly number[];
}

/** Outcomes, as figures tell them apart. */
export type OutcomeKind = 'hit' | 'merged' | 'miss' | 'passed' | 'fault' | 'dropped';

/** How many requests took how long: bins that widen by the same factor, by kind. */
export interface Spread {
  /** Edges of the bins in ns, one more than bins. */
  readonly edges: readonly number[];
  readonly kinds: readonly { readonly kind: OutcomeKind; readonly counts: readonly number[] }[];
}

/** Points of a cumulative distribution: ns, and the share that does not exceed it. */
export interface Curve {
  readonly name: string;
  /** Empty for all of a request's latency. */
  readonly part: string;
  readonly points: readonly (readonly [ns: number, share: number])[];
}

/** What a device did, of the log. */
export interface DeviceRow {
  readonly phb: number;
  readonly rid: string;
  readonly requests: number;
  readonly writes: number;
  readonly bytes: number;
  readonly hits: number;
  readonly faults: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Some requests in full. */
export interface Sample {
  readonly outcomes: readonly string[];
  /** Names of the parts in the order of a row's cycles. */
  readonly parts: readonly string[];
  readonly rows: readonly SampleRow[];
}

/** A request of the log; times in cycles. */
export interface SampleRow {
  /** Its number in its PHB. */
  readonly n: number;
  readonly phb: number;
  readonly pe: number;
  readonly rid: string;
  readonly isWrite: boolean;
  readonly address: string;
  readonly length: number;
  /** Index of its outcome. */
  readonly outcome: number;
  readonly real: string | null;
  readonly arrive: number;
  readonly latency: number;
  /** What it read of tables by itself; null: nothing. */
  readonly walk: SampleWalk | null;
  /** Pairs: index of a part, its cycles; parts without any are left out. */
  readonly spent: readonly (readonly [part: number, cycles: number])[];
}

/** The reads of a walk, from the highest level that was read down. */
export interface SampleWalk {
  /** Of the first read; 0: the leaf. */
  readonly level: number;
  /** Real address of the first entry. */
  readonly entry: string;
  /** What each read found, and how long it took. */
  readonly reads: readonly (readonly [tce: string, cycles: number])[];
}

/** A page about a study. */
export interface StudyPage {
  readonly kind: 'study';
  readonly title: string;
  readonly version: string;
  readonly headline: readonly Fact[];
  readonly asked: Section;
  /** Of each PHB what stands still, those that nobody has published first. */
  readonly parameters: readonly ParameterGroup[];
  /** The verdict first, then the cases behind it. */
  readonly verdict: readonly Section[];
  /** The points that failed, and why; null: none. */
  readonly failed: Section | null;
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly metrics: readonly Metric[];
  readonly points: readonly PagePoint[];
}

/** Something that points are compared by. */
export interface Metric {
  readonly key: string;
  readonly name: string;
  readonly unit: 'ns' | 'bytes' | 'share' | 'number' | 'order';
  /** Whether less is better; null: neither. */
  readonly isLessBetter: boolean | null;
}

/** A point of a study. */
export interface PagePoint {
  /** Index of its value on each axis. */
  readonly at: readonly number[];
  /** `created`, the name of an error, or `failed`. */
  readonly answer: string;
  /** Why there is no window, or why the point failed; empty: there is one. */
  readonly reason: string;
  /** By metric; null: nothing was measured. */
  readonly figures: readonly (number | null)[];
}
