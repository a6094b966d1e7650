/** `tcesim compare`: two results of the same kind; what moved, and whether thresholds hold. */
import { csvLine, renderCsvRows } from '../report/csv.ts';
import { renderMarkdown } from '../report/render-markdown.ts';
import { type Comparison, compare } from '../study/compare/comparison.ts';
import {
  comparisonDocument,
  comparisonReport,
  MOVE_COLUMNS,
  moveRecords,
} from '../study/compare/comparison-report.ts';
import { readSide } from '../study/compare/side.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { type Command, Option } from './program.ts';
import { textForOutput } from './terminal.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

interface CompareFlags {
  readonly threshold?: string[];
  readonly format: (typeof FORMATS)[number];
}

const HELP = `
Thresholds: 'p99 <= 900ns' · 'hitRate >= 0.98' · 'created = true'; against the base 'p99 <= +5%' · 'misses <= +100'
            for some points: 'p99 <= 900ns where levels=1..2 trace=random'
  Those of the new plan's thresholds: count, too. Without any, nothing may move.

Examples:
  tcesim compare bench/baselines out/now
  tcesim compare base new --threshold 'p99 <= +5%' --threshold 'bandwidth >= -2%'`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  verb
    .argument('<base>', 'results.json of a sweep or a run, or the directory that has it')
    .argument('<new>', 'of the same kind')
    .option('--threshold <text>', 'what must hold, else exit code 4; repeatable', collect)
    .addOption(new Option('--format <form>', 'of stdout').choices(FORMATS).default('table'))
    .addHelpText('after', HELP)
    .action(compareSides);
}

function compareSides(base: string, now: string, { threshold = [], format }: CompareFlags): void {
  const comparison = compare(readSide(base), readSide(now), threshold);
  process.stdout.write(render(comparison, format));
  if (!comparison.holds) process.exitCode = EXIT_CHECK;
}

function render(comparison: Comparison, format: CompareFlags['format']): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(comparisonDocument(comparison), null, 2)}\n`;
    case 'csv':
      return renderCsvRows(moveRecords(comparison)) || `${csvLine(MOVE_COLUMNS)}\n`;
    case 'markdown':
      return renderMarkdown(comparisonReport(comparison));
    case 'table':
      return textForOutput(comparisonReport(comparison));
  }
}
