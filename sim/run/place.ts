/** The place in front of a message that does not say by itself where something was written. */
import { InputError } from '../../models/input-error.ts';

/** A message about a flag, whatever else there is. */
const FLAG = /^--\w/;

/** Does some work; what it refuses is said to stand there. */
export function placed<Value>(place: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw withPlace(place, error);
  }
}

/** The error with a place in front, where it is one for the user. What a flag names is named in the message. */
export function withPlace(place: string, error: unknown): unknown {
  if (FLAG.test(place)) return error;
  const name = place === '-' ? 'standard input' : place;
  if (!(error instanceof InputError) || error.message.includes(name)) return error;
  if (FLAG.test(error.message)) return error;
  return new InputError(`${place}: ${error.message}`);
}
