/**
 * The types that are published: the declarations that `sim/index.ts` needs, and no others. Where one is inferred from
 * a schema, its declaration is made of the published schema instead, so that its users need no zod, and read what
 * each field says.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';
import { interfaceOf, type JsonSchema } from './interface.ts';

const ROOT = 'sim/index';

/** Modules whose types are inferred from schemas, and what is published in their place. */
const INFERRED: Readonly<Record<string, () => string>> = {
  'sim/results/result-schema': () =>
    interfaceOf('Result', 'The result of a run.', schemaOf('result')),
  'sim/scenario/scenario-words': () =>
    interfaceOf('ScenarioWords', 'The keys of a scenario file.', schemaOf('scenario')),
  'sim/study/plan-words': () =>
    interfaceOf('PlanWords', 'The keys of the plan of a study.', schemaOf('plan')),
  'sim/study/study-schema': () =>
    `${interfaceOf('StudyResults', 'The results of a study.', schemaOf('study'))}
/** A point of a study. */
export type PointRecord = StudyResults['points'][number];
`,
};

/** How a declaration names a neighbour; the suffix is that of the source. */
const NEIGHBOUR = /(['"])(\.{1,2}\/[^'"]+)\.ts\1/g;

/** Puts them into the folder `types` of the bundle. */
export const publishedTypes: Plugin = {
  name: 'published-types',
  buildStart() {
    for (const [name, source] of declarationsBehind(ROOT)) {
      this.emitFile({ type: 'asset', fileName: `types/${name}.d.ts`, source });
    }
  },
};

/** The declarations of a module and of those that it needs, by name. */
function declarationsBehind(name: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(name)) return found;
  const text = INFERRED[name]?.() ?? readFileSync(join('dist', `${name}.d.ts`), 'utf8');
  found.set(name, text.replace(NEIGHBOUR, '$1$2.js$1'));
  for (const [, , neighbour] of text.matchAll(NEIGHBOUR)) {
    declarationsBehind(join(dirname(name), neighbour), found);
  }
  return found;
}

function schemaOf(name: string): JsonSchema {
  return JSON.parse(readFileSync(join('docs', `${name}.schema.json`), 'utf8'));
}
