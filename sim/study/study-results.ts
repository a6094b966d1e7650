/** The results of a study as a document: the same bytes for the same plan, a line a point. */
import { STUDY_SCHEMA } from '../formats.ts';
import type { StudyIdentity } from './study-identity.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';

/** The results of all points of a study, in the order of the plan. */
export function resultsOf(identity: StudyIdentity, points: readonly PointRecord[]): StudyResults {
  const { version, planDigest, plan } = identity;
  return { schema: STUDY_SCHEMA, version, planDigest, plan, points: [...points] };
}

/** The text of results.json. */
export function resultsText({ points, ...head }: StudyResults): string {
  const opened = JSON.stringify(head, null, 2).slice(0, -'\n}'.length);
  const lines = points.map((point) => `    ${JSON.stringify(point)}`);
  return `${opened},\n  "points": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
