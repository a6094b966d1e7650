/** A report for a terminal of 80 columns. The only door to cli-table3. */
import Table3 from 'cli-table3';
import type { Report, Table } from './document.ts';

const WIDTH = 80;
const INDENT = '  ';
const GAP = '  ';
const LAST_COLUMN_MIN = 16;
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/** The report as lines of plain text, each at most 80 columns where words allow it. */
export function renderText(report: Report): string {
  const lines = [report.title];
  for (const section of report.sections) {
    lines.push('', section.title);
    for (const table of section.tables) lines.push(...tableLines(table));
    for (const remark of section.remarks) lines.push(...wrap(remark));
  }
  return `${lines.join('\n')}\n`;
}

/** A table without borders, indented; its last column is wrapped where the line would be too long. */
function tableLines(table: Table): string[] {
  const isLeft = (column: number) => column === 0 || (table.left ?? []).includes(column);
  const rows = table.head.length > 0 ? [table.head, ...table.rows] : table.rows;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = Math.max(WIDTH - INDENT.length - before, LAST_COLUMN_MIN);
  const grid = new Table3({
    chars: NO_BORDERS,
    colAligns: widths.map((_, column) => (isLeft(column) ? 'left' : 'right')),
    colWidths: widths.map((width, column) =>
      column < columns - 1 ? width : Math.min(width, room),
    ),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    wordWrap: true,
  });
  for (const row of rows) grid.push([...row]);
  return grid
    .toString()
    .split('\n')
    .map((line) => `${INDENT}${line}`.trimEnd());
}

/** Words of a remark in lines of at most 80 columns. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = INDENT;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return lines;
}
