/** Completion for zsh, with descriptions. Where nothing is known of a word, zsh completes files. */
import { quotedWord } from '../../study/shell-word.ts';
import { allCommands, type CommandNode, type OptionNode } from './command-tree.ts';

/** The script; it is sourced, or put into a folder of $fpath as _tcesim. */
export function zshCompletion(tree: CommandNode): string {
  const commands = allCommands(tree);
  const name = tree.path;
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local command=${name} at
  local -a candidates
  for ((at = 2; at < CURRENT; at++)); do
    case "$command \${words[at]}" in
${commands.slice(1).map(knownCommand).join('\n')}
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${commands.flatMap(optionValues).join('\n')}
  *)
    case "$command \${words[CURRENT][1]}" in
${commands.map(optionNames).join('\n')}
${commands.map(nextWords).join('\n')}
    esac
    if ((#candidates)); then _describe ${name} candidates; else _files; fi ;;
  esac
}
if [[ \${funcstack[1]} == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function knownCommand({ path }: CommandNode): string {
  return `    '${path}') command='${path}' ;;`;
}

/** What stands behind an option; behind the sign of a key its value follows at once. */
function optionValues({ path, options }: CommandNode): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ long, short, values }) => {
      const pattern = [long, short].flatMap((name) => (name ? [`'${path} ${name}'`] : []));
      const keys = values.some((value) => value.endsWith('=')) ? "-S '' " : '';
      const work =
        values.length === 0 ? '_files' : `compadd ${keys}-- ${values.map(quotedWord).join(' ')}`;
      return `  ${pattern.join('|')}) ${work} ;;`;
    });
}

function optionNames({ path, options }: CommandNode): string {
  const names = options.flatMap(({ long, short, description }: OptionNode) =>
    [long, short].flatMap((name) => (name ? [described(name, description)] : [])),
  );
  return `    '${path} -') candidates=(${names.join(' ')}) ;;`;
}

function nextWords({ path, commands, words }: CommandNode): string {
  const next = [
    ...commands.map(({ name, description }) => described(name, description)),
    ...words.map(quotedWord),
  ];
  return `    '${path} '|'${path} '?) candidates=(${next.join(' ')}) ;;`;
}

function described(name: string, description: string): string {
  return quotedWord(`${name}:${description}`);
}
