/** The page of a run or of a study, written as a file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { presetOf } from '../../models/phb/presets.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { htmlFile, pageAssets } from '../report/html/html-file.ts';
import { readLog } from '../report/html/log-file.ts';
import { runPage } from '../report/html/run-page.ts';
import { type Result, resultSchema } from '../results/result-schema.ts';
import { studyPage } from '../study/study-page.ts';
import { type StudyResults, studySchema } from '../study/study-schema.ts';
import { readTextFile } from '../text-file.ts';
import { RESULT_SCHEMA, STUDY_SCHEMA } from '../version.ts';
import { LOG_NAME, RESULTS_NAME } from './run-files.ts';

/** Results of more are no file to read at once; a million points take 800 MB. */
const RESULTS_BYTES_MAX = 2 ** 29;

/** What a directory holds. */
export type Found =
  | { readonly kind: 'run'; readonly result: Result }
  | { readonly kind: 'study'; readonly results: StudyResults };

/** Reads the results of a directory. Throws InputError on what run and sweep do not write. */
export function readResults(directory: string): Found {
  const path = join(directory, RESULTS_NAME);
  const data = parsed(path, readTextFile(path, RESULTS_BYTES_MAX));
  const schema = (data as { schema?: unknown } | null)?.schema;
  if (schema === RESULT_SCHEMA) return { kind: 'run', result: checked(path, data, resultSchema) };
  if (schema === STUDY_SCHEMA) return { kind: 'study', results: checked(path, data, studySchema) };
  throw new InputError(
    `${path}: schema: expected ${RESULT_SCHEMA} or ${STUDY_SCHEMA}, got ${JSON.stringify(schema) ?? 'none'}`,
  );
}

/** The page of a run; `log` is the path of its request log. Throws InputError where that is none of it. */
export function runHtml(result: Result, log: string | undefined): string {
  const { phb, trace } = result.scenario as { phb: string; trace: { file: string } };
  const title = `${presetOf(phb)?.title ?? phb}, ${trace.file}`;
  const page = runPage(result, title, log === undefined ? null : readLog(log, result));
  return htmlFile(page, pageAssets());
}

/** The page of a study. */
export function studyHtml(results: StudyResults): string {
  return htmlFile(studyPage(results), pageAssets());
}

/** Writes a page, whole. Throws InputError where it finds no room. */
export function writePage(path: string, text: string): void {
  const file = new OutputFile(path);
  file.write(Buffer.from(text));
  file.finish();
}

/** The request log that run --report left in a directory. */
export function logIn(directory: string): string | undefined {
  const path = join(directory, LOG_NAME);
  return existsSync(path) ? path : undefined;
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: no JSON: ${(error as Error).message}`);
  }
}

function checked<Data>(
  path: string,
  data: unknown,
  schema: { safeParse(data: unknown): Checked<Data> },
): Data {
  const { success, data: good, error } = schema.safeParse(data);
  if (success) return good as Data;
  const issue = error?.issues[0];
  throw new InputError(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}

interface Checked<Data> {
  readonly success: boolean;
  readonly data?: Data;
  readonly error?: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
}
