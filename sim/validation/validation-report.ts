/** Published figures beside simulated ones: as a report, and as records. */
import type { Report, Section } from '../report/document.ts';
import type { Experiment, Verdict } from './experiment.ts';

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
  const good = predicted.filter(({ ok }) => ok).length;
  const fitted = verdicts.length - predicted.length;
  return {
    title: `tcesim validate: ${good} of ${predicted.length} predictions within tolerance, ${fitted} rows calibrated`,
    sections: outcomes.map(sectionOf),
  };
}

function sectionOf({ experiment, verdicts }: Outcome): Section {
  const rows = verdicts.map(({ row, simulated, deviation, ok }) => [
    row.id,
    row.unit,
    shortNumber(row.published),
    shortNumber(simulated),
    row.published === 0 ? '-' : `${(100 * deviation).toFixed(1)} %`,
    row.tolerance === 0 ? 'exact' : `${+(100 * row.tolerance).toFixed(1)} %`,
    `${ok ? '✓' : '✗'}${row.calibrated === undefined ? '' : ' fit'}`,
  ]);
  const head = ['experiment', 'unit', 'published', 'simulated', 'deviation', 'tolerance', ''];
  return {
    title: `${experiment.id}: ${experiment.title}`,
    tables: [{ head, rows, left: [1, 6] }],
    remarks: [`Source: ${experiment.source}.`, ...calibrations(verdicts), ...causes(verdicts)],
  };
}

/** Each reason for which rows are marked as fitted, once. */
function calibrations(verdicts: readonly Verdict[]): string[] {
  const reasons = verdicts.flatMap(({ row }) => row.calibrated ?? []);
  return [...new Set(reasons)].map((reason) => `fit: ${reason}.`);
}

/** Each known cause of a deviation, once. */
function causes(verdicts: readonly Verdict[]): string[] {
  const off = verdicts.flatMap(({ row, ok }) => (ok ? [] : (row.cause ?? [])));
  return [...new Set(off)].map((cause) => `✗: ${cause}.`);
}

/** Whole numbers as they are, others in five digits. */
function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
