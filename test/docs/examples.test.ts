/**
 * Documentation that runs: every `console` block of the documents is executed, and what it prints must be
 * what the page shows. `...` on a line of its own stands for lines left out; `[exit code N]` for the code.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'traces/README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

// Where the pages put files.
mkdirSync(`${root}out`, { recursive: true });

/** The command and the shown output of each `console` block of a page. */
function examples(page: string): { command: string; shown: string[] }[] {
  const text = readFileSync(`${root}${page}`, 'utf8');
  return [...text.matchAll(/^```console\n\$ tcesim (.*)\n([\s\S]*?)^```$/gm)].map(
    ([, command, shown]) => ({ command, shown: shown.trimEnd().split('\n') }),
  );
}

/** Runs the built command line; both streams in one, and the exit code as the pages write it. */
function output(command: string): string[] {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  const args = ['dist/sim/cli/main.js', ...words.map((word) => word.replace(/^'(.*)'$/, '$1'))];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  // A sweep that takes longer than ten seconds, on a busy machine, tells how far it is.
  const told = stderr.replace(/^\d+ points done, \d+ left.*\n/gm, '');
  const lines = `${stdout}${told}`.trimEnd().split('\n');
  return status === 0 ? lines : [...lines, `[exit code ${status}]`];
}

/** Whether shown lines match printed ones, `...` standing for any number of them. */
function firstMismatch(shown: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  let isFree = false;
  for (const line of shown) {
    if (line === '...') {
      isFree = true;
      continue;
    }
    const found = isFree ? printed.indexOf(line, at) : at;
    if (found < 0 || printed[found] !== line) return `shown '${line}', printed '${printed[at]}'`;
    at = found + 1;
    isFree = false;
  }
  return isFree || at === printed.length ? undefined : `not shown: '${printed[at]}'`;
}

describe('an example in a document', () => {
  const found = pages.flatMap((page) => examples(page).map((example) => ({ page, ...example })));

  it.each(found)('$page: shows what `tcesim $command` prints', ({ command, shown }) => {
    expect(firstMismatch(shown, output(command))).toBeUndefined();
  });

  it('stands in many pages, and in the README', () => {
    expect(found.length).toBeGreaterThan(40);
    expect(found.some(({ page }) => page === 'README.md')).toBe(true);
  });
});

describe('a scenario in docs/runs.md', () => {
  const text = readFileSync(`${root}docs/runs.md`, 'utf8');
  const shown = [...text.matchAll(/^```yaml\n# (docs\/examples\/.*)\n([\s\S]*?)^```$/gm)];

  it('is there', () => expect(shown.length).toBeGreaterThan(1));

  it.each(shown.map(([, file, text]) => [file, text]))('%s is the file itself', (file, text) => {
    const withoutHead = readFileSync(`${root}${file}`, 'utf8').replace(/^(#.*\n)+/, '');
    expect(text).toBe(withoutHead);
  });
});

describe('generated pages', () => {
  it.each([
    ['docs/parameters.md', 'list parameters --format markdown'],
    ['docs/counters.md', 'list counters --format markdown'],
    ['docs/glossary.md', 'list words --format markdown'],
    ['docs/result.schema.json', 'schema result'],
    ['docs/scenario.schema.json', 'schema scenario'],
    ['docs/study.schema.json', 'schema study'],
    ['docs/plan.schema.json', 'schema plan'],
  ])('%s is what `tcesim %s` prints', (page, command) => {
    expect(readFileSync(`${root}${page}`, 'utf8').trimEnd().split('\n')).toEqual(output(command));
  });
});
