/** The results that a run or a study left: results.json, or the directory that has it. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { checkForm } from '../form.ts';
import { RESULT_SCHEMA, RESULTS_FILE, STUDY_FILE, STUDY_SCHEMA } from '../formats.ts';
import { type Result, resultSchema } from '../results/result-schema.ts';
import { readTextFile } from '../text-file.ts';
import type { z } from '../zod.ts';
import { type StudyResults, studySchema } from './study-schema.ts';

/** Results, and the file that they stand in. */
export type ResultsFile = { readonly file: string } & (
  | { readonly kind: 'run'; readonly result: Result }
  | { readonly kind: 'study'; readonly results: StudyResults }
);

const RESULTS_BYTES_MAX = 2 ** 28;

/**
 * Reads results.json, or that of a directory. Throws InputError on what is neither the results of a study nor those
 * of a run.
 */
export function readResults(path: string): ResultsFile {
  const file = isDirectory(path) ? join(path, RESULTS_FILE) : path;
  if (file !== path && !existsSync(file)) {
    throw new InputError(
      existsSync(join(path, STUDY_FILE))
        ? `${path}: has no results.json yet: the study is not complete; see sweep --resume, merge`
        : `${path}: expected a directory with results.json, as run -o and sweep -o write it`,
    );
  }
  const document = jsonOf(readTextFile(file, RESULTS_BYTES_MAX), file);
  const { schema } = (document ?? {}) as { schema?: unknown };
  if (schema === STUDY_SCHEMA) {
    return { file, kind: 'study', results: checked(document, studySchema, file) };
  }
  if (schema === RESULT_SCHEMA) {
    return { file, kind: 'run', result: checked(document, resultSchema, file) };
  }
  const got = schema === undefined ? 'something else' : `schema ${JSON.stringify(schema)}`;
  throw new InputError(
    `${file}: expected results of a study (${STUDY_SCHEMA}) or a run (${RESULT_SCHEMA}), got ${got}`,
  );
}

/** A document that is of a schema. Throws InputError with its first fault, behind its place. */
export function checked<Schema extends z.ZodType>(
  document: unknown,
  schema: Schema,
  place: string,
): z.infer<Schema> {
  return checkForm(document, { schema, keysBehind: () => [] }, () => place);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${file}: expected results as JSON; it is damaged or something else`);
  }
}
