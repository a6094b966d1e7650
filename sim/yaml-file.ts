/** YAML files that a user writes, checked against a schema; errors have their line. The only door to yaml. */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
} from 'yaml';
import { InputError } from '../models/input-error.ts';
import { checkForm, type Form } from './form.ts';
import type { z } from './zod.ts';

/** What a file is to hold. */
export interface YamlForm<Schema extends z.ZodType> extends Form<Schema> {
  /** As a message names it: `scenario`. */
  readonly what: string;
  /** Behind messages about a file that is something else altogether. */
  readonly hint: string;
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
  const { what, hint } = form;
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
  const place = (keys: readonly string[]) => at(offsetOf(root as Node, keys));
  return { data: checkForm(plainData(document, path, what), form, place), place };
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

/** Offset in the file of the deepest key of a path that is there. */
function offsetOf(node: Node, keys: readonly string[]): number {
  if (isSeq(node) && keys.length > 0) {
    const item = node.items[Number(keys[0])] as Node | undefined;
    return offsetOf(item ?? node, item === undefined ? [] : keys.slice(1));
  }
  if (!isMap(node) || keys.length === 0) return node.range?.[0] ?? 0;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === keys[0]);
  if (!pair) return node.range?.[0] ?? 0;
  if (keys.length > 1 && (isMap(pair.value) || isSeq(pair.value)))
    return offsetOf(pair.value, keys.slice(1));
  return (pair.key as Node).range?.[0] ?? 0;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] as string).replace(/ at line .*/, '');
}
