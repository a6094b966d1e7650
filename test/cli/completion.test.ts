/**
 * `tcesim completion`: each script completes the same words, asked for in the shell itself. Wants bash, zsh and
 * fish: apt-get install zsh fish.
 */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { succeed, tcesim } from './command.ts';

/** How a shell is asked for what may stand in the place of the last word. */
const QUESTIONS = {
  bash: (words: readonly string[]) =>
    `COMP_WORDS=(${words.map(quoted).join(' ')}); COMP_CWORD=${words.length - 1}; compopt() { :; }; _tcesim; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside its line editor zsh has none of these: they print what they are given.
  zsh: (words: readonly string[]) =>
    `_describe() { print -rl -- "\${(@P)2}" }; compadd() { while [[ $1 != -- ]] shift; shift; print -rl -- "$@" }; _files() { print FILES };
     words=(${words.map(quoted).join(' ')}); CURRENT=${words.length}; _tcesim`,
  fish: (words: readonly string[]) => `complete -C ${quoted(words.join(' '))}`,
};
type Shell = keyof typeof QUESTIONS;
const PREPARED = { bash: '', zsh: 'compdef() { :; };', fish: '' };

function quoted(word: string): string {
  return `'${word}'`;
}

/** What the shell offers, without descriptions. */
function offered(shell: Shell, script: string, words: readonly string[]): string[] {
  const text = `${PREPARED[shell]}\n${script}\n${QUESTIONS[shell](words)}\n`;
  const { stdout, stderr } = spawnSync(shell, ['-c', text], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const names = stdout.split('\n').map((line) => line.split(shell === 'zsh' ? ':' : '\t')[0]);
  const typed = words.at(-1) ?? '';
  return names.filter((name) => name !== '' && name.startsWith(typed)).sort();
}

for (const shell of Object.keys(QUESTIONS) as Shell[]) {
  const isThere = spawnSync(shell, ['--version']).error === undefined;
  const absence = isThere ? '' : ` (skipped: no ${shell} here)`;
  if (!isThere) process.stderr.write(`test/cli/completion: ${shell} is not tested${absence}\n`);

  describe.skipIf(!isThere)(`in ${shell}${absence}`, () => {
    let script = '';
    const ask = (...words: string[]) => offered(shell, script, ['tcesim', ...words]);

    beforeAll(async () => {
      script = await succeed('completion', shell);
    });

    test('verbs, and verbs of verbs', () => {
      expect(ask('s')).toEqual(['schema', 'slurm', 'sweep']);
      expect(ask('trace', 'c')).toEqual(['cat', 'cut']);
      expect(ask('trace', 'generate', 'nic')).toEqual(['nic-rx', 'nic-tx']);
    });

    test('options of the verb at hand, behind other words as well', () => {
      expect(ask('run', '--req')).toEqual(['--requests', '--requests-share']);
      expect(ask('run', '--trace', 't.arrow', '--ph')).toEqual(['--phb']);
      expect(ask('merge', '--')).toEqual(['--help', '--output']);
    });

    test('names that an option takes', () => {
      expect(ask('run', '--phb', 'phb4')).toEqual(['phb4', 'phb4-small']);
      expect(ask('run', '--format', '')).toEqual(['csv', 'json', 'markdown', 'table']);
      expect(ask('run', '--set', 'tceCache.r')).toEqual([
        'tceCache.replacement=',
        'tceCache.responseCycles=',
      ]);
    });

    test('words that an argument takes', () => {
      expect(ask('list', 'p')).toEqual(['parameters', 'phbs', 'policies']);
      expect(ask('explain', 'tags.')).toEqual(['tags.count', 'tags.merge']);
    });
  });
}

test('another shell is refused with those that there are', async () => {
  expect(await tcesim('completion', 'powershell')).toMatchObject({
    code: 2,
    stderr: "tcesim: completion: unknown 'powershell'; known: bash, zsh, fish\n",
  });
});
