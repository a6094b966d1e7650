/** Links between documents lead somewhere. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '');

/** The files that a page links to, as paths from the root; what it shows of a console is no link. */
function targetsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('#'))
    .map((target) => join(dirname(page), target.replace(/#.*$/, '')));
}

test('there are such pages', () => expect(pages.length).toBeGreaterThan(20));

test.each(pages)('%s links to files that are there', (page) => {
  expect(targetsOf(page).filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
});

test('every page below docs is linked from another', () => {
  const linked = new Set(
    pages.flatMap((page) => targetsOf(page).filter((target) => target !== page)),
  );
  const docs = pages.filter((page) => page.startsWith('docs/'));
  expect(docs.filter((page) => !linked.has(page))).toEqual([]);
});
