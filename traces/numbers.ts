/** Unsigned numbers as they stand in logs and tables: decimal, or hexadecimal with 0x. */
import { InputError } from '../models/input-error.ts';

const WRITTEN = /^(?:0x[0-9a-f]+|\d+)$/i;
const HEXADECIMAL = /^(?:0x)?[0-9a-f]+$/i;

/** The number, or undefined where the text is none or needs more than `bits` bits. */
export function parseUnsigned(text: string, bits: number): bigint | undefined {
  if (!WRITTEN.test(text)) return undefined;
  const value = BigInt(text);
  return value >> BigInt(bits) === 0n ? value : undefined;
}

/** A hexadecimal number with or without 0x, or undefined. */
export function parseHexadecimal(text: string, bits: number): bigint | undefined {
  if (!HEXADECIMAL.test(text)) return undefined;
  return parseUnsigned(/^0x/i.test(text) ? text : `0x${text}`, bits);
}

/**
 * The text of what a program gives as a number. Throws InputError where a double need not be the number that was
 * meant; `what` begins the message.
 */
export function numberText(value: number | bigint | string, what: string): string {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value);
  throw new InputError(`${what}: expected a bigint or text for so large a number, got ${value}`);
}
