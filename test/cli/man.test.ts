/** `tcesim man`: pages that man can show, from the descriptions that --help shows. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { succeed, tcesim } from './command.ts';

const groff = spawnSync('groff', ['--version']).error === undefined;
if (!groff) process.stderr.write('test/cli/man: pages are not set (skipped: no groff here)\n');

test('the page of a verb has its usage, each option and its examples', async () => {
  const page = await succeed('man', 'compare');
  expect(page).toMatch(/^\.TH TCESIM-COMPARE 1 /);
  expect(page).toContain('.SH SYNOPSIS\n.B tcesim compare [options] <base> <new>\n');
  expect(page).toContain('.TP\n.B \\-\\-threshold <text>\nwhat must hold');
  expect(page).toContain('.SH NOTES\n.nf\nThresholds:');
  expect(page).toContain('tcesim compare bench/baselines out/now\n');
  expect(page).toContain('.SH SEE ALSO\n.BR tcesim (1)');
});

test('the page of tcesim names the pages of all verbs', async () => {
  const page = await succeed('man');
  const help = await succeed('--help');
  const verbs = [...help.matchAll(/^ {2}(\w+) {2,}\w/gm)].map(([, verb]) => verb);
  expect(verbs.length).toBeGreaterThan(10);
  for (const verb of verbs.filter((each) => each !== 'help')) {
    expect(page).toMatch(new RegExp(`^\\.BR tcesim\\\\-${verb} \\(1\\),?$`, 'm'));
  }
});

test('a page of a verb of a verb', async () => {
  expect(await succeed('man', 'trace', 'cut')).toContain('.B tcesim trace cut [options] <file>');
});

test.skipIf(!groff)('groff sets every page without a warning', async () => {
  for (const words of [[], ['run'], ['sweep'], ['trace', 'generate', 'zipf'], ['vfio']]) {
    const page = await succeed('man', ...words);
    const set = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: page, encoding: 'utf8' });
    expect([words, set.stderr]).toEqual([words, '']);
  }
});

test('an unknown command is refused with the nearest', async () => {
  expect(await tcesim('man', 'trace', 'cutt')).toMatchObject({
    code: 2,
    stderr: "tcesim: man: unknown 'trace cutt', did you mean 'trace cut'?\n",
  });
});
