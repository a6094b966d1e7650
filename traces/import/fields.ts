/** Fields of a log line as numbers. What does not fit throws InputError, which the importer notes. */
import { InputError } from '../../models/input-error.ts';
import { parseHexadecimal, parseUnsigned } from '../numbers.ts';

/** A 64-bit word, hexadecimal with or without 0x. */
export function word(text: unknown, what: string): bigint {
  const value = typeof text === 'string' ? parseHexadecimal(text, 64) : undefined;
  if (value !== undefined) return value;
  throw new InputError(`${what}: expected a 64-bit hexadecimal number, got '${text}'`);
}

/** A number of up to 32 bits, hexadecimal with or without 0x. */
export function half(text: unknown, what: string): number {
  const value = typeof text === 'string' ? parseHexadecimal(text, 32) : undefined;
  if (value !== undefined) return Number(value);
  throw new InputError(`${what}: expected a 32-bit hexadecimal number, got '${text}'`);
}

/** A decimal count below 2^`bits`, as text or as a number of JSON. */
export function count(text: unknown, what: string, bits: number): number {
  const value = parseUnsigned(String(text), bits);
  if (value !== undefined) return Number(value);
  throw new InputError(`${what}: expected a whole number below 2^${bits}, got '${text}'`);
}
