/** Fields of a log line as numbers. What does not fit throws InputError, which the importer notes. */
import { InputError } from '../../models/input-error.ts';
import { parseHexadecimal, parseUnsigned } from '../numbers.ts';

/** Characters of a text that a message shows. */
const SHOWN_CHARACTERS = 40;

/** A 64-bit word, hexadecimal with or without 0x. */
export function word(text: unknown, what: string): bigint {
  const value = typeof text === 'string' ? parseHexadecimal(text, 64) : undefined;
  if (value !== undefined) return value;
  throw new InputError(`${what}: expected a 64-bit hexadecimal number, got ${describeField(text)}`);
}

/** A number of up to 32 bits, hexadecimal with or without 0x. */
export function half(text: unknown, what: string): number {
  const value = typeof text === 'string' ? parseHexadecimal(text, 32) : undefined;
  if (value !== undefined) return Number(value);
  throw new InputError(`${what}: expected a 32-bit hexadecimal number, got ${describeField(text)}`);
}

/** A decimal count below 2^`bits`, as text or as a number of JSON. */
export function count(text: unknown, what: string, bits: number): number {
  const isWritten = typeof text === 'string' || typeof text === 'number';
  const value = isWritten ? parseUnsigned(String(text), bits) : undefined;
  if (value !== undefined) return Number(value);
  throw new InputError(
    `${what}: expected a whole number below 2^${bits}, got ${describeField(text)}`,
  );
}

/**
 * A field for a message, on one line and short whatever it is. JSON's lists and objects are only named:
 * they may be nested deeper than they can be turned into text, and may have a `toString` that is no function.
 */
export function describeField(field: unknown): string {
  if (Array.isArray(field)) return 'a list';
  if (field === undefined) return 'nothing';
  if (typeof field === 'object' && field !== null) return 'an object';
  const text = String(field).replaceAll(/\p{Cc}/gu, ' ');
  return `'${text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}..` : text}'`;
}
