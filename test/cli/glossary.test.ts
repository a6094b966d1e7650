/** The glossary: the words that a reader meets in reports are known. */
import { expect, test } from 'vitest';
import { GLOSSARY } from '../../sim/cli/glossary/glossary.ts';
import { LISTINGS } from '../../sim/cli/listings.ts';
import { sample, succeed } from './command.ts';

const words = GLOSSARY.flatMap((chapter) => chapter.words);

test('each word is there once', () => {
  const names = words.flatMap(({ word }) => word.split(', '));
  expect(names.length).toBe(new Set(names.map((name) => name.toLowerCase())).size);
});

test('a meaning is a few sentences, and has a source', () => {
  const sentences = /^([A-Z1-9].*?\.( |$)){1,4}$/;
  const odd = words.filter(({ meaning, source }) => !sentences.test(meaning) || source === '');
  expect(odd).toEqual([]);
});

test('a word is explained in any form that it has', async () => {
  const meaning = /meaning {2}After an error the PHB stops a PE/;
  expect(await succeed('explain', 'EEH')).toMatch(meaning);
  expect(await succeed('explain', 'frozen')).toMatch(meaning);
});

test('two words are one name, and a part of a report is the figure of a result', async () => {
  const text = await succeed('explain', 'merge', 'wait');
  expect(text).toMatch(/^tcesim: mergeWait\n/);
  expect(text).toContain('definition  a merged request waiting for the fetch of another');
});

/** Heads that are plain English. */
const PLAIN = [
  ...[
    '',
    'where',
    'from',
    'until',
    'answer',
    'times',
    'first reason',
    'result',
    'because',
    'in ns',
  ],
  ...['why not', 'why not fewer, and what more would cost', 'free', 'size'],
];

/** Letters and digits of what the lists name. */
const known = new Set(
  [
    ...PLAIN,
    ...Object.values(LISTINGS)
      .flatMap(({ sections }) => sections(undefined).flatMap(({ tables }) => tables[0].rows))
      .flatMap(([names]) => names.split(', ')),
  ].map(lettersOf),
);

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

const CAPTURE = sample('p9-nvme-e1000e.arrow');
const STUDY = ['--window', '2G', '--levels', '1,2', '--page', '64K', '--requests', '500'];

test.each([
  ['run', ['run', '--trace', CAPTURE], 'merge wait'],
  ['window plan', ['window', 'plan', '--window', '1T', '--levels', '1..3'], 'charged'],
  ['sweep', ['sweep', ...STUDY], 'reads'],
  ['buddy', ['buddy', 'docs/examples/fragmented.buddyinfo'], 'unusable'],
])('the columns and parts of %s are known', async (_, args, part) => {
  const text = await succeed(...args, '--format', 'markdown');
  const heads = [...text.matchAll(/^\| (.*) \|\n\| :?--/gm)].flatMap(([, row]) => row.split(' | '));
  const parts = [...text.matchAll(/^\| {3,}(\S[^|]*?) \|/gm)].map(([, cell]) => cell);
  const shown = [...heads, ...parts].filter((each) => !/^[#\d]/.test(each));
  expect(shown).toContain(part);
  expect(shown.filter((each) => !known.has(lettersOf(each)))).toEqual([]);
});
