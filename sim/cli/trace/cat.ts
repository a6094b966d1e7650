/** `tcesim trace cat`: rows as text. */

import { CheckedTrace } from '../../../traces/checked-trace.ts';
import { csvHeader } from '../../../traces/export/csv-text.ts';
import type { TraceSource } from '../../../traces/format.ts';
import { openTrace } from '../../../traces/open.ts';
import { OutputFile } from '../../../traces/output-file.ts';
import { TRACE_COLUMNS } from '../../../traces/row-words.ts';
import { rowCells } from '../../../traces/text.ts';
import { type Command, Option } from '../program.ts';
import { warnOfChangedRows, warnOfDamage, wholeNumber } from './shared.ts';

const FORMATS = ['csv', 'table', 'json'] as const;

type CatFormat = (typeof FORMATS)[number];

/** Width of each column of `--format table`; wider cells push the rest. */
const CELL_WIDTHS = [14, 9, 4, 7, 6, 11, 19, 19] as const;

/** Adds the verb. */
export function addCat(trace: Command): void {
  trace
    .command('cat')
    .description('print rows; the csv can be imported again')
    .argument('<file>', 'trace or log, - for standard input')
    .option('--from <row>', 'first row to print, counted from 0', '0')
    .option('--rows <count>', 'rows to print at most (all)')
    .addOption(
      new Option('--format <format>', 'form of the output').choices(FORMATS).default('csv'),
    )
    .action(async (file: string, options: { from: string; rows?: string; format: CatFormat }) => {
      const from = wholeNumber('--from', options.from);
      const rows = options.rows === undefined ? Infinity : wholeNumber('--rows', options.rows);
      try {
        const source = new CheckedTrace(await openTrace(file));
        await printRows(source, from, from + rows, options.format);
        warnOfDamage(file, source);
        warnOfChangedRows(file, source.digestWritten, source.digestRead);
      } catch (error) {
        // `| head` closes the pipe when it has enough.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      }
    });
}

async function printRows(
  source: TraceSource,
  from: number,
  behind: number,
  format: CatFormat,
): Promise<void> {
  const output = new OutputFile('-');
  output.write(Buffer.from(heading(source, format)));
  let first = 0;
  for await (const batch of source.batches()) {
    const lines: string[] = [];
    const last = Math.min(batch.rows, behind - first);
    for (let row = Math.max(0, from - first); row < last; row += 1) {
      lines.push(rowText(rowCells(batch, row), format));
    }
    output.write(Buffer.from(lines.join('')));
    first += batch.rows;
    if (first >= behind) break;
  }
}

function heading(source: TraceSource, format: CatFormat): string {
  if (format === 'csv') return csvHeader(source.metadata.clock);
  return format === 'json' ? '' : rowText(TRACE_COLUMNS, format);
}

function rowText(cells: readonly string[], format: CatFormat): string {
  if (format === 'csv') return `${cells.join(',')}\n`;
  if (format === 'table') {
    return `${cells.map((cell, index) => cell.padStart(CELL_WIDTHS[index] ?? 0)).join(' ')}\n`;
  }
  const named = TRACE_COLUMNS.map((column, index) => [column, cells[index]]);
  return `${JSON.stringify(Object.fromEntries(named))}\n`;
}
