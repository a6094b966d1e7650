/**
 * Programs in docs/library.md run: each `js` block prints what the `text` block under it shows. One that begins with
 * the path of a file is that file.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'docs/examples/library';

const page = readFileSync(`${ROOT}docs/library.md`, 'utf8');
const programs = [...page.matchAll(/^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)].map(
  ([, code, shown]) => ({ code, shown, file: code.match(/^\/\/ (docs\/\S+)\n/)?.[1] }),
);

test.each(programs)('program %# of the page prints what stands under it', ({ code, shown }) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(shown);
});

test('no program of the page is left out', () => {
  expect([...page.matchAll(/^```js$/gm)]).toHaveLength(programs.length);
});

test('the files of the examples stand on the page as they are', () => {
  const files = readdirSync(`${ROOT}${FOLDER}`).map((name) => `${FOLDER}/${name}`);
  const shown = programs.flatMap(({ code, file }) => (file ? [[file, code] as const] : []));
  expect(shown.map(([file]) => file).sort()).toEqual(files.sort());
  for (const [file, code] of shown) {
    expect(code).toBe(`// ${file}\n${readFileSync(`${ROOT}${file}`, 'utf8')}`);
  }
});
