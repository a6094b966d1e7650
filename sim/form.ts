/** Data that a user gives, in a file or as an object, checked against a schema; errors have their key. */
import { InputError } from '../models/input-error.ts';
import { suggest } from '../traces/nearest.ts';
import type { z } from './zod.ts';

/** What the data is to be. */
export interface Form<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** The keys that are known in the map behind some keys. */
  readonly keysBehind: (keys: readonly string[]) => readonly string[];
  /** Where a key belongs that stands at the top and is none of those; undefined: nowhere. */
  readonly homeOf?: (key: string) => string | undefined;
}

/** Maps and lists in each other; no data of ours lies as deep, and a schema is looked through by recursion. */
const DEPTH_MAX = 64;

/** The data as its schema has it. Throws InputError as `place: key: what is wrong`. */
export function checkForm<Schema extends z.ZodType>(
  data: unknown,
  form: Form<Schema>,
  place: (keys: readonly string[]) => string,
): z.infer<Schema> {
  if (!isWithin(data, DEPTH_MAX)) {
    throw new InputError(`${place([])}: expected at most ${DEPTH_MAX} maps or lists in each other`);
  }
  const parsed = form.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A misspelt key is a missing one, too; the first tells more.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parents = issue.path.map(String);
  const keys = [...parents, ...(unknownKey === undefined ? [] : [unknownKey])];
  const problem =
    unknownKey === undefined ? describeIssue(issue, data) : unknownWords(unknownKey, parents, form);
  throw new InputError(
    [place(keys), ...(keys.length > 0 ? [keys.join('.')] : []), problem].join(': '),
  );
}

function isWithin(data: unknown, depth: number): boolean {
  if (typeof data !== 'object' || data === null) return true;
  return depth > 0 && Object.values(data).every((value) => isWithin(value, depth - 1));
}

function unknownWords(
  key: string,
  parents: readonly string[],
  { keysBehind, homeOf }: Pick<Form<z.ZodType>, 'keysBehind' | 'homeOf'>,
): string {
  const home = parents.length === 0 ? homeOf?.(key) : undefined;
  return `unknown key${home === undefined ? suggest(key, keysBehind(parents)) : `; it goes under ${home}:`}`;
}

/** What is wanted, in the words of those who write such data. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
};
const SHOWN_MAX = 40;

/** What is wrong with a value, in our words. */
function describeIssue(issue: z.core.$ZodIssue, data: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}, ${gotWords(data, issue.path)}`;
    case 'too_small':
      return `expected at least ${issue.minimum}, ${gotWords(data, issue.path)}`;
    case 'too_big':
      return `expected at most ${issue.maximum}, ${gotWords(data, issue.path)}`;
    default:
      return issue.message;
  }
}

/** What stands there instead. */
function gotWords(data: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>(
    (found, key) => (found as Record<PropertyKey, unknown> | null | undefined)?.[key],
    data,
  );
  return valueGot(value);
}

/** What a value is that is not what was wanted, as `got a list`. */
export function valueGot(value: unknown): string {
  if (value === undefined || value === null) return 'got nothing';
  if (Array.isArray(value)) return 'got a list';
  if (typeof value === 'object') return 'got a map of keys';
  const text = String(value);
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
  return typeof value === 'string' ? `got '${shown}'` : `got ${shown}`;
}
