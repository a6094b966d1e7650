/** A point as a flat record, for tables of programs: a column for each axis and each figure. */
import type { CsvField } from '../report/csv.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';

export type PointRow = Readonly<Record<string, CsvField>>;

/** Columns of the window's answer that a row has. */
const WINDOW_COLUMNS = [
  'created',
  'errno',
  'order',
  'orderWanted',
  'availableOrder',
  'levelBytes',
  'tableBytes',
  'fullBytes',
  'chargedBytes',
  'attempts',
  'levelsGranted',
] as const;

const REPLAY_COLUMNS = [
  'requests',
  'hits',
  'lineHits',
  'misses',
  'merged',
  'faults',
  'hitRate',
  'missRate',
  'walkReads',
  'readsPerRequest',
  'readsPerMiss',
  'gbps',
  'simulatedNs',
  'kills',
] as const;

const LATENCY_COLUMNS = ['p50', 'p90', 'p99', 'p999', 'max', 'mean'] as const;

/** A row for each point, all with the same columns; null where there is nothing to tell. */
export function pointRows({ points }: Pick<StudyResults, 'points'>): PointRow[] {
  return points.map(pointRow);
}

function pointRow({ name, values, window, replay, failed }: PointRecord): PointRow {
  const windowFields = WINDOW_COLUMNS.map((key) => [key, window?.[key] ?? null]);
  const replayFields = REPLAY_COLUMNS.map((key) => [key, replay?.[key] ?? null]);
  const latencyFields = LATENCY_COLUMNS.map((key) => [key, replay?.latency[key] ?? null]);
  return {
    name,
    ...values,
    ...Object.fromEntries(windowFields),
    ...Object.fromEntries(replayFields),
    ...Object.fromEntries(latencyFields),
    failed,
  };
}
