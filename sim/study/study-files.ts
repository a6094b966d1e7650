/** The files of a study that is complete, beside its points. */
import { arrowTable } from '../../traces/export/arrow-table.ts';
import { parquetTable } from '../../traces/export/parquet-table.ts';
import { renderCsvRows } from '../report/csv.ts';
import { renderText } from '../report/render-text.ts';
import { pointColumns } from './point-columns.ts';
import { pointRows } from './point-row.ts';
import type { PointStore } from './point-store.ts';
import { studyReport } from './study-report.ts';
import { resultsText } from './study-results.ts';
import type { StudyResults } from './study-schema.ts';

const FILES = ['results.json', 'points.csv', 'points.parquet', 'points.arrow', 'report.txt'];

/** Writes results.json, the points as CSV, Parquet and Arrow, and report.txt, each whole. Throws StoreError. */
export function writeStudy(store: PointStore, results: StudyResults): void {
  store.writeFile('results.json', resultsText(results));
  store.writeFile('points.csv', renderCsvRows(pointRows(results)));
  const columns = pointColumns(results);
  store.writeFile('points.parquet', parquetTable(columns, factsOf(results)));
  store.writeFile('points.arrow', arrowTable(columns, factsOf(results)));
  store.writeFile('report.txt', renderText(studyReport(results)));
}

/** Removes what stands there of an earlier run, which is no longer that of the points beside it. */
export function removeStudy(store: PointStore): void {
  for (const name of FILES) store.removeFile(name);
}

/** Whose points a table has, as its metadata. */
function factsOf({ schema, version, planDigest, plan }: StudyResults): Map<string, string> {
  return new Map([
    ['tcesim.schema', schema],
    ['tcesim.version', version],
    ['tcesim.plan_digest', planDigest],
    ['tcesim.plan', JSON.stringify(plan)],
  ]);
}
