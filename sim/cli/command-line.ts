/** The command line of tcesim: a file a verb. Results go to stdout, everything else to stderr. */
import { InputError } from '../../models/input-error.ts';
import { printable } from '../report/printable.ts';
import { SlurmError } from '../study/slurm/slurm-error.ts';
import { StoreError } from '../study/store-error.ts';
import { VERSION } from '../version.ts';
import { EXIT_INPUT, EXIT_OK, EXIT_RUNTIME, EXIT_USAGE } from './exit-codes.ts';
import { Command, CommanderError } from './program.ts';
import { UsageError } from './usage-error.ts';
import { addVerbs } from './verbs.ts';

const program = new Command('tcesim')
  .description('cycle-aware simulator of the TCE unit in IBM POWER PCI host bridges')
  .version(VERSION)
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text) => tell(withVerb(text.replace(/^error: /, ''))) })
  .exitOverride();

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  tell(`standard output: cannot be written (${error.code})`);
  process.exit(EXIT_RUNTIME);
});

try {
  const words = process.argv.slice(2);
  await addVerbs(program, words);
  await refuseUnknownHelp(words);
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
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
  if (error instanceof StoreError || error instanceof SlurmError) {
    tell(error.message);
    return EXIT_RUNTIME;
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return EXIT_OK;
  const message = error instanceof Error ? error.message : String(error);
  tell(syscall === 'write' ? `cannot be written (${code})` : `internal error: ${message}`);
  return EXIT_RUNTIME;
}

/** Help for what does not exist would be that for everything. */
async function refuseUnknownHelp([verb, asked]: readonly string[]): Promise<void> {
  const names = program.commands.map((command) => command.name());
  if (verb !== 'help' || asked === undefined || [...names, 'help'].includes(asked)) return;
  if (asked.startsWith('-')) return;
  const { suggest } = await import('../../traces/nearest.ts');
  throw new UsageError(`help: unknown '${asked}'${suggest(asked, names)}`);
}

/** What is missing is missing behind a verb, whose help says how it goes. */
function withVerb(text: string): string {
  if (!text.startsWith('missing required argument')) return text;
  const path: string[] = [];
  let command: Command | undefined = program;
  for (const word of process.argv.slice(2)) {
    command = command.commands.find((each) => each.name() === word);
    if (command === undefined) break;
    path.push(word);
  }
  const verb = path.join(' ');
  return `${verb}: ${text.trim()} (see tcesim ${verb} --help)`;
}

/** One line on standard error, whatever the message is made of. */
function tell(message: string): void {
  process.stderr.write(`tcesim: ${printable(message.trim().replace(/\s*\n\s*/g, ' '))}\n`);
}
