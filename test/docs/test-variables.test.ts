/** The table in test/README.md has every environment variable that a test reads, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name as string);
}

test('the variables of the tests are those of the table, each with the file that reads it', () => {
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll('\\', '/'));
  const read = files.flatMap((name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    return [...new Set(found(text, /\benv(?:\.|, ')([A-Z][A-Z_]+)/g))].map(
      (variable) => `${variable} ${name}`,
    );
  });
  const table = readFileSync(`${folder}/README.md`, 'utf8');
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` \|.*\| `([^`]+)` \|$/gm)];
  expect(rows.map(([, variable, name]) => `${variable} ${name}`).sort()).toEqual(read.sort());
});
