/** The files of a study that is complete, beside its points. */
import { renderCsvRows } from '../report/csv.ts';
import { renderText } from '../report/render-text.ts';
import { pointRows } from './point-row.ts';
import type { PointStore } from './point-store.ts';
import { studyReport } from './study-report.ts';
import { resultsText } from './study-results.ts';
import type { StudyResults } from './study-schema.ts';

/** Writes results.json, points.csv and report.txt, each whole. Throws StoreError. */
export function writeStudy(store: PointStore, results: StudyResults): void {
  store.writeFile('results.json', resultsText(results));
  store.writeFile('points.csv', renderCsvRows(pointRows(results)));
  store.writeFile('report.txt', renderText(studyReport(results)));
}
