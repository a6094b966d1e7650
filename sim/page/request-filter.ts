/** The choices by which requests of the sample are picked. */
import type { RunPage, Sample, SampleRow } from '../report/html/page-data.ts';
import { choice, field, html } from './dom.ts';

/** What a reader answers to a question. */
interface Answer {
  /** Of the question. */
  readonly name: string;
  /** Empty: nothing. */
  get(): string;
  set(text: string): void;
}

/** One question, and whether a request answers it as wanted. */
interface Question {
  readonly element: HTMLElement;
  wants(row: SampleRow): boolean;
}

/**
 * The choices, as they stand in `chosen` by their names; `changed` gets the requests that are left, at once and each
 * time.
 */
export function requestFilter(
  { cycleNs }: RunPage,
  { rows, outcomes }: Sample,
  chosen: Map<string, string>,
  changed: (left: SampleRow[]) => void,
): HTMLElement {
  const apply = () => changed(rows.filter((row) => questions.every(({ wants }) => wants(row))));
  const answerTo = (name: string): Answer => ({
    name,
    get: () => chosen.get(name) ?? '',
    set: (text) => {
      chosen.set(name, text);
      apply();
    },
  });
  const outcomeOf = (row: SampleRow) => outcomes[row.outcome] ?? '';
  const questions: Question[] = [
    wordQuestion(answerTo('Outcome'), rows, outcomeOf),
    wordQuestion(answerTo('Direction'), rows, ({ isWrite }) => (isWrite ? 'write' : 'read')),
    wordQuestion(answerTo('Device'), rows, ({ phb, rid }) => `PHB ${phb} ${rid}`),
    wordQuestion(answerTo('PE'), rows, ({ phb, pe }) => `PHB ${phb} PE ${pe}`),
    latencyQuestion(answerTo('At least, ns'), cycleNs),
    addressQuestion(answerTo('Address has')),
  ];
  apply();
  return html(
    'form',
    { class: 'row filters', 'aria-label': 'Which requests' },
    ...questions.map(({ element }) => element),
  );
}

function wordQuestion(
  answer: Answer,
  rows: readonly SampleRow[],
  of: (row: SampleRow) => string,
): Question {
  const words = [...new Set(rows.map(of))].sort((one, other) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  const chosen = words.indexOf(answer.get()) + 1;
  const element = choice(answer.name, ['any', ...words], chosen, (index) =>
    answer.set(words[index - 1] ?? ''),
  );
  // A word that nobody has is not among the choices.
  const wants = (row: SampleRow) => !words.includes(answer.get()) || of(row) === answer.get();
  return { element, wants };
}

function latencyQuestion(answer: Answer, cycleNs: number): Question {
  const input = html('input', { type: 'number', min: 0, step: 'any', placeholder: '0' });
  return {
    element: lineOf(answer, input),
    wants: ({ latency }) => latency * cycleNs >= Number(answer.get()),
  };
}

function addressQuestion(answer: Answer): Question {
  const input = html('input', { type: 'search', placeholder: '0x…', spellcheck: 'false' });
  // Enter would send the form, which goes nowhere.
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  return {
    element: lineOf(answer, input),
    wants: ({ address }) => address.includes(answer.get().trim().toLowerCase()),
  };
}

function lineOf(answer: Answer, input: HTMLInputElement): HTMLElement {
  input.value = answer.get();
  input.addEventListener('input', () => answer.set(input.value));
  return field(answer.name, input);
}
