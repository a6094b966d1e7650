/** The only door to commander. */
export { Argument, Command, CommanderError, Option } from 'commander';
