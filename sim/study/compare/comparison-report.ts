/** A comparison as a report, as records, and as a document. */

import { COMPARISON_SCHEMA } from '../../formats.ts';
import type { CsvField } from '../../report/csv.ts';
import type { Report, Section } from '../../report/document.ts';
import { formatCount, formatCountOf } from '../../report/numbers.ts';
import type { FigureValue } from '../../results/figure.ts';
import type { Asked } from '../asked.ts';
import { placeOf } from '../points.ts';
import type { Comparison } from './comparison.ts';
import type { Breach, Judgement } from './judge.ts';
import { changeOf, type Move, percentOf } from './moves.ts';
import type { Side, SidePoint } from './side.ts';
import { largestFirst, summaryOf } from './summary.ts';

/** More rows than this are for programs: --format csv and json have all. */
const ROWS_SHOWN_MAX = 60;

/** Where more moved in a study, there is a line for each figure, and only the largest of the changes. */
const LARGEST_SHOWN = 12;

/** Points at which one threshold is broken. */
const BREACHES_SHOWN_MAX = 10;

/** A smaller change in per cent would round to nothing: it is told as a number. */
const PERCENT_SHOWN_MIN = 0.05;

const DIGITS_SHOWN = 9;

/** What a dash among the keys that were asked otherwise stands for. */
const NOT_SAID = '-: this side does not say it; a parameter of the machine has its preset then.';

/** Units that a number is shown with; counts speak for themselves. */
const UNITS_SHOWN: readonly string[] = ['ns', 'bytes', 'Gb/s'];

/** Sections for people; the title alone where nothing moved, and nothing else was asked. */
export function comparisonReport(comparison: Comparison): Report {
  const { base, now, moves, points, figures, judgements, asked } = comparison;
  const unchanged = `${countOfPoints(base, points)}, ${formatCountOf(figures, 'figure')}`;
  const isPlain = moves.length === 0 && asked.length === 0 && base.version === now.version;
  if (isPlain && !isThresholded(judgements)) {
    return { title: `${base.path}, ${now.path}: ✓ unchanged: ${unchanged}`, sections: [] };
  }
  return {
    title: `tcesim compare: ${now.title}`,
    sections: [
      sidesSection(base, now),
      ...askedSection(asked),
      ...movedSections(comparison, unchanged),
      ...thresholdSections(comparison),
      verdictSection(comparison),
    ],
  };
}

/** The fields of a move's record. */
export const MOVE_COLUMNS = [
  'point',
  'metric',
  'unit',
  'base',
  'new',
  'change',
  'percent',
] as const;

/** Every move as a record. */
export function moveRecords({ moves }: Comparison): Record<string, CsvField>[] {
  return moves.map(({ point, metric, base, now }) => ({
    point: point.name,
    metric: metric.name,
    unit: metric.unit,
    base,
    new: now,
    change: changeOf(base, now),
    percent: percentOf(base, now),
  }));
}

/** All of it, for programs. */
export function comparisonDocument(comparison: Comparison) {
  const { base, now, points, figures, asked, judgements, holds } = comparison;
  return {
    schema: COMPARISON_SCHEMA,
    base: { path: base.path, version: base.version, points: base.points.length },
    new: { path: now.path, version: now.version, points: now.points.length },
    compared: { points, figures },
    asked: asked.map(({ key, base: before, now: after }) => ({ key, base: before, new: after })),
    moved: moveRecords(comparison),
    thresholds: judgements.map(({ text, holds: isHeld, judged, breaches }) => ({
      ...{ threshold: text, holds: isHeld, judged },
      broken: breaches.map(({ point, base: before, now: after }) => ({
        ...{ point: point.name, base: before, new: after },
      })),
    })),
    holds,
  };
}

function sidesSection(base: Side, now: Side): Section {
  const row = (word: string, side: Side) => [
    word,
    `${side.path}: ${side.kind === 'run' ? 'a run' : countOfPoints(side, side.points.length)}, tcesim ${side.version}`,
  ];
  return {
    title: 'Compared',
    tables: [{ head: [], rows: [row('base', base), row('new', now)], left: [1] }],
    remarks:
      base.thresholds.join() === now.thresholds.join()
        ? []
        : ["The base's plan has other thresholds; those of the new one count."],
  };
}

function askedSection(asked: readonly Asked[]): Section[] {
  if (asked.length === 0) return [];
  const rows = asked.map(({ key, base, now }) => [key, plain(base), plain(now)]);
  return [
    {
      title: 'Asked otherwise',
      tables: [{ head: ['key', 'base', 'new'], rows: rows.slice(0, ROWS_SHOWN_MAX), left: [1, 2] }],
      remarks: [
        ...(asked.some(({ base, now }) => base === null || now === null) ? [NOT_SAID] : []),
        ...moreRemark(rows.length, ROWS_SHOWN_MAX, 'json has'),
      ],
    },
  ];
}

function movedSections({ moves, varied }: Comparison, unchanged: string): Section[] {
  if (moves.length === 0) {
    return [{ title: 'What moved', tables: [], remarks: [`Nothing: ${unchanged} are unchanged.`] }];
  }
  // A run moves once a figure: its table has a line for each.
  if (moves.length <= LARGEST_SHOWN || varied.length === 0) {
    return [movesSection('What moved', moves, ROWS_SHOWN_MAX, varied)];
  }
  const title = `The ${LARGEST_SHOWN} largest changes`;
  return [
    summarySection(moves, varied),
    movesSection(title, largestFirst(moves), LARGEST_SHOWN, varied),
  ];
}

function movesSection(
  title: string,
  moves: readonly Move[],
  most: number,
  varied: readonly string[],
): Section {
  const rows = moves
    .slice(0, most)
    .map(({ point, metric, base, now }) => [
      metricTitle(metric),
      ...changeCells(base, now, point, varied),
    ]);
  return {
    title,
    tables: [{ head: ['metric', ...changeHead(varied)], rows, left: [4] }],
    remarks: moreRemark(moves.length, most, 'csv and json have'),
  };
}

function summarySection(moves: readonly Move[], varied: readonly string[]): Section {
  const rows = summaryOf(moves).map(({ metric, points, median, largest }) => [
    metricTitle(metric),
    formatCount(points),
    median === null ? '-' : percentWords(median),
    changeWords(largest.base, largest.now) || `${plain(largest.base)} to ${plain(largest.now)}`,
    placeOf(largest.point, varied),
  ]);
  return {
    title: 'What moved',
    tables: [{ head: ['metric', 'points', 'median', 'largest', 'at'], rows, left: [4] }],
    remarks: [],
  };
}

function metricTitle({ name, unit }: Move['metric']): string {
  return UNITS_SHOWN.includes(unit) ? `${name} ${unit}` : name;
}

/** A line for each threshold; then the points at which one is broken. */
function thresholdSections({ judgements, varied }: Comparison): Section[] {
  if (!isThresholded(judgements)) return [];
  const rows = judgements.map(({ text, holds, judged, breaches }) => [
    holds ? '✓' : '✗',
    text,
    formatCount(judged),
    formatCount(breaches.length),
  ]);
  const isIdle = judgements.some(({ judged }) => judged === 0);
  const broken = judgements.filter(({ breaches }) => breaches.length > 0);
  return [
    {
      title: 'Thresholds',
      tables: [{ head: ['', 'threshold', 'judged', 'broken'], rows, left: [1] }],
      remarks: isIdle ? ['One that judges nothing does not hold.'] : [],
    },
    ...broken.map(({ text, breaches }) => brokenSection(text, breaches, varied)),
  ];
}

function brokenSection(
  text: string,
  breaches: readonly Breach[],
  varied: readonly string[],
): Section {
  const rows = breaches
    .slice(0, BREACHES_SHOWN_MAX)
    .map(({ point, base, now }) => changeCells(base, now, point, varied));
  return {
    title: `Broken: ${text}`,
    tables: [{ head: changeHead(varied), rows, left: [3] }],
    remarks: moreRemark(breaches.length, BREACHES_SHOWN_MAX, 'json has'),
  };
}

function isThresholded(judgements: readonly Judgement[]): boolean {
  return judgements.some(({ threshold }) => threshold !== undefined);
}

function verdictSection({ judgements, holds, moves, base, points }: Comparison): Section {
  const moved = new Set(moves.map(({ point }) => point)).size;
  const where = base.kind === 'run' ? '' : ` at ${formatCountOf(moved, 'point')}`;
  const counts =
    moves.length === 0
      ? 'nothing moved'
      : `${formatCountOf(moves.length, 'difference')}${where}, ${countOfPoints(base, points)} compared`;
  const broken = judgements.filter((judgement) => !judgement.holds).length;
  const verdict = holds ? 'all hold' : `${broken} of ${judgements.length} broken`;
  const words = isThresholded(judgements) ? `thresholds: ${verdict}; ${counts}` : counts;
  return { title: 'Verdict', tables: [], remarks: [`${holds ? '✓' : '✗'} ${words}.`] };
}

/** The head over `changeCells`: a single point needs no column. */
function changeHead(varied: readonly string[]): string[] {
  return ['base', 'new', 'change', ...(varied.length === 0 ? [] : ['point'])];
}

function changeCells(
  base: FigureValue,
  now: FigureValue,
  point: SidePoint,
  varied: readonly string[],
): string[] {
  const place = varied.length === 0 ? [] : [placeOf(point, varied)];
  return [plain(base), plain(now), changeWords(base, now), ...place];
}

function changeWords(base: FigureValue, now: FigureValue): string {
  const change = changeOf(base, now);
  if (change === null || change === 0) return '';
  const percent = percentOf(base, now);
  const isTold = percent !== null && Math.abs(percent) >= PERCENT_SHOWN_MIN;
  return isTold ? percentWords(percent) : `${change < 0 ? '-' : '+'}${plain(Math.abs(change))}`;
}

function percentWords(percent: number): string {
  const size = `${Math.abs(percent).toFixed(1)} %`;
  if (Math.abs(percent) < PERCENT_SHOWN_MIN) return size;
  return `${percent < 0 ? '-' : '+'}${size}`;
}

/** A value to nine digits: what moved may have moved little. */
function plain(value: FigureValue): string {
  if (value === null) return '-';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return `${value < 0 ? '-' : ''}${formatCount(Math.abs(value))}`;
  return String(Number(value.toPrecision(DIGITS_SHOWN)));
}

function countOfPoints({ kind }: Side, count: number): string {
  return kind === 'run' ? '1 run' : formatCountOf(count, 'point');
}

function moreRemark(rows: number, shown: number, formHas: string): string[] {
  if (rows <= shown) return [];
  return [`And ${formatCount(rows - shown)} more: --format ${formHas} all.`];
}
