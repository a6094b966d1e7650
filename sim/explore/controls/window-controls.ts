/** The DMA window of every PE, and the host that its tables come from. */
import { formatSize } from '../../../models/size.ts';
import { html } from '../../page/dom.ts';
import { MAP_MODES } from '../../replay/machine.ts';
import { DEFAULT_HOST } from '../../scenario/scenario.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
import {
  FIRST_WORDS,
  otherWindows,
  specOf,
  type WindowWords,
  windowOf,
  withWindow,
  withWord,
} from '../words.ts';
import { group, line, select, slider } from './control.ts';
import type { Editor } from './editor.ts';

const OWN = "the trace's own";
const ONE = 'one for every PE';
const SIZES = Array.from({ length: 27 }, (_, at) => formatSize(2 ** (24 + at)));
const FEWEST = 'fewest';
const LEVELS = [FEWEST, '1', '2', '3', '4', '5'];

export function windowControls(editor: Editor): HTMLElement {
  const window = windowOf(editor.words);
  const kind = select('windows', [ONE, OWN], window === undefined ? OWN : ONE, (chosen) => {
    const next = chosen === ONE ? windowOf(FIRST_WORDS) : undefined;
    editor.change((words) => withMap(withWindow(words, next), chosen === ONE));
  });
  return group('DMA window', kind, ...(window === undefined ? [] : shapeControls(editor, window)));
}

/** A new window is of no use without pages. */
function withMap(words: ScenarioWords, hasWindow: boolean): ScenarioWords {
  return hasWindow ? withWord(words, 'map', words.map ?? 'touched') : words;
}

function shapeControls(editor: Editor, { page, size, levels }: WindowWords): HTMLElement[] {
  const pages = specOf(editor.words).parameters.pageShifts.value.map((shift) =>
    formatSize(2 ** shift),
  );
  const reshape = (changed: Partial<WindowWords>) =>
    editor.change((words) => {
      const now = windowOf(words);
      return now === undefined ? words : withWindow(words, { ...now, ...changed });
    });
  return [
    slider('levels', LEVELS, levels ?? FEWEST, (value) =>
      reshape({ levels: value === FEWEST ? undefined : value }),
    ),
    slider('page', pages, page, (value) => reshape({ page: value })),
    slider('size', SIZES, size, (value) => reshape({ size: value })),
    ...otherWindows(editor.words).map((other) =>
      html('p', { class: 'note' }, `and a second window, ${other}, which stays as it is`),
    ),
    select('pages that are mapped', MAP_MODES, editor.words.map ?? 'none', (map) =>
      editor.change((words) => withWord(words, 'map', map)),
    ),
  ];
}

/** The kernel, and the memory that it takes tables from. */
export function hostControls(editor: Editor): HTMLElement {
  const { host = {} } = editor.words;
  const set = (key: 'kernel' | 'ram') => (text: string | undefined) =>
    editor.change((words) => withHost(words, key, text));
  return group(
    'Host',
    line('kernel', { text: host.kernel, preset: DEFAULT_HOST.kernel }, set('kernel'), {
      meaning: 'powernv kernel that makes the windows, as 6.12 or 4.18-4k',
    }),
    line(
      'memory',
      { text: textOf(host.ram), preset: formatSize(DEFAULT_HOST.ramBytes) },
      set('ram'),
      {
        meaning: "memory of a PHB's node, all of it free",
      },
    ),
    line(
      'free blocks by order',
      { text: host.freeBlocks?.join(','), preset: 'all are free' },
      (text) => editor.change((words) => withFreeBlocks(words, text)),
      { meaning: 'as /proc/buddyinfo counts them, 4000,900,200; instead of memory' },
    ),
    html('p', { class: 'note' }, 'Tables want memory in one piece: fewer levels, larger pieces.'),
  );
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function withHost(
  words: ScenarioWords,
  key: 'kernel' | 'ram',
  text: string | undefined,
): ScenarioWords {
  const { [key]: _before, ...others } = words.host ?? {};
  return hosted(words, text === undefined ? others : { ...others, [key]: text });
}

function withFreeBlocks(words: ScenarioWords, text: string | undefined): ScenarioWords {
  const { freeBlocks: _before, ...others } = words.host ?? {};
  if (text === undefined) return hosted(words, others);
  // What is no count goes as it is to those who refuse it.
  const freeBlocks = text
    .split(/[\s,]+/)
    .map((count) => (/^\d+$/.test(count) ? Number(count) : count));
  return hosted(words, { ...others, freeBlocks: freeBlocks as number[] });
}

function hosted(words: ScenarioWords, host: NonNullable<ScenarioWords['host']>): ScenarioWords {
  const { host: _before, ...rest } = words;
  return Object.keys(host).length === 0 ? rest : { ...rest, host };
}
