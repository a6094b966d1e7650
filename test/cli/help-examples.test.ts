/** Examples of the help: every command has some, and each is a call that there is. */
import { expect, test } from 'vitest';
import { allHelps, wrongIn } from './help.ts';

const helps = await allHelps();
const commands = [...helps.keys()].filter((name) => name !== '');

/** The part of a help that begins with `Example`. */
const examplesIn = (help: string) => /\nExamples?:[\s\S]*$/.exec(help)?.[0] ?? '';

/** The calls in it, each as the words behind `tcesim`, without what stands behind a gap, a pipe or a redirection. */
function callsIn(help: string): string[][] {
  const calls = [...examplesIn(help).matchAll(/(?:^|[|;]) *tcesim ((?:[^\s|;>]+ ?)+)/gm)];
  return calls.map(([, words]) => words.trim().split(' '));
}

test.each(commands)('%s --help has examples of it', (name) => {
  const calls = callsIn(helps.get(name) ?? '').map((words) => words.join(' '));
  expect(calls.filter((call) => call.startsWith(name))).not.toEqual([]);
});

test('each example names a command, and options that it has', () => {
  const calls = [...helps.values()].flatMap(callsIn);
  expect(calls.map((words) => wrongIn(words, helps)).filter(Boolean)).toEqual([]);
});
