/**
 * What a study says about level counts. Points that differ in levels and trace only make a case; a level count is
 * served by a case if the window was created and no request was refused. The best of a case is the fewest levels
 * whose mean latency, over all traces and each against the shortest of its trace, is within a hundredth of the
 * shortest there is: where a longer walk costs nothing, fewer levels still cost less when the cache is cold.
 */
import type { PointRecord, StudyResults, WindowRecord } from './study-schema.ts';

/** A level count in a case. */
export interface LevelOutcome {
  readonly levels: number;
  /** The kernel's answer; null: the points failed before. */
  readonly window: WindowRecord | null;
  /** Mean latency of all requests in ns, by trace; empty where there is no window. */
  readonly means: ReadonlyMap<string, number>;
  /** Requests of all traces that were refused. */
  readonly faults: number;
  /** Blocks of tables that could not be had when pages were mapped. */
  readonly missingBlocks: number;
  /** Why a point could not be run. */
  readonly failed: string | undefined;
}

/** Points that differ in levels and trace only. */
export interface LevelCase {
  /** The values of all other axes. */
  readonly values: Readonly<Record<string, string>>;
  /** By rising level count. */
  readonly outcomes: readonly LevelOutcome[];
  /** undefined: no level count serves. */
  readonly best: LevelOutcome | undefined;
}

/** Axes that a case is made of. */
const INSIDE = ['levels', 'trace'] as const;

/** Latencies within this share of the shortest count as equal. */
const EQUAL_SHARE = 0.01;

/** All cases, in the order of the plan. */
export function levelCases({ points }: Pick<StudyResults, 'points'>): LevelCase[] {
  const groups = new Map<string, PointRecord[]>();
  for (const point of points) {
    const outside = Object.entries(point.values).filter(([axis]) => !isInside(axis));
    const key = JSON.stringify(outside);
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  return [...groups].map(([key, group]) => {
    const outcomes = outcomesOf(group);
    return {
      values: Object.fromEntries(JSON.parse(key) as [string, string][]),
      outcomes,
      best: bestOf(outcomes),
    };
  });
}

/** Whether a level count serves all requests. */
export function serves({ window, faults, failed }: LevelOutcome): boolean {
  return window?.created === true && faults === 0 && failed === undefined;
}

function isInside(axis: string): boolean {
  return (INSIDE as readonly string[]).includes(axis);
}

function outcomesOf(group: readonly PointRecord[]): LevelOutcome[] {
  const counts = [...new Set(group.map(({ values }) => Number(values.levels)))];
  return counts
    .sort((one, other) => one - other)
    .map((levels) => {
      const points = group.filter(({ values }) => Number(values.levels) === levels);
      const replayed = points.flatMap(({ values, replay }) => (replay ? [{ values, replay }] : []));
      return {
        levels,
        window: points.find(({ window }) => window !== null)?.window ?? null,
        means: new Map(replayed.map(({ values, replay }) => [values.trace, replay.latency.mean])),
        faults: replayed.reduce((sum, { replay }) => sum + replay.faults, 0),
        missingBlocks: replayed.reduce((sum, { replay }) => sum + replay.failedAllocations, 0),
        failed: points.find(({ failed }) => failed !== null)?.failed ?? undefined,
      };
    });
}

function bestOf(outcomes: readonly LevelOutcome[]): LevelOutcome | undefined {
  const serving = outcomes.filter(serves);
  const shortest = new Map<string, number>();
  for (const { means } of serving) {
    for (const [trace, mean] of means) {
      shortest.set(trace, Math.min(mean, shortest.get(trace) ?? mean));
    }
  }
  const costs = serving.map(({ means }) => costOf(means, shortest));
  const least = Math.min(...costs);
  return serving.find((_, at) => costs[at] <= least * (1 + EQUAL_SHARE));
}

/** Mean latencies against the shortest of each trace, 1: none is longer. */
function costOf(means: LevelOutcome['means'], shortest: ReadonlyMap<string, number>): number {
  const shares = [...means].map(([trace, mean]) => mean / (shortest.get(trace) || 1));
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(shares.length, 1);
}
