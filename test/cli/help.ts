/** The commands of tcesim and their helps, to hold calls in texts against. */
import { succeed } from './command.ts';

/** The help of each command by its words behind `tcesim`, as `trace cut`. */
export async function allHelps(path: readonly string[] = []): Promise<Map<string, string>> {
  const help = await succeed(...path, '--help');
  const list = /\nCommands:\n([\s\S]*?)(\n\n|$)/.exec(help)?.[1] ?? '';
  const names = [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  const own = names.filter((name) => name !== 'help');
  const below = await Promise.all(own.map((name) => allHelps([...path, name])));
  return new Map([[path.join(' '), help], ...below.flatMap((helps) => [...helps])]);
}

/** What is wrong with a call, its words behind `tcesim`; undefined: the command exists, and so do its options. */
export function wrongIn(
  words: readonly string[],
  helps: ReadonlyMap<string, string>,
): string | undefined {
  const length = [3, 2, 1].find((count) => helps.has(words.slice(0, count).join(' '))) ?? 0;
  const help = helps.get(words.slice(0, length).join(' ')) ?? '';
  const isVerb = length > 0 || words.length === 0 || words[0].startsWith('-');
  if (!isVerb) return `${words.join(' ')}: no such command`;
  const options = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]);
  const unknown = options.find(
    (option) => !new RegExp(`(^|[\\s,])${option}[\\s,]`, 'm').test(help),
  );
  return unknown === undefined ? undefined : `${words.join(' ')}: no option ${unknown}`;
}
