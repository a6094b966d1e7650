/** The only door to commander. */
import { Argument } from 'commander';

export { Command, CommanderError, type Help, Option } from 'commander';

/**
 * An argument that is one of some words. Help shows them and shells complete them; what is another word the verb
 * refuses itself, with the nearest one.
 */
export function argumentOf(
  syntax: string,
  description: string,
  words: readonly string[],
): Argument {
  const argument = new Argument(syntax, description);
  argument.argChoices = [...words];
  return argument;
}
