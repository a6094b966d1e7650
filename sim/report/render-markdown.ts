/** A report as GitHub-flavoured Markdown. */
import type { Report, Table } from './document.ts';
import { printableReport } from './printable.ts';

/** The report with a heading for each section and a pipe table for each table. */
export function renderMarkdown(report: Report): string {
  const { title: name, sections } = printableReport(report);
  const parts = [`# ${name}`];
  for (const { title, tables, remarks } of sections) {
    parts.push(`## ${title}`, ...tables.map(pipeTable), ...remarks);
  }
  return `${parts.join('\n\n')}\n`;
}

/** A pipe table; one without a head gets an empty one, which Markdown demands. */
function pipeTable({ head, rows, left = [] }: Table): string {
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const titles = Array.from({ length: columns }, (_, column) => head[column] ?? '');
  const rule = titles.map((_, column) => (column === 0 || left.includes(column) ? ':--' : '--:'));
  return [titles, rule, ...rows]
    .map((cells) => `| ${cells.map(escapePipe).join(' | ')} |`)
    .join('\n');
}

function escapePipe(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
