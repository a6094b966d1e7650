/** `tcesim schema`: the published JSON schemas, of results and of scenario files. */
import { resultSchema } from '../results/result-schema.ts';
import { scenarioSchema } from '../scenario/scenario-file.ts';
import { z } from '../zod.ts';
import { Argument, type Command } from './program.ts';

const SCHEMAS = { result: resultSchema, scenario: scenarioSchema } as const;

/** Adds `schema`. */
export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print a JSON schema: of results.json, or of scenario files')
    .addArgument(new Argument('<what>', 'of what').choices(Object.keys(SCHEMAS)))
    .action((what: keyof typeof SCHEMAS) => {
      process.stdout.write(
        `${JSON.stringify(z.toJSONSchema(SCHEMAS[what], { io: 'input' }), null, 2)}\n`,
      );
    });
}
