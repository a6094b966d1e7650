/** The PHB and its TCE unit: the parameters that people turn most, and any other. */
import { KILL_SYNCS, MERGES, REPLACEMENTS } from '../../../models/phb/choices.ts';
import { DEFAULT_FIRMWARE, FIRMWARE_LEVELS } from '../../../models/phb/firmware.ts';
import { PARAMETER_RULES } from '../../../models/phb/parameter-rules.ts';
import { DEFAULT_PHB, PHB_PRESETS } from '../../../models/phb/presets.ts';
import { suggest } from '../../../traces/nearest.ts';
import { button, field, html } from '../../page/dom.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
import { presetsOf, settingOf, withSetting, withWord } from '../words.ts';
import { type ControlNote, group, powers, select, slider } from './control.ts';
import type { Editor } from './editor.ts';

/** A parameter and the values that its slider goes through. */
interface Slide {
  readonly key: string;
  readonly values: readonly string[] | ((words: ScenarioWords) => readonly string[]);
}

/** A parameter and the words that it takes. */
interface Pick {
  readonly key: string;
  readonly words: readonly string[];
}

const NONE_OR = (most: number) => ['0', ...powers(0, most)];
const FLAGS = ['true', 'false'];
const ENTRIES = 'tceCache.entries';
const WAYS = 'tceCache.ways';

const CACHE: readonly (Slide | Pick)[] = [
  { key: ENTRIES, values: powers(0, 16) },
  { key: WAYS, values: waysOf },
  { key: 'tceCache.replacement', words: REPLACEMENTS },
  { key: 'lineBuffer.entries', values: NONE_OR(8) },
];
const WALKS: readonly (Slide | Pick)[] = [
  { key: 'tags.count', values: powers(0, 8) },
  { key: 'tags.merge', words: MERGES },
  { key: 'walkers.count', values: NONE_OR(8) },
  { key: 'walkCache.level1', values: NONE_OR(10) },
  { key: 'walkCache.level2', values: NONE_OR(10) },
  {
    key: 'memory.readNs',
    values: ['0', '20', '40', '60', '80', '100', '150', '200', '300', '500', '1000'],
  },
  { key: 'memory.cachedLines', values: NONE_OR(20) },
];
const KILLS: readonly (Slide | Pick)[] = [
  { key: 'kill.escalatePageKill', words: FLAGS },
  { key: 'kill.sync', words: KILL_SYNCS },
  { key: 'kill.queueDepth', values: NONE_OR(8) },
  { key: 'kill.dropsWalkCaches', words: FLAGS },
];
const LINK: readonly (Slide | Pick)[] = [
  { key: 'link.generation', values: ['0', '1', '2', '3', '4', '5'] },
  { key: 'link.width', values: ['1', '2', '4', '8', '16'] },
  { key: 'dma.readEngines', values: NONE_OR(8) },
];
const OWN_CONTROLS = [...CACHE, ...WALKS, ...KILLS, ...LINK].map(({ key }) => key);

export function unitControls(editor: Editor): HTMLElement[] {
  const { words } = editor;
  const known = presetsOf(words);
  const all = (list: readonly (Slide | Pick)[]) =>
    list.filter(({ key }) => known.has(key)).map((each) => unitControl(editor, each));
  return [
    group(
      'PHB',
      select(
        'model',
        PHB_PRESETS.map(({ name }) => name),
        words.phb ?? DEFAULT_PHB,
        (phb) => editor.change((now) => withWord(now, 'phb', phb)),
      ),
      select(
        'firmware',
        FIRMWARE_LEVELS.map(({ name }) => name),
        words.firmware ?? DEFAULT_FIRMWARE,
        (firmware) => editor.change((now) => withWord(now, 'firmware', firmware)),
      ),
    ),
    group('TCE cache', ...all(CACHE)),
    group('Walks', ...all(WALKS)),
    group('Kills', ...all(KILLS)),
    group('Link and DMA', ...all(LINK)),
    group('Any other parameter', ...otherControls(editor)),
  ];
}

/** Ways divide the entries. */
function waysOf(words: ScenarioWords): readonly string[] {
  const entries = Number(settingOf(words, ENTRIES));
  return powers(0, 16).filter((ways) => entries % Number(ways) === 0);
}

function unitControl(editor: Editor, control: Slide | Pick): HTMLElement {
  const { key } = control;
  const { words } = editor;
  const chosen = settingOf(words, key);
  const set = (text: string) => {
    if (key === WAYS) editor.wishes.delete(WAYS);
    editor.change((now) => fitted(withSetting(now, key, text), editor.wishes));
  };
  const note = noteOf(words, key);
  if ('words' in control) return select(key, control.words, chosen, set, note);
  const { values } = control;
  return slider(key, typeof values === 'function' ? values(words) : values, chosen, set, note);
}

/** A cache that was made smaller has no more ways than entries; made larger again, it has as many as were wished. */
function fitted(words: ScenarioWords, wishes: Map<string, string>): ScenarioWords {
  const entries = settingOf(words, ENTRIES);
  const ways = wishes.get(WAYS) ?? settingOf(words, WAYS);
  const isTooWide = Number(ways) > Number(entries);
  if (isTooWide) wishes.set(WAYS, ways);
  return withSetting(words, WAYS, isTooWide ? entries : ways);
}

function noteOf(words: ScenarioWords, key: string): ControlNote {
  const preset = presetsOf(words).get(key);
  const { meaning, unit, allowed } = PARAMETER_RULES[key];
  const isSet = words.set?.[key] !== undefined;
  const origin = isSet ? 'yours' : preset?.origin;
  return {
    ...(origin && { origin }),
    meaning: `${meaning} [${unit}]: ${allowed.text}. By itself ${preset?.value}, ${preset?.origin}: ${preset?.source}`,
  };
}

/** Those that have no control of their own: what is set of them, and a line to set one. */
function otherControls(editor: Editor): HTMLElement[] {
  const presets = presetsOf(editor.words);
  const set = Object.keys(editor.words.set ?? {}).filter((key) => !OWN_CONTROLS.includes(key));
  const options = [...presets.keys()]
    .filter((key) => !OWN_CONTROLS.includes(key))
    .map((key) => html('option', { value: key }));
  const key = html('input', {
    type: 'text',
    'data-draft': true,
    list: 'parameter-keys',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const value = html('input', {
    type: 'text',
    'data-draft': true,
    spellcheck: 'false',
    autocomplete: 'off',
  });
  key.addEventListener('input', () => key.setCustomValidity(''));
  key.addEventListener('change', () => {
    value.placeholder = String(presets.get(key.value)?.value ?? '');
  });
  const add = button('Set', () => {
    if (key.value === '') return;
    const [name, text] = [key.value.trim(), value.value.trim()];
    const isKnown = presets.has(name);
    key.setCustomValidity(isKnown ? '' : `no such parameter${suggest(name, [...presets.keys()])}`);
    if (!key.reportValidity()) return;
    key.value = '';
    value.value = '';
    editor.change((words) => withSetting(words, name, text));
    editor.draw();
  });
  const line = html('div', { class: 'row' }, field('parameter', key), field('value', value), add);
  const list = html('datalist', { id: 'parameter-keys' }, ...options);
  return [...set.map((each) => otherSet(editor, each)), line, list];
}

function otherSet(editor: Editor, key: string): HTMLElement {
  const preset = presetsOf(editor.words).get(key)?.value;
  const goBack = () => {
    editor.change((words) => withoutSetting(words, key));
    editor.draw();
  };
  const back = button('Reset', goBack, { 'aria-label': `${key}: back to ${preset ?? 'nothing'}` });
  return html('p', { class: 'other' }, `${key} = ${settingOf(editor.words, key)}`, back);
}

function withoutSetting(words: ScenarioWords, key: string): ScenarioWords {
  const { set: { [key]: _gone, ...set } = {}, ...rest } = words;
  return Object.keys(set).length === 0 ? rest : { ...rest, set };
}
