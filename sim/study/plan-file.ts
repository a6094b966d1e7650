/** Plans of studies as YAML files, and the canonical one that comes with the product. */
import { dirname, resolve } from 'node:path';
import { packageFile } from '../package-file.ts';
import { readTextFile } from '../text-file.ts';
import { readYaml, yamlText } from '../yaml-file.ts';
import { planFileData, planOf, type StudyPlan, type WrittenPlan } from './plan.ts';
import { planForm, writtenPlan } from './plan-words.ts';

const PLAN_BYTES_MAX = 2 ** 20;

/** Reads a plan. Throws InputError as `file:line:column: key: what is wrong`. */
export function readPlan(path: string): WrittenPlan {
  const form = { what: 'plan', hint: '', ...planForm };
  const { data, place } = readYaml(readTextFile(path, PLAN_BYTES_MAX), path, form);
  return writtenPlan(data, {
    place: (keys) => `${place(keys)}: ${keys.join('.')}`,
    fileAt: (name) => resolve(dirname(path), name),
  });
}

/** A plan whose axes may name the traces of the canonical one. Throws InputError. */
export function completePlan(written: WrittenPlan): StudyPlan {
  return planOf(written, readPlan(canonicalPath()).traces);
}

/** A plan that asks the same, as the text of a file. */
export function planText(plan: StudyPlan): string {
  return yamlText(planFileData(plan));
}

/** The file of the study that `tcesim sweep` runs by itself. */
export function canonicalPath(): string {
  return packageFile('docs/studies/canonical.yaml');
}
