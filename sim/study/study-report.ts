/** A study as a report: what was asked, the verdict on level counts, the points, and which of them failed. */
import { describeBytes } from '../../models/size.ts';
import type { Report, Section } from '../report/document.ts';
import { formatNs, formatShare } from '../report/numbers.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';
import { levelCases } from './verdict.ts';
import { caseSections, verdictSection } from './verdict-words.ts';

/** More points than this are for programs: points.csv has them. */
const POINTS_SHOWN_MAX = 200;

/** Levels of this many are compared. */
const LEVELS_COMPARED_MIN = 2;

/** The report of a study that is complete. */
export function studyReport(results: StudyResults): Report {
  const { plan, points } = results;
  const axes = Object.entries(plan.vary as Record<string, string[]>);
  const varied = axes.filter(([, values]) => values.length > 1).map(([name]) => name);
  const counts = axes.find(([name]) => name === 'levels')?.[1].length ?? 0;
  const cases = counts < LEVELS_COMPARED_MIN ? [] : levelCases(results);
  return {
    title: `${plan.title}: ${points.length} points`,
    sections: [
      askedSection(axes, results),
      ...(cases.length === 0
        ? []
        : [verdictSection(cases, varied), ...caseSections(cases, varied)]),
      ...(points.length > POINTS_SHOWN_MAX ? [] : [pointsSection(points, varied)]),
      ...failedSection(points, varied),
    ],
  };
}

function askedSection(
  axes: readonly (readonly [string, string[]])[],
  { plan, points, version }: StudyResults,
): Section {
  const created = points.filter(({ window }) => window?.created).length;
  const replayed = points.filter(({ replay }) => replay !== null).length;
  return {
    title: 'What was asked',
    tables: [
      {
        head: [],
        rows: [
          ...axes.map(([name, values]) => [name, values.join(' ')]),
          ['requests', `${plan.requests} of each generated trace`],
          ['seed', String(plan.seed)],
        ],
        left: [1],
      },
    ],
    remarks: [
      `${created} windows of ${points.length} points were created, ${replayed} replayed. tcesim ${version}.`,
    ],
  };
}

function pointsSection(points: readonly PointRecord[], varied: readonly string[]): Section {
  const head = [...varied, 'window', 'table', 'hits', 'reads', 'mean ns', 'p50', 'p99', 'Gb/s'];
  const rows = points.map((point) => [
    ...varied.map((axis) => point.values[axis]),
    answerWord(point),
    point.window?.created ? describeBytes(point.window.tableBytes) : '-',
    ...figures(point),
  ]);
  const named = head.map((name, column) =>
    column < varied.length && name === 'window' ? 'size' : name,
  );
  return {
    title: 'Points',
    tables: [{ head: named, rows, left: [varied.length] }],
    remarks: ['reads: of tables, a request. Gb/s: of payload.'],
  };
}

function answerWord({ window, failed }: PointRecord): string {
  if (failed !== null) return 'failed';
  return window?.errno ?? 'created';
}

function figures({ replay }: PointRecord): string[] {
  if (replay === null) return Array.from({ length: 6 }, () => '-');
  const { requests, hits, lineHits, readsPerRequest, latency, gbps } = replay;
  return [
    formatShare(hits + lineHits, requests),
    readsPerRequest.toFixed(2),
    formatNs(latency.mean),
    formatNs(latency.p50),
    formatNs(latency.p99),
    gbps.toFixed(1),
  ];
}

/** A point goes by what varies; the rest stands above. */
function failedSection(points: readonly PointRecord[], varied: readonly string[]): Section[] {
  const remarks = points.flatMap(({ values, failed }) => {
    const place = varied.map((axis) => `${axis}=${values[axis]}`).join(' ');
    return failed === null ? [] : [place === '' ? failed : `${place}: ${failed}`];
  });
  if (remarks.length === 0) return [];
  return [{ title: 'Failed points', tables: [], remarks }];
}
