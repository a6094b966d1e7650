/** Which requests there are: a generator and its parameters, or a trace. */
import { GENERATORS } from '../../../traces/generate/generate.ts';
import type { GeneratorParameter } from '../../../traces/generate/parameters.ts';
import { button, html } from '../../page/dom.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
import { CAPTURE, ROWS_MAX } from '../question.ts';
import { FIRST_WORDS, trafficValue, withTrace, withTraffic, withWord } from '../words.ts';
import { fold, group, line, select, slider } from './control.ts';
import type { Editor } from './editor.ts';

const CAPTURE_WORDS = 'capture: POWER9 Linux, NVMe and network';
/** Of a generator, in sight. */
const FIRST_PARAMETERS = ['requests', 'window'];
const PACES = ['as the trace has it', 'closed', 'interval'] as const;
const REQUESTS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000];
const REQUEST_WORDS = [...REQUESTS, 500_000, ROWS_MAX].map(String);

export function trafficControls(editor: Editor): HTMLElement {
  const { words } = editor;
  const names = GENERATORS.map(({ name }) => name);

  const sources = [...names, CAPTURE_WORDS, ...editor.traces];
  const file = filePicker(editor);
  const source = select('source', sources, sourceOf(words), (chosen) => {
    if (names.includes(chosen)) editor.change((now) => withGenerator(now, chosen));
    else editor.change((now) => withTrace(now, chosen === CAPTURE_WORDS ? CAPTURE : chosen));
  });
  const generator = GENERATORS.find(({ name }) => name === words.generate?.generator);
  const note =
    generator?.description ?? 'Its own order and times, and what software did to its tables.';
  return group(
    'Traffic',
    source,
    html('p', { class: 'note' }, note),
    ...(generator === undefined ? [] : generatorControls(editor, generator.parameters)),
    paceControl(editor),
    button('Open a trace…', () => file.click()),
    file,
  );
}

function sourceOf({ trace, generate }: ScenarioWords): string {
  if (trace === CAPTURE) return CAPTURE_WORDS;
  return trace ?? generate?.generator ?? '';
}

/** The scenario with another generator, which keeps what all of them have. */
function withGenerator(words: ScenarioWords, generator: string): ScenarioWords {
  const known = GENERATORS.find(({ name }) => name === generator)?.parameters ?? [];
  const { generate: first } = FIRST_WORDS;
  const before = words.generate?.set ?? first?.set ?? {};
  const kept = Object.entries(before).filter(
    ([key]) => key !== 'length' && known.some(({ name }) => name === key),
  );
  const own = generator === first?.generator ? first.set : {};
  const { trace: _trace, ...rest } = words;
  // A generator has no windows of its own.
  const { windows = FIRST_WORDS.windows, map = 'touched' } = words;
  return {
    ...rest,
    generate: { generator, set: { ...own, ...Object.fromEntries(kept) } },
    windows,
    map,
  };
}

/** How many requests and over how much; what else a generator takes is folded up. */
function generatorControls(
  editor: Editor,
  parameters: readonly GeneratorParameter[],
): HTMLElement[] {
  const isFirst = ({ name }: GeneratorParameter) => FIRST_PARAMETERS.includes(name);
  const controlOf = (parameter: GeneratorParameter) => trafficControl(editor, parameter);
  const others = parameters.filter((parameter) => !isFirst(parameter)).map(controlOf);
  return [...parameters.filter(isFirst).map(controlOf), fold('More of the generator', ...others)];
}

function trafficControl(editor: Editor, { name, description, preset }: GeneratorParameter) {
  const text = trafficValue(editor.words, name);
  const note = { meaning: description };
  if (name === 'requests') {
    return slider(
      name,
      REQUEST_WORDS,
      text ?? preset,
      (value) => editor.change((words) => withTraffic(words, name, value)),
      note,
    );
  }
  return line(
    name,
    { text, preset },
    (value) => editor.change((words) => withTraffic(words, name, value)),
    note,
  );
}

/** Who waits for whom. */
function paceControl(editor: Editor): HTMLElement {
  const { pace = '' } = editor.words;
  const [kind = '', value = ''] = pace.split(/:(.*)/);
  const chosen = PACES.find((known) => known === kind) ?? PACES[0];
  const setPace = (text: string | undefined) => (words: ScenarioWords) =>
    withWord(words, 'pace', text);
  const kinds = select('pace', PACES, chosen, (next) => {
    const presets = { closed: 'closed:32', interval: 'interval:100', [PACES[0]]: undefined };
    editor.change(setPace(presets[next as keyof typeof presets]));
  });
  if (chosen === PACES[0]) return kinds;
  const label = chosen === 'closed' ? 'requests outstanding' : 'ns between requests';
  const amount = line(label, { text: value, preset: '' }, (text) =>
    editor.change(setPace(`${chosen}:${text ?? ''}`)),
  );
  return html('div', { class: 'row' }, kinds, amount);
}

function filePicker(editor: Editor): HTMLInputElement {
  const input = html('input', {
    type: 'file',
    class: 'hidden',
    'aria-label': 'An Arrow trace',
    tabindex: -1,
  });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) editor.take(file);
  });
  return input;
}
