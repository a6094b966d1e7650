/** Scenario files: YAML (or JSON, which is YAML), errors with their line. */
import { dirname, resolve } from 'node:path';
import { readTextFile } from '../text-file.ts';
import { readYaml } from '../yaml-file.ts';
import type { Scenario } from './scenario.ts';
import { scenarioForm, scenarioOf } from './scenario-words.ts';

/** No scenario comes near; a trace given in its place does. */
const SCENARIO_BYTES_MAX = 2 ** 20;

/** What somebody may have meant. */
const HINT = ' (a trace goes with --trace)';

/** Reads a scenario file. Throws InputError as `file:line:column: key: what is wrong`. */
export function readScenario(path: string): Scenario {
  const text = readTextFile(path, SCENARIO_BYTES_MAX, HINT);
  const { data, place } = readYaml(text, path, { what: 'scenario', hint: HINT, ...scenarioForm });
  return scenarioOf(data, { name: path, place, fileAt: (name) => resolve(dirname(path), name) });
}
