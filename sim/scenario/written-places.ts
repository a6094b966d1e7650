/** Where the words of a scenario were written: a refusal that names a key says where that key stands. */
import { InputError } from '../../models/input-error.ts';
import type { Setting } from './settings.ts';

/** By key, the place with the key as it was written there: `mine.yaml:2:1: phb`, `--phb`. */
export type WrittenPlaces = Readonly<Record<string, string>>;

/** Makes something of words that were written there; what it refuses begins with a key, and then with its place. */
export function sayingWhere<Value>(
  places: WrittenPlaces,
  settings: readonly Setting[],
  make: () => Value,
): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [key] = /^[\w.]+/.exec(error.message) ?? [''];
    const setting = settings.findLast((each) => each.key === key);
    const place = setting ? `${setting.where} ${key}` : places[key];
    throw place === undefined ? error : new InputError(place + error.message.slice(key.length));
  }
}
