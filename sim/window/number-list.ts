/** Lists of whole numbers as people write them: `2`, `1,3`, `1..5`. */
import { InputError } from '../../models/input-error.ts';

/** Which numbers may stand in a list. */
export interface NumberRange {
  readonly most: number;
  /** What is good, in the words of a message. */
  readonly wanted: string;
}

/**
 * The numbers of a list, in its order, each once. Throws InputError that names `what` for anything that
 * is not a number or a rising range, and for numbers above `most`.
 * @example parseNumberList('1..3,5', '--levels', { most: 99, wanted: 'numbers' }) // [1, 2, 3, 5]
 */
export function parseNumberList(
  text: string,
  what: string,
  { most, wanted }: NumberRange,
): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const found = /^\s*(\d+)(?:\.\.(\d+))?\s*$/.exec(part);
    const first = Number(found?.[1]);
    const last = Number(found?.[2] ?? found?.[1]);
    if (!found || last < first || last > most) {
      throw new InputError(`${what}: expected ${wanted}, got '${text}'`);
    }
    for (let number = first; number <= last; number += 1) numbers.add(number);
  }
  return [...numbers];
}
