#!/usr/bin/env node
/** The command line of tcesim: a file a verb. Results go to stdout, everything else to stderr. */
import { InputError } from '../../models/input-error.ts';
import { VERSION } from '../version.ts';
import { addBuddyCommand } from './buddy.ts';
import { EXIT_INPUT, EXIT_OK, EXIT_RUNTIME, EXIT_USAGE } from './exit-codes.ts';
import { addListCommand } from './list.ts';
import { Command, CommanderError } from './program.ts';
import { addRunCommand } from './run.ts';
import { addSchemaCommand } from './schema.ts';
import { addTraceCommand } from './trace.ts';
import { UsageError } from './usage-error.ts';
import { addVfioCommand } from './vfio.ts';
import { addWalkCommand } from './walk.ts';
import { addWindowCommand } from './window.ts';

const program = new Command('tcesim')
  .description('cycle-aware simulator of the TCE unit in IBM POWER PCI host bridges')
  .version(VERSION)
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text) => tell(text.replace(/^error: /, '')) })
  .exitOverride();

addRunCommand(program);
addTraceCommand(program);
addWalkCommand(program);
addWindowCommand(program);
addBuddyCommand(program);
addVfioCommand(program);
addListCommand(program);
addSchemaCommand(program);
for (const command of program.commands) letErrorsThrough(command);

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  tell(`standard output: cannot be written (${error.code})`);
  process.exit(EXIT_RUNTIME);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Sub-commands throw their usage errors too, so that one place decides on the exit code. */
function letErrorsThrough(command: Command): void {
  command.copyInheritedSettings(program).exitOverride();
  for (const child of command.commands) letErrorsThrough(child);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  if (error instanceof UsageError) {
    tell(error.message);
    return EXIT_USAGE;
  }
  if (error instanceof InputError) {
    tell(error.message);
    return EXIT_INPUT;
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return EXIT_OK;
  const message = error instanceof Error ? error.message : String(error);
  tell(syscall === 'write' ? `cannot be written (${code})` : `internal error: ${message}`);
  return EXIT_RUNTIME;
}

/** One line on standard error, whatever the message is made of. */
function tell(message: string): void {
  process.stderr.write(`tcesim: ${message.trim().replace(/\s*\n\s*/g, ' ')}\n`);
}
