/** What the built command line loads before it knows its verb. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = new URL('../../dist/sim/cli/main.js', import.meta.url);

/** commander is 105 kB of it; a verb with its packages would be 300 kB and more. */
const BYTES_MAX = 150_000;

/** The files that a module imports, and those import, until a verb is called. */
function loadedWith(url: URL, found = new Map<string, string>()): Map<string, string> {
  if (found.has(url.href)) return found;
  const text = readFileSync(fileURLToPath(url), 'utf8');
  found.set(url.href, text);
  for (const [, path] of text.matchAll(/^(?:import .*?|await import\()"(\.[^"]+)"\)?;$/gm)) {
    loadedWith(new URL(path, url), found);
  }
  return found;
}

test('the help loads commander and none of the verbs', () => {
  const texts = [...loadedWith(MAIN).values()];
  expect(texts.some((text) => text.includes('class Command'))).toBe(true);
  const bytes = texts.reduce((sum, text) => sum + text.length, 0);
  expect(bytes).toBeLessThan(BYTES_MAX);
});

test('no package is loaded but those that the build cannot hold', () => {
  const imports = [...loadedWith(MAIN).values()].flatMap((text) => [
    ...text.matchAll(/^import .*?"([^."][^"]*)";$/gm),
  ]);
  expect(imports.map(([, name]) => name).filter((name) => !name.startsWith('node:'))).toEqual([]);
});
