/** The number of a DUMP in a table dump, as flags and scenarios choose it. */
import { InputError } from '../../models/input-error.ts';

/** The number of a DUMP, 1 or more. Throws InputError that names `what`. */
export function parseDumpNumber(text: string, what: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InputError(`${what}: expected the number of a DUMP, 1 or more, got '${text}'`);
}
