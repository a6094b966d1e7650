/** The scenario that a program gives: the path of a scenario file, or an object with the keys of one. */
import { resolve } from 'node:path';
import type { GivenRows } from '../../traces/given-rows.ts';
import { checkForm } from '../form.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readScenario } from '../scenario/scenario-file.ts';
import { scenarioForm, scenarioOf } from '../scenario/scenario-words.ts';
import { z } from '../zod.ts';
import type { ScenarioObject } from './scenario-object.ts';

/** In the place of a file's name. */
const NAME = 'scenario';

const ROWS = { error: 'expected CSV, or rows that can be gone through' };
const form = {
  ...scenarioForm,
  schema: scenarioForm.schema.extend({
    rows: z.union([z.string(), z.custom<GivenRows>(isIterable)], ROWS).optional(),
  }),
};

/** A scenario, and what messages and results call it. */
export interface NamedScenario {
  readonly scenario: Scenario;
  readonly name: string;
}

/** Reads the file or checks the object. Throws InputError with the place and the key. */
export function scenarioGiven(given: string | ScenarioObject): NamedScenario {
  if (typeof given === 'string') return { scenario: readScenario(given), name: given };
  const place = () => NAME;
  const words = checkForm(given, form, place);
  return {
    scenario: scenarioOf(words, { name: NAME, place, fileAt: (path) => resolve(path) }),
    name: NAME,
  };
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}
