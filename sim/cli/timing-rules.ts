/** The rules of docs/timing.md, each by its number, as plain text. */
import { readFileSync } from 'node:fs';
import { packageFile } from '../package-file.ts';

/** The rules by their numbers: `T14` and its text, a line a paragraph, without marks of Markdown. */
export function timingRules(): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  let number: string | undefined;
  for (const block of readFileSync(packageFile('docs/timing.md'), 'utf8').split(/\n\s*\n/)) {
    if (block.startsWith('#')) number = undefined;
    const begun = /^\*\*(T\d+)\.\*\*\s/.exec(block);
    number = begun?.[1] ?? number;
    if (number === undefined || block.startsWith('|')) continue;
    const text = plain(begun ? block.slice(begun[0].length) : block);
    const before = rules.get(number);
    rules.set(number, before === undefined ? text : `${before} ${text}`);
  }
  return rules;
}

function plain(markdown: string): string {
  return markdown.replace(/[*`]/g, '').replace(/\s+/g, ' ').trim();
}
