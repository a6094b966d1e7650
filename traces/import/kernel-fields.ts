/** Fields of a kernel event. What does not fit throws InputError, which the importer notes. */
import { InputError } from '../../models/input-error.ts';
import { parseUnsigned } from '../numbers.ts';
import { word } from './fields.ts';

/** A key, `=`, and a value without spaces or an array in braces; the device in front is no field. */
const FIELD = /\b(\w+)=(\{[^{}]*\}|\S*)/g;

/** The fields of an event by key; those that newer kernels add do no harm. */
export function keyedFields(payload: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, key, value] of payload.matchAll(FIELD)) fields.set(key as string, value as string);
  return fields;
}

/** A size in bytes, decimal as `%zu` prints it. */
export function byteCount(text: string | undefined, what: string): bigint {
  const value = parseUnsigned(text ?? '', 64);
  if (value !== undefined) return value;
  throw new InputError(`${what}: expected a number of bytes, got '${text}'`);
}

/** The words of an array as `__print_array` writes it: `{0x1000,0x2000}`. */
export function wordArray(text: string | undefined, what: string): bigint[] {
  const items = /^\{([^}]*)\}$/.exec(text ?? '')?.[1]?.trim();
  if (items === undefined) throw new InputError(`${what}: expected {..}, got '${text}'`);
  return items === '' ? [] : items.split(',').map((item) => word(item.trim(), what));
}
