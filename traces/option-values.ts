/**
 * Values of options and parameters as the user writes them, by name. What does not fit throws InputError with
 * name, wanted and got.
 */
import { InputError } from '../models/input-error.ts';
import { parseSize } from '../models/size.ts';

/** What was written, by name; presets are filled in. */
export type Texts = Readonly<Record<string, string>>;

/** A whole number in a range. */
export function wholeBetween(name: string, texts: Texts, least: number, most: number): number {
  const text = texts[name] as string;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(`${name}: expected a whole number ${least}..${most}, got '${text}'`);
}

/** A number with or without a fraction in a range. */
export function decimalBetween(name: string, texts: Texts, least: number, most: number): number {
  const text = texts[name] as string;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InputError(`${name}: expected a number ${least}..${most}, got '${text}'`);
}

/** A size in bytes in a range. */
export function sizeBetween(name: string, texts: Texts, least: number, most: number): number {
  const bytes = parseSize(texts[name] as string, name);
  if (bytes >= BigInt(least) && bytes <= BigInt(most)) return Number(bytes);
  throw new InputError(`${name}: expected ${least}..${most} bytes, got '${texts[name]}'`);
}

/** A power of two, as a size in bytes, in a range. */
export function powerBetween(name: string, texts: Texts, least: number, most: number): number {
  const bytes = sizeBetween(name, texts, least, most);
  if (Number.isInteger(Math.log2(bytes))) return bytes;
  throw new InputError(`${name}: expected a power of two, got '${texts[name]}'`);
}

/** One of some words. */
export function oneOf<Word extends string>(
  name: string,
  texts: Texts,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === texts[name]);
  if (found !== undefined) return found;
  throw new InputError(`${name}: expected one of ${words.join(', ')}, got '${texts[name]}'`);
}

/** `yes` or `no`. */
export function yesOrNo(name: string, texts: Texts): boolean {
  return oneOf(name, texts, ['yes', 'no']) === 'yes';
}
