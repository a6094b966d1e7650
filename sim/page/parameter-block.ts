/** Parameters at a glance; where their values come from below. */
import type { ParameterGroup } from '../report/html/page-data.ts';
import { formatCountOf } from '../report/numbers.ts';
import { html } from './dom.ts';
import { sectionBody } from './section-view.ts';

export function parameterBlock({ name, note, list }: ParameterGroup): HTMLElement {
  const short = list.map(({ key, value, source }) =>
    html('li', { title: source }, html('span', {}, key), html('b', {}, value)),
  );
  const rows = list.map(({ key, value, source }) => [key, value, source]);
  const table = { head: ['parameter', 'value', 'because'], rows, left: [2] };
  return html(
    'div',
    { class: 'block' },
    html('h3', {}, `${name}: ${formatCountOf(list.length, 'parameter')}`),
    html('p', { class: 'note' }, note),
    html('ul', { class: 'parameters' }, ...short),
    html(
      'details',
      {},
      html('summary', {}, 'Where the values come from'),
      ...sectionBody({ title: name, tables: [table], remarks: [] }),
    ),
  );
}
