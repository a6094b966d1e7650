/** A manual page in troff's man macros, of a command and those below it. */
import type { CommandNode } from './command-tree.ts';

/** The page `tcesim-trace-cut(1)` of a command. */
export function manualPage(command: CommandNode, version: string): string {
  const { path, description, usage, args, options, commands, notes } = command;
  const name = pageName(path);
  const above = path.includes(' ') ? [path.slice(0, path.lastIndexOf(' '))] : [];
  return [
    `.TH ${name.toUpperCase()} 1 "" "tcesim ${version}" "User Commands"`,
    ...section('NAME', [`${escaped(name)} \\- ${escaped(description)}`]),
    ...section('SYNOPSIS', [`.B ${escaped(usage)}`]),
    ...section(
      'COMMANDS',
      commands.flatMap((each) => item(each.name, each.description)),
    ),
    ...section(
      'ARGUMENTS',
      args.flatMap((each) => item(each.name, each.description)),
    ),
    ...section(
      'OPTIONS',
      options.flatMap((each) => item(each.flags, each.description)),
    ),
    ...section('NOTES', verbatim(notes)),
    ...section('SEE ALSO', seeAlso([...above, ...commands.map((each) => each.path)])),
    '',
  ].join('\n');
}

/** A section; nothing where it has no lines. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** A word in bold, and what it means, indented. */
function item(word: string, meaning: string): string[] {
  return ['.TP', `.B ${escaped(word)}`, escaped(meaning)];
}

/** Lines that stay as they are. */
function verbatim(text: string): string[] {
  return text === '' ? [] : ['.nf', ...text.split('\n').map(escaped), '.fi'];
}

function seeAlso(paths: readonly string[]): string[] {
  return paths.map(
    (path, at) => `.BR ${escaped(pageName(path))} (1)${at < paths.length - 1 ? ',' : ''}`,
  );
}

function pageName(path: string): string {
  return path.replaceAll(' ', '-');
}

/** A line of text as troff reads it: backslashes, hyphens, and what it takes for a request at the beginning. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
