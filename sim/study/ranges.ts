/**
 * Values of an axis as people write them: `2`, `1,3`, `1..5`, `2G..64T`. A range of plain numbers counts by
 * one, a range of sizes doubles; `256..4096*2` multiplies and `0..100+10` adds.
 */
import { InputError } from '../../models/input-error.ts';
import { formatSize, parseSize } from '../../models/size.ts';

/** What the values of a list are. */
export type ValueKind = 'count' | 'size' | 'word' | 'setting';

/** Values that one list may have. */
const VALUES_MAX = 1000;

const RANGE = /^([0-9][0-9a-z]*)\s*\.\.\s*([0-9][0-9a-z]*)(?:\s*([*+])\s*([0-9][0-9a-z]*))?$/i;
/** A range as others write it. */
const DASHED = /^([0-9][0-9a-z]*)\s*-\s*([0-9][0-9a-z]*)$/i;

/**
 * The values of a comma list, in its order, each once and in its shortest writing. Throws InputError that
 * names `what` on an empty list, an empty range and a value of another kind.
 * @example valuesOf('2G..16G', 'size', 'window') // ['2G', '4G', '8G', '16G']
 */
export function valuesOf(text: string, kind: ValueKind, what: string): string[] {
  const values = new Set<string>();
  for (const word of text.split(',').map((each) => each.trim())) {
    for (const value of wordValues(word, kind, what, text)) values.add(value);
    if (values.size > VALUES_MAX) {
      throw new InputError(`${what}: expected at most ${VALUES_MAX} values, got more in '${text}'`);
    }
  }
  return [...values];
}

/**
 * The values that a list chooses among those that there are: a range all that lie in it, in whatever steps they rise.
 * What chooses none stands as it was written. Throws InputError as `valuesOf` does.
 */
export function chosenOf(
  text: string,
  kind: ValueKind,
  what: string,
  among: readonly string[],
): string[] {
  const chosen = text.split(',').flatMap((each) => {
    const word = each.trim();
    const range = kind === 'word' ? null : RANGE.exec(word);
    if (range === null || range[3] !== undefined) return wordValues(word, kind, what, text);
    const [, first, last] = range;
    const isSize = isRangeOfSizes(kind, first, last);
    const [least, most] = boundsOf(word, first, last, isSize, what);
    const inside = among.filter((value) => {
      const number = plainNumberOf(value);
      return number >= least && number <= most;
    });
    return inside.length === 0 ? [word] : inside;
  });
  return [...new Set(chosen)];
}

function wordValues(word: string, kind: ValueKind, what: string, text: string): string[] {
  if (word === '') throw new InputError(`${what}: expected a value, got an empty one in '${text}'`);
  const range = kind === 'word' ? null : RANGE.exec(word);
  if (range === null) return [singleValue(word, kind, what)];
  const [, first, last, sign, step] = range;
  const isSize = isRangeOfSizes(kind, first, last);
  const [from, to] = boundsOf(word, first, last, isSize, what);
  const next = stepOf(
    sign ?? (isSize ? '*' : '+'),
    numberOf(step ?? (isSize ? '2' : '1'), isSize, what),
  );
  if (next === undefined || (from === 0n && next(0n) === 0n && to > 0n)) {
    throw new InputError(`${what}: expected a step that moves on, got '${word}'`);
  }
  const values: string[] = [];
  for (let value = from; value <= to && values.length <= VALUES_MAX; value = next(value)) {
    values.push(isSize ? formatSize(value) : String(value));
  }
  return values;
}

function isRangeOfSizes(kind: ValueKind, first: string, last: string): boolean {
  return kind === 'size' || (kind === 'setting' && /[a-z]/i.test(first + last));
}

function boundsOf(
  word: string,
  first: string,
  last: string,
  isSize: boolean,
  what: string,
): [from: bigint, to: bigint] {
  const from = numberOf(first, isSize, what);
  const to = numberOf(last, isSize, what);
  if (to < from) throw new InputError(`${what}: expected a rising range, got '${word}'`);
  return [from, to];
}

function singleValue(word: string, kind: ValueKind, what: string): string {
  const dashed = kind === 'word' ? null : DASHED.exec(word);
  if (dashed !== null) {
    const [, first, last] = dashed;
    throw new InputError(`${what}: expected a value, got '${word}'; a range is ${first}..${last}`);
  }
  switch (kind) {
    case 'count':
      return String(numberOf(word, false, what));
    case 'size':
      return formatSize(numberOf(word, true, what));
    default:
      return word;
  }
}

function numberOf(word: string, isSize: boolean, what: string): bigint {
  if (isSize) return parseSize(word, what);
  if (/^\d{1,15}$/.test(word)) return BigInt(word);
  throw new InputError(`${what}: expected a whole number, got '${word}'`);
}

/** What a value of an axis counts; NaN of a word. */
function plainNumberOf(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  return /^\d+[KMGTPE]$/i.test(value) ? Number(parseSize(value, value)) : Number.NaN;
}

/** The step from a value to the next; undefined for one that stays where it is. */
function stepOf(sign: string, step: bigint): ((value: bigint) => bigint) | undefined {
  if (sign === '*') return step < 2n ? undefined : (value) => value * step;
  return step < 1n ? undefined : (value) => value + step;
}
