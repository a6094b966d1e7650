/** The scenario of the page, in the words of a scenario file: what is shown, replayed, and kept in the address. */
import { InputError } from '../../models/input-error.ts';
import type { Parameter } from '../../models/origin.ts';
import { DEFAULT_PHB } from '../../models/phb/presets.ts';
import { type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { phbOf } from '../scenario/phb.ts';
import type { ScenarioWords, SettingValue } from '../scenario/scenario-words.ts';

/**
 * What the page begins with: some pages are wanted often, of which a TCE cache holds a part. A kernel of 4K pages
 * makes tables of one to four levels, where one of 64K has two at most.
 */
export const FIRST_WORDS: ScenarioWords = {
  generate: { generator: 'zipf', set: { requests: 20_000, window: '16G', length: 256 } },
  phb: DEFAULT_PHB,
  windows: ['64K:16G:levels=2'],
  map: 'all',
  host: { kernel: '6.12-4k' },
};

/** A window as its controls have it; no levels: the fewest that the host can allocate. */
export interface WindowWords {
  readonly page: string;
  readonly size: string;
  readonly levels: string | undefined;
}

/** The first window of a scenario; undefined where it has none. */
export function windowOf({ windows = [] }: ScenarioWords): WindowWords | undefined {
  if (windows.length === 0) return undefined;
  const [page = '', size = '', option] = windows[0].split(':');
  return { page, size, levels: option?.replace('levels=', '') };
}

/** Windows besides the first, which the controls leave as they are. */
export function otherWindows({ windows = [] }: ScenarioWords): readonly string[] {
  return windows.slice(1);
}

/** The scenario with another first window, or without any; traffic that filled the old one fills the new one. */
export function withWindow(words: ScenarioWords, window: WindowWords | undefined): ScenarioWords {
  if (window === undefined) {
    const { windows: _windows, map: _map, ...rest } = words;
    return rest;
  }
  const { page, size, levels } = window;
  const text = levels === undefined ? `${page}:${size}` : `${page}:${size}:levels=${levels}`;
  const before = windowOf(words)?.size;
  const made = { ...words, windows: [text, ...otherWindows(words)] };
  return trafficValue(words, 'window') === before ? withTraffic(made, 'window', size) : made;
}

/**
 * The scenario with the parameters of its unit by dotted keys, as the controls know them. Throws InputError on one that
 * is given twice.
 */
export function withDottedKeys(words: ScenarioWords): ScenarioWords {
  if (words.set === undefined) return words;
  const dotted = new Map<string, SettingValue>();
  for (const [key, value] of dottedKeys(words.set)) {
    if (dotted.has(key)) throw new InputError(`set: ${key}: given twice`);
    dotted.set(key, value);
  }
  return { ...words, set: Object.fromEntries(dotted) };
}

function dottedKeys(set: Readonly<Record<string, SettingValue>>): [string, SettingValue][] {
  return Object.entries(set).flatMap(([name, value]): [string, SettingValue][] => {
    if (typeof value !== 'object' || isList(value)) return [[name, value]];
    return dottedKeys(value).map(([key, inner]) => [`${name}.${key}`, inner]);
  });
}

function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The scenario with a trace, whose windows are its own. */
export function withTrace(words: ScenarioWords, trace: string): ScenarioWords {
  const { generate: _generate, windows: _windows, map: _map, ...rest } = words;
  return { ...rest, trace };
}

/** What a scenario sets a parameter of its generator to; undefined: nothing. */
export function trafficValue({ generate }: ScenarioWords, name: string): string | undefined {
  const value = generate?.set?.[name];
  return value === undefined ? undefined : String(value);
}

/** The scenario with a parameter of its generator set, or left as it is by itself. */
export function withTraffic(
  words: ScenarioWords,
  name: string,
  text: string | undefined,
): ScenarioWords {
  const { generate } = words;
  if (generate === undefined) return words;
  const { [name]: _before, ...set } = generate.set ?? {};
  const value = text === undefined ? {} : { [name]: plainValue(text) };
  return { ...words, generate: { ...generate, set: { ...set, ...value } } };
}

/** The scenario with a parameter of the unit set, or, where that is what it has by itself, not. */
export function withSetting(words: ScenarioWords, key: string, text: string): ScenarioWords {
  const { [key]: _before, ...set } = words.set ?? {};
  const isPreset = String(presetsOf(words).get(key)?.value) === text;
  const { set: _set, ...rest } = words;
  const changed = isPreset ? set : { ...set, [key]: plainValue(text) };
  return Object.keys(changed).length === 0 ? rest : { ...rest, set: changed };
}

/** The value of a parameter of the unit. */
export function settingOf(words: ScenarioWords, key: string): string {
  return String(words.set?.[key] ?? presetsOf(words).get(key)?.value ?? '');
}

/** The scenario with one of its plain words changed; undefined takes it away. */
export function withWord(
  words: ScenarioWords,
  key: 'phb' | 'firmware' | 'map' | 'pace' | 'seed',
  text: string | undefined,
): ScenarioWords {
  const { [key]: _before, ...rest } = words;
  return text === undefined ? rest : { ...rest, [key]: text };
}

/** The PHB of a scenario as it is by itself. */
export function specOf({ phb, firmware }: ScenarioWords): PhbSpec {
  return phbOf({ settings: [], ...(phb && { phb }), ...(firmware && { firmware }) });
}

/** The parameters of a scenario's PHB as it is by itself, by key. */
export function presetsOf(words: ScenarioWords): ReadonlyMap<string, Parameter<unknown>> {
  return new Map(parametersOf(specOf(words)).map((parameter) => [parameter.key, parameter]));
}

/** A value as a scenario file has it: numbers and switches are not texts. */
function plainValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  // A seed of 007 is not that of 7.
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}
