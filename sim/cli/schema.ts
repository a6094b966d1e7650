/** `tcesim schema`: the published JSON schemas, of results, scenario files, studies and their plans. */

import { suggest } from '../../traces/nearest.ts';
import { resultSchema } from '../results/result-schema.ts';
import { scenarioSchema } from '../scenario/scenario-words.ts';
import { planSchema } from '../study/plan-words.ts';
import { studySchema } from '../study/study-schema.ts';
import { z } from '../zod.ts';
import { argumentOf, type Command } from './program.ts';
import { UsageError } from './usage-error.ts';

const SCHEMAS = {
  result: resultSchema,
  scenario: scenarioSchema,
  study: studySchema,
  plan: planSchema,
} as const;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .addArgument(argumentOf('[what]', 'of which file', Object.keys(SCHEMAS)))
    .action((what: string | undefined) => {
      process.stdout.write(
        `${JSON.stringify(z.toJSONSchema(schemaOf(what), { io: 'input' }), null, 2)}\n`,
      );
    });
}

function schemaOf(what: string | undefined) {
  if (what === undefined) {
    throw new UsageError(`schema: expected one of ${Object.keys(SCHEMAS).join(', ')}`);
  }
  if (Object.hasOwn(SCHEMAS, what)) return SCHEMAS[what as keyof typeof SCHEMAS];
  throw new UsageError(`schema: unknown '${what}'${suggest(what, Object.keys(SCHEMAS))}`);
}
