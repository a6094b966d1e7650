/** Keys of an object that a program gives. */
import { unknownKey } from '../scenario/settings.ts';

/** Throws InputError, with the nearest name, where an object has a key that is not known. */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other !== undefined) throw unknownKey(`${what}: ${other}`, other, known);
}
