/** Published figures beside simulated ones: as a report, and as records. */
import type { Report, Section } from '../report/document.ts';
import type { Experiment, Row, Verdict } from './experiment.ts';

/** An experiment and what became of its rows. */
export interface Outcome {
  readonly experiment: Experiment;
  readonly verdicts: readonly Verdict[];
}

/** A row of the JSON and of the CSV. */
export function verdictRecord({ experiment, verdicts }: Outcome) {
  return verdicts.map(({ row, simulated, deviation, ok }) => ({
    experiment: row.id,
    source: experiment.source,
    published: row.published,
    simulated,
    unit: row.unit,
    deviation,
    tolerance: row.tolerance,
    ok,
    cause: row.cause ?? null,
    calibrated: row.calibrated ?? null,
  }));
}

export function validationReport(outcomes: readonly Outcome[]): Report {
  const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
  const predicted = verdicts.filter(({ row }) => row.calibrated === undefined);
  const fitted = verdicts.filter(({ row }) => row.calibrated !== undefined);
  const counts = [
    ...(predicted.length === 0 ? [] : [`${goodOf(predicted)} predictions`]),
    ...(fitted.length === 0 ? [] : [`${goodOf(fitted)} calibrated rows (fit)`]),
  ];
  return {
    title: `tcesim validate: within tolerance ${counts.join(' and ')}${outOf(verdicts)}`,
    sections: outcomes.map(sectionOf),
  };
}

function sectionOf({ experiment, verdicts }: Outcome): Section {
  const rows = verdicts.map(({ row, simulated, deviation, ok }) => [
    row.id,
    row.unit,
    shortNumber(row.published),
    shortNumber(simulated),
    row.published === 0 ? '-' : percent(deviation),
    row.tolerance === 0 ? 'exact' : `${+(100 * row.tolerance).toFixed(1)} %`,
    `${ok ? '✓' : '✗'} ${wordsOf(row, ok).join(', ')}`.trimEnd(),
  ]);
  const head = ['experiment', 'unit', 'published', 'simulated', 'deviation', 'tolerance', ''];
  return {
    title: `${experiment.id}: ${experiment.title}`,
    tables: [{ head, rows, left: [1, 6] }],
    remarks: [
      `Source: ${experiment.source}.`,
      ...(experiment.about === undefined ? [] : [experiment.about]),
      ...calibrations(verdicts),
      ...causes(verdicts),
    ],
  };
}

function goodOf(verdicts: readonly Verdict[]): string {
  return `${verdicts.filter(({ ok }) => ok).length} of ${verdicts.length}`;
}

/** How many rows are out of tolerance, and of how many it is known why; nothing where none is. */
function outOf(verdicts: readonly Verdict[]): string {
  const out = verdicts.filter(({ ok }) => !ok);
  if (out.length === 0) return '';
  const known = out.filter(({ row }) => row.cause !== undefined).length;
  return `; ${out.length} out of tolerance, ${known} of them for a known cause`;
}

/** What stands behind the mark of a row. */
function wordsOf({ cause, calibrated }: Row, ok: boolean): string[] {
  return [
    ...(ok || cause === undefined ? [] : ['known']),
    ...(calibrated === undefined ? [] : ['fit']),
  ];
}

/** Each reason for which rows are marked as fitted, once. */
function calibrations(verdicts: readonly Verdict[]): string[] {
  const reasons = verdicts.flatMap(({ row }) => row.calibrated ?? []);
  return [...new Set(reasons)].map((reason) => `fit: ${reason}.`);
}

/** Each known cause of a deviation, once. */
function causes(verdicts: readonly Verdict[]): string[] {
  const off = verdicts.flatMap(({ row, ok }) => (ok ? [] : (row.cause ?? [])));
  return [...new Set(off)].map((cause) => `known: ${cause}.`);
}

/** To the tenth; what rounds to nothing has no sign. */
function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return `${text === '-0.0' ? '0.0' : text} %`;
}

/** Whole numbers as they are, others in five digits. */
function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
