/** A section of the text report as it is. */
import type { Section, Table } from '../report/document.ts';
import { html } from './dom.ts';

/** A table with more rows scrolls by itself. */
const TALL_ROWS = 40;

/** Its tables and remarks under a heading. */
export function sectionView(section: Section, title = section.title): HTMLElement {
  return html('div', { class: 'block' }, html('h3', {}, title), ...sectionBody(section));
}

/** Its tables and remarks. */
export function sectionBody({ tables, remarks, title }: Section): HTMLElement[] {
  return [
    ...tables.map((table) => tableView(table, title)),
    ...remarks.map((remark) => html('p', { class: 'remark' }, remark)),
  ];
}

function tableView({ head, rows, left = [] }: Table, caption: string): HTMLElement {
  const side = (column: number) => (column === 0 || left.includes(column) ? 'words' : 'figures');
  const heads = head.map((name, column) =>
    name === '' ? html('td') : html('th', { scope: 'col', class: side(column) }, name),
  );
  const body = rows.map((row) =>
    html(
      'tr',
      {},
      ...row.map((cell, column) =>
        column === 0
          ? html('th', { scope: 'row', class: cell.startsWith('  ') ? 'inner' : '' }, cell.trim())
          : html('td', { class: side(column) }, cell),
      ),
    ),
  );
  const table = html(
    'table',
    {},
    html('caption', { class: 'hidden' }, caption),
    head.length === 0 ? null : html('thead', {}, html('tr', {}, ...heads)),
    html('tbody', {}, ...body),
  );
  return html(
    'div',
    {
      class: rows.length > TALL_ROWS ? 'scroll tall' : 'scroll',
      tabindex: 0,
      role: 'group',
      'aria-label': caption,
    },
    table,
  );
}
