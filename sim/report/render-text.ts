/** A report as text: for a file or a pipe, 80 columns of it; for a terminal, its own. The only door to cli-table3. */
import Table3 from 'cli-table3';
import type { Report, Table } from './document.ts';
import { printableReport } from './printable.ts';
import { barsColumn } from './text-bars.ts';

/** Where text is shown. */
export interface Paper {
  readonly columns: number;
  readonly hasColours: boolean;
  /** Whether figures are drawn, which a program that reads the text has no use for. */
  readonly hasBars: boolean;
}

/** A file or a pipe: the same for everybody. */
export const PLAIN_PAPER: Paper = { columns: 80, hasColours: false, hasBars: false };

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

/** Where a style begins and ends, as terminals have it (ECMA-48, SGR). */
const STYLES = { bold: [1, 22], red: [31, 39], green: [32, 39] } as const;

/** The report as lines, none wider than the paper where words allow it. */
export function renderText(given: Report, paper: Paper = PLAIN_PAPER): string {
  const report = printableReport(given);
  const bold = (line: string) => (paper.hasColours ? painted('bold', line) : line);
  const marked = (line: string) => (paper.hasColours ? withColouredMarks(line) : line);
  const lines = [bold(report.title)];
  for (const section of report.sections) {
    lines.push('', bold(section.title));
    for (const table of section.tables) lines.push(...tableLines(table, paper).map(marked));
    for (const remark of section.remarks) lines.push(...wrap(remark, paper.columns));
  }
  return `${lines.join('\n')}\n`;
}

/** A table without borders, indented; its last column is wrapped where the line would be too long. */
function tableLines(table: Table, { columns: width, hasBars }: Paper): string[] {
  const isLeft = (column: number) => column === 0 || (table.left ?? []).includes(column);
  const rows = table.head.length > 0 ? [table.head, ...table.rows] : table.rows;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0);
  const room = Math.max(width - INDENT.length - before, LAST_COLUMN_MIN);
  const grid = new Table3({
    chars: NO_BORDERS,
    colAligns: widths.map((_, column) => (isLeft(column) ? 'left' : 'right')),
    colWidths: widths.map((each, column) => (column < columns - 1 ? each : Math.min(each, room))),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    wordWrap: true,
  });
  for (const row of rows) grid.push([...row]);
  const lines = grid.toString().split('\n');
  const free = room - (widths.at(-1) ?? 0) - GAP.length;
  const bars = hasBars && table.bars !== undefined ? barsColumn(table.bars, free) : [];
  return lines.map((line, at) =>
    `${INDENT}${line}${bars[at] === undefined ? '' : GAP + bars[at]}`.trimEnd(),
  );
}

/** Words of a remark in lines that fit. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(' ')) {
    if (line.length + word.length > columns && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = INDENT;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** What holds is green, what does not is red. */
function withColouredMarks(line: string): string {
  return line
    .replaceAll('✓', painted('green', '✓'))
    .replace(/✗(?: ?\S)*/, (mark) => painted('red', mark));
}

function painted(style: keyof typeof STYLES, text: string): string {
  const [begin, end] = STYLES[style];
  return `\u001b[${begin}m${text}\u001b[${end}m`;
}
