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

function wordValues(word: string, kind: ValueKind, what: string, text: string): string[] {
  if (word === '') throw new InputError(`${what}: expected a value, got an empty one in '${text}'`);
  const range = kind === 'word' ? null : RANGE.exec(word);
  if (range === null) return [singleValue(word, kind, what)];
  const [, first, last, sign, step] = range;
  const isSize = kind === 'size' || (kind === 'setting' && /[a-z]/i.test(first + last));
  const from = numberOf(first, isSize, what);
  const to = numberOf(last, isSize, what);
  if (to < from) throw new InputError(`${what}: expected a rising range, got '${word}'`);
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

function singleValue(word: string, kind: ValueKind, what: string): string {
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

/** The step from a value to the next; undefined for one that stays where it is. */
function stepOf(sign: string, step: bigint): ((value: bigint) => bigint) | undefined {
  if (sign === '*') return step < 2n ? undefined : (value) => value * step;
  return step < 1n ? undefined : (value) => value + step;
}
