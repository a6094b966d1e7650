/** A control of the page: something to choose, where its value comes from, what it means. */
import { choice, field, html } from '../../page/dom.ts';

/** What stands beside a control. */
export interface ControlNote {
  /** As `assumed`; absent: nothing is to be said. */
  readonly origin?: string;
  /** What it means, for those who point at it or come to it by keyboard. */
  readonly meaning?: string;
}

/** A slider along a list of values; one that is not in the list stands in front of it. */
export function slider(
  label: string,
  values: readonly string[],
  chosen: string,
  work: (value: string) => void,
  note: ControlNote = {},
): HTMLElement {
  const all = values.includes(chosen) ? values : [chosen, ...values];
  const at = all.indexOf(chosen);
  const shown = html('output', {}, chosen);
  const range = { type: 'range', min: 0, max: all.length - 1, step: 1, 'aria-valuetext': chosen };
  const input = html('input', { ...range, value: at });
  input.addEventListener('input', () => {
    const value = all[Number(input.value)];
    shown.textContent = value;
    input.setAttribute('aria-valuetext', value);
    work(value);
  });
  const made = noted(field(label, input), note);
  made.classList.add('slider');
  made.append(shown);
  return made;
}

/** A choice among words; `chosen` that is none of them stands in front. */
export function select(
  label: string,
  known: readonly string[],
  chosen: string,
  work: (word: string) => void,
  note: ControlNote = {},
): HTMLElement {
  const all = known.includes(chosen) ? known : [chosen, ...known];
  return noted(
    choice(label, all, all.indexOf(chosen), (index) => work(all[index])),
    note,
  );
}

/** A line of text; empty: what stands there by itself. */
export function line(
  label: string,
  { text, preset }: { text: string | undefined; preset: string },
  work: (text: string | undefined) => void,
  note: ControlNote = {},
): HTMLElement {
  const given = { type: 'text', placeholder: preset, spellcheck: 'false', autocomplete: 'off' };
  const input = html('input', { ...given, value: text ?? '' });
  input.addEventListener('input', () => {
    const value = input.value.trim();
    work(value === '' ? undefined : value);
  });
  return noted(field(label, input), note);
}

/** Controls under a title. */
export function group(title: string, ...controls: readonly (Node | null)[]): HTMLElement {
  return html('fieldset', {}, html('legend', {}, title), ...controls);
}

/** Controls that few people turn: out of sight until somebody opens them. */
export function fold(title: string, ...controls: readonly HTMLElement[]): HTMLElement {
  return html('details', {}, html('summary', {}, title), ...controls);
}

/** Whole powers of two from one to another, as texts. */
export function powers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String(2 ** (from + at)));
}

function noted(control: HTMLElement, { origin, meaning }: ControlNote): HTMLElement {
  if (meaning !== undefined) {
    control.dataset.meaning = meaning;
    control.querySelector('input, select')?.setAttribute('aria-description', meaning);
  }
  if (origin !== undefined) {
    control.querySelector('label')?.append(html('small', { class: `origin ${origin}` }, origin));
  }
  return control;
}
