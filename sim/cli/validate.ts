/** `tcesim validate`: published figures beside simulated ones. */
import { join } from 'node:path';
import { csvLine } from '../report/csv.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { chosenExperiments, EXPERIMENTS, scenarioNamed } from '../validation/catalog.ts';
import type { Experiment, Verdict } from '../validation/experiment.ts';
import { figureOf } from '../validation/figure.ts';
import { figureSvg } from '../validation/figure-svg.ts';
import { measureRow } from '../validation/measure.ts';
import { scenarioText } from '../validation/scenario-text.ts';
import { type Outcome, validationReport, verdictRecord } from '../validation/validation-report.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { makeDirectory, writeWhole } from './output-directory.ts';
import { type Command, Option } from './program.ts';
import { ProgressLine } from './progress.ts';
import { StopSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

interface ValidateFlags {
  readonly only?: string;
  readonly show?: string;
  readonly figures?: string;
  readonly format: (typeof FORMATS)[number];
}

const HELP = `
Exit code 4: a row is out of its tolerance, which 'known' rows are, too. docs/validation.md has the method of each.

Examples:
  tcesim validate --only R1.HSW
  tcesim validate --show R1.HSW.6M > mine.yaml    the scenario of any point, also of one that is no row
  tcesim run mine.yaml`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .option('--only <name>', 'an experiment, a part of it or a row: R1, R1.HSW, R1.HSW.1M (all)')
    .addOption(
      new Option(
        '--show <point>',
        'print the scenario of a point in the place of measuring',
      ).conflicts(['only', 'figures']),
    )
    .option('--figures <dir>', 'also draw R1 and R2 there, as R1.svg and R2.svg')
    .addOption(new Option('--format <form>', 'of the output').choices(FORMATS).default('table'))
    .addHelpText('after', HELP)
    .action(validate);
}

async function validate({ only, show, figures, format }: ValidateFlags): Promise<void> {
  if (show !== undefined) {
    process.stdout.write(scenarioText(scenarioNamed(show), `tcesim validate --show ${show}`));
    return;
  }
  const experiments = chosenExperiments(only);
  if (figures !== undefined) prepareFigures(figures, experiments);
  const outcomes = await measureAll(experiments);
  process.stdout.write(render(outcomes, format));
  if (figures !== undefined) writeFigures(figures, outcomes);
  const isGood = outcomes.every(({ verdicts }) => verdicts.every(({ ok }) => ok));
  // Who was stopped by a signal ends with the signal's code.
  if (!isGood) process.exitCode ??= EXIT_CHECK;
}

/** Whether there will be a figure and a place for it: before time is spent. */
function prepareFigures(directory: string, experiments: readonly Experiment[]): void {
  const drawn = EXPERIMENTS.filter(({ axes }) => axes !== undefined).map(({ id }) => id);
  if (!experiments.some(({ id }) => drawn.includes(id))) {
    throw new UsageError(`validate: --figures: only ${drawn.join(' and ')} have one`);
  }
  makeDirectory(directory, '--figures');
}

/** Of experiments of which a signal left something out there is none. */
function writeFigures(directory: string, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.verdicts.length < outcome.experiment.rows.length) continue;
    const figure = figureOf(outcome);
    if (figure) writeWhole(join(directory, `${outcome.experiment.id}.svg`), figureSvg(figure));
  }
}

/** Measures row by row; a signal ends it after what is done. */
async function measureAll(experiments: readonly Experiment[]): Promise<Outcome[]> {
  const total = experiments.reduce((sum, { rows }) => sum + rows.length, 0);
  const signals = new StopSignals();
  const progress = new ProgressLine();
  const outcomes: Outcome[] = [];
  let done = 0;
  for (const experiment of experiments) {
    if (signals.signal.aborted) break;
    const verdicts: Verdict[] = [];
    for (const row of experiment.rows) {
      const verdict = await measureRow(row, () => signals.signal.aborted);
      if (signals.signal.aborted) break;
      verdicts.push(verdict);
      done += 1;
      progress.showSteps(done, total);
    }
    if (verdicts.length > 0) outcomes.push({ experiment, verdicts });
  }
  progress.end();
  signals.finish();
  return outcomes;
}

function render(outcomes: readonly Outcome[], format: ValidateFlags['format']): string {
  const records = outcomes.flatMap(verdictRecord);
  switch (format) {
    case 'json':
      return `${JSON.stringify({ rows: records }, null, 2)}\n`;
    case 'csv': {
      const lines = records.map((record) => csvLine(Object.values(record)));
      return `${[csvLine(Object.keys(records[0] ?? {})), ...lines].join('\n')}\n`;
    }
    case 'markdown':
      return renderMarkdown(validationReport(outcomes));
    case 'table':
      return textForOutput(validationReport(outcomes));
  }
}
