/**
 * The command line as data, for completions and manuals: commands with their options and what stands behind them.
 * What names an option takes is known to the lists.
 */
import { LISTINGS } from '../listings.ts';
import type { Command, Help, Option } from '../program.ts';

export interface CommandNode {
  /** `tcesim trace cut`. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  /** `tcesim trace cut [options] <file>`. */
  readonly usage: string;
  readonly args: readonly { readonly name: string; readonly description: string }[];
  /** What its help says behind the options. */
  readonly notes: string;
  readonly commands: readonly CommandNode[];
  readonly options: readonly OptionNode[];
  /** Words that may stand behind the command; empty where these are files, or anything. */
  readonly words: readonly string[];
}

export interface OptionNode {
  /** As the help shows it: `-o, --output <dir>`. */
  readonly flags: string;
  /** `--format`. */
  readonly long: string;
  /** `-o`. */
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** Words that its value may begin with; empty where it is a file, or anything. */
  readonly values: readonly string[];
}

/** Lists that have an option's values; those of --set are keys, and a value behind each. */
const LISTS_OF_OPTIONS: Readonly<Record<string, string>> = {
  '--phb': 'phbs',
  '--firmware': 'firmware',
  '--hypervisor': 'hypervisors',
  '--policy': 'policies',
};

/** The tree of a command and all below it. */
export function commandTree(command: Command, above: readonly string[] = []): CommandNode {
  const path = [...above, command.name()];
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  return {
    path: path.join(' '),
    name: command.name(),
    description: command.description(),
    usage: help.commandUsage(command),
    args: help.visibleArguments(command).map((argument) => ({
      name: help.argumentTerm(argument),
      description: help.argumentDescription(argument),
    })),
    notes: notesOf(command),
    commands: commands.map((each) => commandTree(each, path)),
    options: help.visibleOptions(command).map((option) => optionNode(option, help)),
    words: [
      ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      ...(command.name() === 'explain' ? namesIn('parameters') : []),
    ],
  };
}

/** All commands of a tree, the uppermost first. */
export function allCommands(tree: CommandNode): CommandNode[] {
  return [tree, ...tree.commands.flatMap(allCommands)];
}

/** The part of a command's help that is written by hand: commander only prints it, with the rest in front. */
function notesOf(command: Command): string {
  const kept = command.configureOutput();
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(kept);
  return text.slice(command.helpInformation().length).trim();
}

function optionNode(option: Option, help: Help): OptionNode {
  const long = option.long ?? '';
  return {
    flags: option.flags,
    long,
    short: option.short,
    description: help.optionDescription(option),
    takesValue: option.required || option.optional,
    values: option.argChoices ?? valuesOf(long),
  };
}

function valuesOf(long: string): readonly string[] {
  if (long === '--set') return namesIn('parameters').map((key) => `${key}=`);
  return Object.hasOwn(LISTS_OF_OPTIONS, long) ? namesIn(LISTS_OF_OPTIONS[long]) : [];
}

/** The names in a list, in its order, each once. */
function namesIn(list: string): string[] {
  const tables = LISTINGS[list].sections(undefined).flatMap((section) => section.tables);
  return [...new Set(tables.flatMap(({ rows }) => rows.map(([name]) => name)))];
}
