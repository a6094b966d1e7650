/** A study as a report. */
import type { Report } from '../report/document.ts';
import type { StudyResults } from './study-schema.ts';

export function studyReport({ plan, points }: StudyResults): Report {
  const rows = points.map(({ name, window, replay, failed }) => [name, failed ?? window?.errno ?? `${replay?.latency.mean} ns ${replay?.hitRate}`]);
  return { title: String(plan.title), sections: [{ title: 'Points', tables: [{ head: ['point', 'answer'], rows }], remarks: [] }] };
}
