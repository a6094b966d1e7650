/** A study as a report: what was asked, the verdict on level counts, the points, and which of them failed. */
import { describeBytes } from '../../models/size.ts';
import type { Report, Section } from '../report/document.ts';
import { formatCountOf, formatNs, formatShare } from '../report/numbers.ts';
import { parametersSection } from '../report/parameters-section.ts';
import { placeOf } from './points.ts';
import type { PointRecord, StudyResults } from './study-schema.ts';
import type { TraceChoice } from './trace-choice.ts';
import { type StudyUnit, unitsOf } from './unit-of-points.ts';
import { levelCases } from './verdict.ts';
import { caseSections, verdictSection } from './verdict-words.ts';

/** More points than this are for programs: points.csv has them. */
const POINTS_SHOWN_MAX = 200;

/** More cases or points than these would scroll the verdict off a screen. */
const CASES_ON_SCREEN_MAX = 40;
const POINTS_ON_SCREEN_MAX = 80;

/** Levels of this many are compared. */
const LEVELS_COMPARED_MIN = 2;

/** The report of a study that is complete. */
export function studyReport(results: StudyResults): Report {
  const { points } = results;
  return reportOf(results, [
    ...verdictSections(results),
    ...(points.length > POINTS_SHOWN_MAX ? [] : [pointsSection(points, variedAxes(results))]),
    ...unitsOf(results).map(({ name, parameters }) => parametersSection(parameters, ` of ${name}`)),
  ]);
}

/** The same for a screen: of a large study the verdict, and where the tables are; `kept` is the directory, if any. */
export function screenReport(results: StudyResults, kept: string | undefined): Report {
  const { points } = results;
  const [verdict, ...cases] = verdictSections(results);
  const sections = verdict === undefined ? [] : [verdict];
  const elsewhere: string[] = [];
  const windows = cases.reduce((sum, { tables }) => sum + tables[0].rows.length, 0);
  if (windows <= CASES_ON_SCREEN_MAX) sections.push(...cases);
  else elsewhere.push('Why the best is best, window by window: report.txt, or --format markdown.');
  if (points.length <= POINTS_ON_SCREEN_MAX) {
    sections.push(pointsSection(points, variedAxes(results)));
  } else {
    elsewhere.push(
      `${formatCountOf(points.length, 'point')}, a line each: points.csv, or --format csv.`,
    );
  }
  if (elsewhere.length > 0) {
    const where = kept === undefined ? 'Files are kept with -o DIR.' : `The files are in ${kept}.`;
    sections.push({ title: 'Not shown', tables: [], remarks: [...elsewhere, where] });
  }
  return reportOf(results, sections);
}

function reportOf(results: StudyResults, answers: readonly Section[]): Report {
  const { plan, points } = results;
  const failed = failedSection(results);
  return {
    title: `${plan.title}: ${points.length} points`,
    sections: [askedSection(results), ...answers, ...(failed === null ? [] : [failed])],
  };
}

/** The verdict on level counts and the cases behind it; nothing for a study that does not compare them. */
export function verdictSections(results: StudyResults): Section[] {
  const counts = axesOf(results).find(([name]) => name === 'levels')?.[1].length ?? 0;
  if (counts < LEVELS_COMPARED_MIN || results.points.length === 0) return [];
  const cases = levelCases(results);
  const varied = variedAxes(results);
  return [verdictSection(cases, varied), ...caseSections(cases, varied)];
}

/** The axes of a study with their values, as its plan has them. */
export function axesOf({ plan }: StudyResults): [name: string, values: string[]][] {
  return Object.entries(plan.vary as Record<string, string[]>);
}

function variedAxes(results: StudyResults): string[] {
  return axesOf(results)
    .filter(([, values]) => values.length > 1)
    .map(([name]) => name);
}

/** What a study was asked. */
export function askedSection(results: StudyResults): Section {
  const { plan, points, version } = results;
  const created = points.filter(({ window }) => window?.created).length;
  const replayed = points.filter(({ replay }) => replay !== null).length;
  return {
    title: 'What was asked',
    tables: [
      {
        head: [],
        rows: [
          ...axesOf(results).map(([name, values]) => [name, values.join(' ')]),
          ...trafficRows(results),
          ['seed', String(plan.seed)],
          ...unitsOf(results).map(unitRow),
        ],
        left: [1],
      },
    ],
    remarks: [
      `${created} windows of ${points.length} points were created, ${replayed} replayed. tcesim ${version}.`,
    ],
  };
}

/** How traces are paced that no axis paces, and how long those are that were generated. */
function trafficRows({ plan, points }: StudyResults): string[][] {
  const used = [...new Set(points.map(({ values }) => values.trace))];
  const choices = plan.traces as Readonly<Record<string, TraceChoice>>;
  const paces = used.map((name) => choices[name]?.pace ?? 'as the trace has it');
  const isOne = new Set(paces).size === 1;
  const words = isOne ? paces[0] : used.map((name, at) => `${name}: ${paces[at]}`).join('; ');
  const isPaced = points.some(({ values }) => values.pace !== undefined);
  const isGenerated = used.some((name) => choices[name]?.generator !== undefined);
  return [
    ...(isPaced ? [] : [['pace', words]]),
    ...(isGenerated ? [['requests', `${plan.requests} of each generated trace`]] : []),
  ];
}

/** How much of a unit is not documented. */
function unitRow({ name, parameters }: StudyUnit): string[] {
  const { assumed, inferred, chosen } = parameters;
  const yours = chosen.length === 0 ? '' : `, ${chosen.length} set by you`;
  return [name, `${assumed.length} parameters assumed, ${inferred.length} inferred${yours}`];
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
export function failedSection(results: StudyResults): Section | null {
  const { points } = results;
  const varied = variedAxes(results);
  const remarks = points.flatMap(({ values, failed }) => {
    const place = placeOf({ values }, varied);
    return failed === null ? [] : [place === '' ? failed : `${place}: ${failed}`];
  });
  return remarks.length === 0 ? null : { title: 'Failed points', tables: [], remarks };
}
