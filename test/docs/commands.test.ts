/**
 * Commands in the documents that are not executed, in blocks of a shell and in running text: each names a command
 * that there is, with options that it has. Those of `console` blocks are executed by examples.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allHelps, wrongIn } from '../cli/help.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && file !== 'CHANGELOG.md');

const helps = await allHelps();

/** What stands in code: blocks, their lines joined where they go on, and spans. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const lines = blocks
    .filter(([, language]) => ['', 'sh', 'console'].includes(language))
    .flatMap(([, language, block]) => {
      const all = block.replaceAll(/\\\n\s*/g, '').split('\n');
      // The rest of a console is what was printed.
      return language === 'console' ? all.filter((line) => line.startsWith('$ ')) : all;
    });
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...lines, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span)];
}

/** Calls of tcesim in a piece of code, each as its words; what a shell makes of the rest is left out. */
function callsIn(code: string): string[][] {
  return [...code.matchAll(/(?:^|[|;(&]|&&|\$ )\s*(?:npx )?tcesim ([^|;>)#&]*)/g)].map(([, call]) =>
    call
      .replaceAll(/'[^']*'|"[^"]*"/g, 'TEXT')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
}

test('there are many', () => {
  const calls = documents.flatMap((file) => codeIn(readFileSync(join(ROOT, file), 'utf8')));
  expect(calls.flatMap(callsIn).length).toBeGreaterThan(200);
});

test.each(documents)('%s names commands and options that exist', (file) => {
  const calls = codeIn(readFileSync(join(ROOT, file), 'utf8')).flatMap(callsIn);
  const wrong = calls
    // `tcesim 0.1.0` is a program, and `tcesim <verb>` any of them.
    .filter(([first = '']) => /^[a-z-]/.test(first))
    .map((words) => wrongIn(words, helps))
    .filter(Boolean);
  expect(wrong).toEqual([]);
});
