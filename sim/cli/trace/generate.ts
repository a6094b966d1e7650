/** `tcesim trace generate`: a verb a generator, so that each has its own parameters and its own help. */
import { GENERATORS, generate } from '../../../traces/generate/generate.ts';
import type { TraceGenerator } from '../../../traces/generate/generator.ts';
import { writeTrace } from '../../../traces/write.ts';
import type { Command } from '../program.ts';
import { UsageError } from '../usage-error.ts';
import { addOutput, commandText, TRACE_OUTPUT } from './shared.ts';

/** Adds the verb with one below it for each generator. */
export function addGenerate(trace: Command): void {
  const command = trace
    .command('generate')
    .description('write a trace of synthetic traffic; a generator has its own --help')
    .usage('<generator> -o FILE [parameters]')
    .argument('<generator>')
    .argument('[parameters...]')
    .allowUnknownOption()
    // Known names lead to the verbs below; this answers what is left.
    .action((name: string, words: readonly string[]) => refuse([name, ...words]));
  for (const generator of GENERATORS) addGenerator(command, generator);
}

/** Says what is wrong with words that do not begin with a generator's name. */
function refuse(words: readonly string[]): void {
  const later = GENERATORS.find(({ name }) => words.includes(name));
  if (later)
    throw new UsageError(`trace generate: the generator comes first: generate ${later.name} ..`);
  generate(words.find((word) => !word.startsWith('-')) ?? '');
}

function addGenerator(parent: Command, { name, description, parameters }: TraceGenerator): void {
  const command = addOutput(parent.command(name).description(description), TRACE_OUTPUT);
  for (const parameter of parameters) {
    command.option(
      `--${parameter.name} <${parameter.name}>`,
      `${parameter.description} (${parameter.preset})`,
    );
  }
  command.action(async ({ output, out: _out, ...given }: { output: string; out?: string }) => {
    const text = commandText(`generate ${name}`, [], given);
    const { rows } = await writeTrace(generate(name, given), output, { command: text });
    process.stderr.write(`${output}: ${rows} rows\n`);
  });
}
