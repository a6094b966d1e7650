/** The choices by which requests of the sample are picked. */
import type { RunPage, Sample, SampleRow } from '../report/html/page-data.ts';
import { choice, field, html } from './dom.ts';

/** One question, and whether a request answers it as wanted. */
interface Question {
  readonly element: HTMLElement;
  wants(row: SampleRow): boolean;
}

/** The choices; `changed` gets the requests that are left, each time. */
export function requestFilter(
  { cycleNs }: RunPage,
  { rows, outcomes }: Sample,
  changed: (left: SampleRow[]) => void,
): HTMLElement {
  const apply = () => changed(rows.filter((row) => questions.every(({ wants }) => wants(row))));
  const outcomeOf = (row: SampleRow) => outcomes[row.outcome] ?? '';
  const questions: Question[] = [
    wordQuestion('Outcome', rows, outcomeOf, apply),
    wordQuestion('Direction', rows, ({ isWrite }) => (isWrite ? 'write' : 'read'), apply),
    wordQuestion('Device', rows, ({ phb, rid }) => `PHB ${phb} ${rid}`, apply),
    wordQuestion('PE', rows, ({ phb, pe }) => `PHB ${phb} PE ${pe}`, apply),
    latencyQuestion(cycleNs, apply),
    addressQuestion(apply),
  ];
  return html(
    'form',
    { class: 'row filters', 'aria-label': 'Which requests' },
    ...questions.map(({ element }) => element),
  );
}

function wordQuestion(
  name: string,
  rows: readonly SampleRow[],
  of: (row: SampleRow) => string,
  apply: () => void,
): Question {
  const words = [...new Set(rows.map(of))].sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  let wanted: string | undefined;
  const element = choice(name, ['any', ...words], 0, (index) => {
    wanted = words[index - 1];
    apply();
  });
  return { element, wants: (row) => wanted === undefined || of(row) === wanted };
}

function latencyQuestion(cycleNs: number, apply: () => void): Question {
  let least = 0;
  const input = html('input', { type: 'number', min: 0, step: 'any', placeholder: '0' });
  input.addEventListener('input', () => {
    least = Number(input.value);
    apply();
  });
  const element = field('At least, ns', input);
  return { element, wants: ({ latency }) => latency * cycleNs >= least };
}

function addressQuestion(apply: () => void): Question {
  let wanted = '';
  const input = html('input', { type: 'search', placeholder: '0x…', spellcheck: 'false' });
  input.addEventListener('input', () => {
    wanted = input.value.trim().toLowerCase();
    apply();
  });
  // Enter would send the form, which goes nowhere.
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  const element = field('Address has', input);
  return { element, wants: ({ address }) => address.includes(wanted) };
}
