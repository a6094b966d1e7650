/** `tcesim explain`: what the lists and the rules say of one name. */
import { expect, test } from 'vitest';
import { succeed, tcesim } from './command.ts';

/** Text without its lines. */
const words = (text: string) => text.replace(/\s+/g, ' ');

test('a parameter has its meaning, what each PHB has, and the rule that uses it', async () => {
  const text = await succeed('explain', 'kill.escalatePageKill');
  expect(words(text)).toContain('meaning whether firmware turns page kills into PE kills');
  expect(text).toMatch(/^ {2}phb3 +false +documented /m);
  expect(text).toMatch(/^ {2}Firmware pre2021 on PHB4 and PHB5 +false +documented/m);
  expect(words(text)).toContain(
    'Rule T28 (docs/timing.md) Firmware turns page kills into PE kills',
  );
});

test('a figure of several rules has all of them', async () => {
  const text = await succeed('explain', 'merged');
  expect(text.match(/^Rule T\d+/gm)).toEqual(['Rule T14', 'Rule T15', 'Rule T16']);
});

test('a rule is asked for by its number, a name in any case', async () => {
  expect(words(await succeed('explain', 't21'))).toContain('A request is counted once');
  expect(await succeed('explain', 'TCECACHE.WAYS')).toMatch(/^tcesim: tceCache\.ways\n/);
});

test.each([
  ['nic-rx', 'Generators'],
  ['phb5', 'PHBs'],
  ['capture-jsonl', 'Trace formats'],
  ['powervm', 'Hypervisors'],
])('%s is one of the %s', async (name, title) => {
  expect(await succeed('explain', name)).toContain(`\n${title}\n`);
});

test('a name that is near to none is refused with a few', async () => {
  const { code, stderr } = await tcesim('explain', 'zzzzzzzzz');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^tcesim: explain: unknown 'zzzzzzzzz'; the nearest: \S+(, [^,]+){3}\n$/);
});

test('of names that begin with the word the nearest is proposed', async () => {
  const { code, stderr } = await tcesim('explain', 'merg');
  expect([code, stderr]).toEqual([2, "tcesim: explain: unknown 'merg', did you mean 'merged'?\n"]);
});

test('an unknown name is refused with the nearest', async () => {
  expect(await tcesim('explain', 'tceCache.way')).toEqual({
    code: 2,
    stdout: '',
    stderr: "tcesim: explain: unknown 'tceCache.way', did you mean 'tceCache.ways'?\n",
  });
});
