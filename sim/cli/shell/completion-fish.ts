/** Completion for fish 3 and later, with descriptions. Where nothing is known of a word, fish completes files. */
import { allCommands, type CommandNode } from './command-tree.ts';

/** The script; it is sourced, or put into fish's folder of completions as tcesim.fish. */
export function fishCompletion(tree: CommandNode): string {
  const commands = allCommands(tree);
  const name = tree.path;
  return `# Completion of ${name} for fish: ${name} completion fish | source
function __${name}_command
  set -l command ${name}
  for word in (commandline -opc)[2..]
    switch "$command $word"
      case ${commands
        .slice(1)
        .map(({ path }) => quoted(path))
        .join(' ')}
        set command "$command $word"
    end
  end
  echo $command
end
complete -c ${name} -e
${commands.flatMap((each) => lines(name, each)).join('\n')}
`;
}

function lines(program: string, { path, commands, options, words }: CommandNode): string[] {
  const here = `complete -c ${program} -n ${quoted(`test (__${program}_command) = '${path}'`)}`;
  return [
    ...commands.map(({ name, description }) => `${here} -f -a ${name} -d ${quoted(description)}`),
    ...words.map((word) => `${here} -f -a ${quoted(word)}`),
    ...options.map(({ long, short, description, takesValue, values }) => {
      const flags = [
        `-l ${long.slice(2)}`,
        ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
      ];
      const value = values.length === 0 ? '-r' : `-x -a ${quoted(values.join(' '))}`;
      return `${here} ${flags.join(' ')}${takesValue ? ` ${value}` : ''} -d ${quoted(description)}`;
    }),
  ];
}

/** One word, as fish reads it: in single quotes only these two are changed. */
function quoted(word: string): string {
  return `'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
