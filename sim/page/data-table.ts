/** A table that can be sorted by any of its columns, some rows at a time. */
import { formatCount } from '../report/numbers.ts';
import { button, type Child, html } from './dom.ts';

export interface Column<Row> {
  readonly name: string;
  /** What a row is sorted by. */
  readonly of: (row: Row) => number | string;
  /** What stands in the cell; as it is sorted by where this is missing. */
  readonly show?: (row: Row) => Child;
  /** Whether its cells are words, which stand on the left. */
  readonly isWords?: boolean;
}

export interface DataTable<Row> {
  readonly element: HTMLElement;
  /** Shows other rows, from the first on. */
  fill(rows: readonly Row[]): void;
}

/** A table of rows; `caption` names it. */
export function dataTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  rowsShown = 25,
): DataTable<Row> {
  let all = rows;
  let sorted: { column: Column<Row>; isDown: boolean } | undefined;
  let from = 0;
  const body = html('tbody');
  const place = html('span', { role: 'status' });
  const turn = (by: number) => {
    from += by;
    draw();
  };
  const back = button('Back', () => turn(-rowsShown));
  const further = button('Further', () => turn(rowsShown));
  const pages = html('div', { class: 'pages' }, place, back, further);
  const heads = columns.map((column) => {
    const head = html('th', { scope: 'col', class: column.isWords ? 'words' : 'figures' });
    head.append(
      button(column.name, () => {
        const isDown = sorted?.column === column ? !sorted.isDown : !column.isWords;
        sorted = { column, isDown };
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
        from = 0;
        draw();
      }),
    );
    return head;
  });
  const draw = () => {
    const ordered = sorted === undefined ? all : sortedBy(all, sorted.column, sorted.isDown);
    const shown = ordered.slice(from, from + rowsShown);
    body.replaceChildren(
      ...shown.map((row) => html('tr', {}, ...columns.map((column) => cellOf(column, row)))),
    );
    const last = from + shown.length;
    place.textContent = `${formatCount(last === 0 ? 0 : from + 1)} to ${formatCount(last)} of ${formatCount(all.length)}`;
    back.disabled = from === 0;
    further.disabled = last === all.length;
    pages.hidden = all.length <= rowsShown;
  };
  draw();
  const table = html(
    'table',
    { class: 'sortable' },
    html('caption', { class: 'hidden' }, caption),
    html('thead', {}, html('tr', {}, ...heads)),
    body,
  );
  const region = { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption };
  return {
    element: html('div', {}, html('div', region, table), pages),
    fill: (others) => {
      all = others;
      from = 0;
      draw();
    },
  };
}

function cellOf<Row>({ of, show, isWords }: Column<Row>, row: Row): HTMLTableCellElement {
  const shown = show === undefined ? String(of(row)) : show(row);
  return html('td', { class: isWords ? 'words' : 'figures' }, shown);
}

function sortedBy<Row>(rows: readonly Row[], { of }: Column<Row>, isDown: boolean): Row[] {
  const sign = isDown ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [first, second] = [of(one), of(other)];
    if (typeof first === 'number' && typeof second === 'number') return sign * (first - second);
    return sign * String(first).localeCompare(String(second), 'en', { numeric: true });
  });
}
