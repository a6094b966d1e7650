/** `tcesim man`: manual pages, from the same descriptions as the help. */
import { suggest } from '../../traces/nearest.ts';
import { VERSION } from '../version.ts';
import type { Command } from './program.ts';
import { allCommands, commandTree } from './shell/command-tree.ts';
import { manualPage } from './shell/manual-page.ts';
import { UsageError } from './usage-error.ts';

/** Gives the verb its work; the program has all its verbs. */
export function define(verb: Command, program: Command): void {
  verb
    .argument('[command...]', 'as run, or trace cut (tcesim itself)')
    .addHelpText('after', EXAMPLES)
    .action((words: readonly string[]) => {
      process.stdout.write(manualOf(program, words));
    });
}

const EXAMPLES = `
Examples:
  tcesim man run | man -l -
  tcesim man trace cut > ~/.local/share/man/man1/tcesim-trace-cut.1`;

/** Throws UsageError on a command that is none. */
function manualOf(program: Command, words: readonly string[]): string {
  const path = [program.name(), ...words].join(' ');
  const all = allCommands(commandTree(program));
  const page = all.find((each) => each.path === path);
  if (page !== undefined) return manualPage(page, VERSION);
  const names = all.slice(1).map((each) => each.path.slice(program.name().length + 1));
  throw new UsageError(`man: unknown '${words.join(' ')}'${suggest(words.join(' '), names)}`);
}
