/** The results of a study as a document: the same bytes for the same plan, a line a point. */
import { STUDY_SCHEMA } from '../version.ts';
import type { StudyPlan } from './plan.ts';
import { identityOf } from './point-store.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';

/** The results of all points, in the order of the plan. */
export function studyResults(plan: StudyPlan, points: readonly PointRecord[]): StudyResults {
  return { schema: STUDY_SCHEMA, ...identityOf(plan), points: [...points] };
}

/** The text of results.json. */
export function resultsText({ points, ...head }: StudyResults): string {
  const opened = JSON.stringify(head, null, 2).slice(0, -'\n}'.length);
  const lines = points.map((point) => `    ${JSON.stringify(point)}`);
  return `${opened},\n  "points": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
