/** Names of files and cells of logs as they can be shown: a terminal would obey what is not to be seen in them. */
import type { Report, Section, Table } from './document.ts';

/** C0 controls, DEL and C1 controls; a report has its lines by itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** The text with `\x1b` in the place of what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(
    CONTROLS,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The report with all its texts so. */
export function printableReport({ title, sections }: Report): Report {
  return { title: printable(title), sections: sections.map(printableSection) };
}

function printableSection({ title, tables, remarks }: Section): Section {
  return {
    title: printable(title),
    tables: tables.map(printableTable),
    remarks: remarks.map(printable),
  };
}

function printableTable(table: Table): Table {
  const { head, rows } = table;
  return { ...table, head: head.map(printable), rows: rows.map((row) => row.map(printable)) };
}
