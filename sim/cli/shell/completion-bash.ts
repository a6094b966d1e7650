/** Completion for bash 4 and later. Where nothing is known of a word, bash completes files. */
import { quotedWord } from '../../study/shell-word.ts';
import { allCommands, type CommandNode, type OptionNode } from './command-tree.ts';

/** The script; it is sourced, or put where bash-completion looks. */
export function bashCompletion(tree: CommandNode): string {
  const commands = allCommands(tree);
  const name = tree.path;
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=${name} candidates='' at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
${commands.slice(1).map(knownCommand).join('\n')}
    esac
  done
  case "$command $previous" in
${commands.flatMap(optionValues).join('\n')}
  *)
    case "$command \${current:0:1}" in
${commands.map(optionNames).join('\n')}
${commands.map(nextWords).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
  [[ $COMPREPLY == *= ]] && compopt -o nospace
  return 0
}
complete -o default -F _${name} ${name}
`;
}

function knownCommand({ path }: CommandNode): string {
  return `    '${path}') command='${path}' ;;`;
}

/** What stands behind an option. */
function optionValues({ path, options }: CommandNode): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const pattern = namesOf(option).map((name) => `'${path} ${name}'`);
      return `  ${pattern.join('|')}) candidates=${words(option.values)} ;;`;
    });
}

function optionNames({ path, options }: CommandNode): string {
  return `    '${path} -') candidates=${words(options.flatMap(namesOf))} ;;`;
}

function nextWords({ path, commands, words: known }: CommandNode): string {
  return `    '${path} '|'${path} '?) candidates=${words([...commands.map(({ name }) => name), ...known])} ;;`;
}

function namesOf({ long, short }: OptionNode): string[] {
  return [long, ...(short === undefined ? [] : [short])];
}

function words(list: readonly string[]): string {
  return list.length === 0 ? "''" : quotedWord(list.join(' '));
}
