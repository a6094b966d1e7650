/** `tcesim completion`: a script that lets a shell complete commands, options, parameters and files. */
import { suggest } from '../../traces/nearest.ts';
import { argumentOf, type Command } from './program.ts';
import { type CommandNode, commandTree } from './shell/command-tree.ts';
import { bashCompletion } from './shell/completion-bash.ts';
import { fishCompletion } from './shell/completion-fish.ts';
import { zshCompletion } from './shell/completion-zsh.ts';
import { UsageError } from './usage-error.ts';

const SHELLS: Readonly<Record<string, (tree: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Gives the verb its work; the program has all its verbs. */
export function define(verb: Command, program: Command): void {
  verb
    .addArgument(argumentOf('<shell>', 'whose script', Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      process.stdout.write(scriptOf(shell)(commandTree(program)));
    });
}

const EXAMPLES = `
Examples:
  source <(tcesim completion bash)
  tcesim completion bash > ~/.local/share/bash-completion/completions/tcesim
  tcesim completion zsh > "\${fpath[1]}/_tcesim"
  tcesim completion fish > ~/.config/fish/completions/tcesim.fish`;

function scriptOf(shell: string): (tree: CommandNode) => string {
  if (Object.hasOwn(SHELLS, shell)) return SHELLS[shell];
  throw new UsageError(`completion: unknown '${shell}'${suggest(shell, Object.keys(SHELLS))}`);
}
