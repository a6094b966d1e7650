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
  }));
}

export function validationReport(outcomes: readonly Outcome[]): Report {
  const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
  const good = verdicts.filter(({ ok }) => ok).length;
  return {
    title: `tcesim validate: ${good} of ${verdicts.length} figures within their tolerance`,
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
    ok ? '✓' : '✗',
  ]);
  const head = ['experiment', 'unit', 'published', 'simulated', 'deviation', 'tolerance', ''];
  return {
    title: `${experiment.id}: ${experiment.title}`,
    tables: [{ head, rows, left: [1] }],
    remarks: [
      `Source: ${experiment.source}.`,
      ...verdicts.flatMap(({ row, ok }) => (ok || !row.cause ? [] : [`${row.id}: ${row.cause}.`])),
    ],
  };
}

/** Whole numbers as they are, others in five digits. */
function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
