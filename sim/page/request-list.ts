/** The sample of requests: pick some, sort them, and click one to see its walk. */
import type { LogPage, RunPage, SampleRow } from '../report/html/page-data.ts';
import { formatCount, formatNs, formatTime } from '../report/numbers.ts';
import type { ChosenRequest } from './chosen-request.ts';
import { type Column, dataTable } from './data-table.ts';
import { button, html } from './dom.ts';
import { requestFilter } from './request-filter.ts';
import { walkView } from './walk-view.ts';

const ROWS_SHOWN = 12;

export function requestList(page: RunPage, log: LogPage, chosen: ChosenRequest): HTMLElement {
  const { sample } = log;
  const detail = html('div', { id: 'walk-view', 'aria-live': 'polite' });
  const show = (row: SampleRow) => detail.replaceChildren(walkView(page, sample, row));
  const open = (row: SampleRow) => {
    chosen.choose(row);
    show(row);
    detail.querySelector('h3')?.focus();
  };
  const table = dataTable(
    'Requests of the sample',
    columnsOf(page, log, open),
    sample.rows,
    ROWS_SHOWN,
  );
  const first = chosen.among(sample.rows);
  if (first !== undefined) show(first);
  return html(
    'div',
    { id: 'requests-list' },
    requestFilter(page, sample, chosen.filter, (left) => table.fill(left)),
    table.element,
    detail,
  );
}

function columnsOf(
  { cycleNs }: RunPage,
  { sample }: LogPage,
  open: (row: SampleRow) => void,
): Column<SampleRow>[] {
  const walkButton = (row: SampleRow) =>
    button(formatCount(row.n), () => open(row), {
      class: 'link',
      'aria-label': `${formatCount(row.n)}: the walk of this request of PHB ${row.phb}`,
    });
  return [
    { name: 'request', of: ({ n }) => n, show: walkButton },
    { name: 'PHB', of: ({ phb }) => phb },
    { name: 'PE', of: ({ pe }) => pe },
    { name: 'device', of: ({ rid }) => rid, isWords: true },
    { name: 'direction', of: ({ isWrite }) => (isWrite ? 'write' : 'read'), isWords: true },
    {
      name: 'bus address',
      of: ({ address }) => address,
      show: ({ address }) => html('span', { class: 'code' }, address),
      isWords: true,
    },
    { name: 'bytes', of: ({ length }) => length, show: ({ length }) => formatCount(length) },
    { name: 'outcome', of: ({ outcome }) => sample.outcomes[outcome] ?? '', isWords: true },
    {
      name: 'arrives',
      of: ({ arrive }) => arrive,
      show: ({ arrive }) => formatTime(arrive * cycleNs),
    },
    {
      name: 'ns',
      of: ({ latency }) => latency,
      show: ({ latency }) => formatNs(latency * cycleNs),
    },
  ];
}
