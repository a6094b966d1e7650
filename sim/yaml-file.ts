/** YAML files that a user writes, checked against a schema; errors have their line. The only door to yaml. */
import {
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
} from 'yaml';
import { InputError } from '../models/input-error.ts';
import { suggest } from '../traces/nearest.ts';
import type { z } from './zod.ts';

/** What a file is to hold. */
export interface YamlForm<Schema extends z.ZodType> {
  /** As a message names it: `scenario`. */
  readonly what: string;
  /** Behind messages about a file that is something else altogether. */
  readonly hint: string;
  readonly schema: Schema;
  /** The keys that are known in the map behind some keys. */
  readonly keysBehind: (keys: readonly string[]) => readonly string[];
  /** Where a key belongs that stands at the top and is none of those; undefined: nowhere. */
  readonly homeOf?: (key: string) => string | undefined;
}

/** What stands in a file. */
export interface YamlContent<Data> {
  readonly data: Data;
  /** `file:line:column` of the deepest key of a path that is there. */
  readonly place: (keys: readonly string[]) => string;
}

/** Checks the text of a file. Throws InputError as `file:line:column: key: what is wrong`. */
export function readYaml<Schema extends z.ZodType>(
  text: string,
  path: string,
  form: YamlForm<Schema>,
): YamlContent<z.infer<Schema>> {
  const { what, hint, schema } = form;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) {
    throw new InputError(`${at(error.pos[0])}: no ${what}: ${firstLine(error.message)}${hint}`);
  }
  const root = document.contents;
  if (!isMap(root)) throw new InputError(`${path}: expected a YAML map of keys${hint}`);
  const parsed = schema.safeParse(plainData(document, path, what));
  if (!parsed.success) {
    const { issues } = parsed.error;
    // A misspelt key is a missing one, too; the first tells more.
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const parents = issue.path.map(String);
    const keys = [...parents, ...(unknownKey === undefined ? [] : [unknownKey])];
    const problem =
      unknownKey === undefined ? describeIssue(issue) : unknownWords(unknownKey, parents, form);
    throw new InputError(`${at(offsetOf(root, keys))}: ${keys.join('.')}: ${problem}`);
  }
  return { data: parsed.data, place: (keys) => at(offsetOf(root as Node, keys)) };
}

/** Data as YAML; lists of plain values stand on one line. */
export function yamlText(data: unknown): string {
  return stringify(data, { collectionStyle: 'any', flowCollectionPadding: false });
}

/** The document as data. Aliases could make cycles, and nobody needs them here. */
function plainData(document: Document, path: string, what: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new InputError(`${path}: YAML aliases are not supported in ${what}s`);
  }
}

function unknownWords(
  key: string,
  parents: readonly string[],
  { keysBehind, homeOf }: Pick<YamlForm<z.ZodType>, 'keysBehind' | 'homeOf'>,
): string {
  const home = parents.length === 0 ? homeOf?.(key) : undefined;
  return `unknown key${home === undefined ? suggest(key, keysBehind(parents)) : `; it goes under ${home}:`}`;
}

/** What is wrong with a value, in our words. */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : `a value of type ${issue.expected}`}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** Offset in the file of the deepest key of a path that is there. */
function offsetOf(node: Node, keys: readonly string[]): number {
  if (!isMap(node) || keys.length === 0) return node.range?.[0] ?? 0;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === keys[0]);
  if (!pair) return node.range?.[0] ?? 0;
  if (keys.length > 1 && isMap(pair.value)) return offsetOf(pair.value, keys.slice(1));
  return (pair.key as Node).range?.[0] ?? 0;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] as string).replace(/ at line .*/, '');
}
