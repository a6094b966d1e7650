/** Keys of an object that a program gives. */
import { InputError } from '../../models/input-error.ts';
import { valueGot } from '../form.ts';
import { unknownKey } from '../scenario/settings.ts';

/** Throws InputError on what is no object, and on a key that is not known, with the nearest. */
export function checkKeys(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new InputError(`${what}: expected an object, ${valueGot(given)}`);
  }
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other !== undefined) throw unknownKey(`${what}: ${other}`, other, known);
}
