/** A trace as CSV that the CSV importer reads to the same rows. */
import type { TraceBatch, TraceClock } from '../format.ts';
import { CSV_CLOCK_ORDER } from '../import/csv.ts';
import { TRACE_COLUMNS } from '../row-words.ts';
import { rowCells } from '../text.ts';

/** The lines in front of the rows. */
export function csvHeader(clock: TraceClock): string {
  const header = `${TRACE_COLUMNS.join(',')}\n`;
  return clock === 'order' ? `${CSV_CLOCK_ORDER}\n${header}` : header;
}

/** Rows `from` to before `behind` of a batch. */
export function csvRows(batch: TraceBatch, from: number, behind: number): string {
  const lines: string[] = [];
  for (let row = from; row < behind; row += 1) lines.push(rowCells(batch, row).join(','), '\n');
  return lines.join('');
}
