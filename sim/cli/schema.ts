/** `tcesim schema`: the published JSON schemas, of results, scenario files, studies and their plans. */

import { suggest } from '../../traces/nearest.ts';
import { resultSchema } from '../results/result-schema.ts';
import { scenarioSchema } from '../scenario/scenario-words.ts';
import { planSchema } from '../study/plan-words.ts';
import { studySchema } from '../study/study-schema.ts';
import { z } from '../zod.ts';
import { EDITED, type JsonSchema } from './editor-schema.ts';
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
      process.stdout.write(`${JSON.stringify(publishedSchema(what), null, 2)}\n`);
    });
}

/** The schema of a kind of file. Throws UsageError on another. */
function publishedSchema(what: string | undefined): object {
  const plain = z.toJSONSchema(schemaOf(what), { io: 'input' });
  const { $schema, ...rest } = (EDITED[what ?? '']?.(plain as JsonSchema) ?? plain) as JsonSchema;
  return { $schema, $id: `urn:tcesim:schema:${what}`, ...rest };
}

function schemaOf(what: string | undefined) {
  if (what === undefined) {
    throw new UsageError(`schema: expected one of ${Object.keys(SCHEMAS).join(', ')}`);
  }
  if (Object.hasOwn(SCHEMAS, what)) return SCHEMAS[what as keyof typeof SCHEMAS];
  throw new UsageError(`schema: unknown '${what}'${suggest(what, Object.keys(SCHEMAS))}`);
}
