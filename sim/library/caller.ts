/**
 * The door between the product and the program that uses it: errors for the user are `InputError`, whatever
 * part of the product they come from, and name options as a program writes them.
 */
import { InputError } from '../../models/input-error.ts';
import { isForUser } from '../replay/lane-error.ts';

/** `--page-size` of the command line; a file's name does not begin so. */
const FLAG = /(^|\s)--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/g;

/** Does some work for the caller. */
export function forCaller<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw told(error);
  }
}

/** As `forCaller`, of work that takes its time. */
export async function laterForCaller<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw told(error);
  }
}

function told(error: unknown): unknown {
  if (!isForUser(error)) return error;
  const message = error.message.replace(FLAG, (_, space, flag) => space + optionOf(flag));
  // Modules of the unit have classes of their own.
  const isOurs = error instanceof InputError && message === error.message;
  return isOurs ? error : new InputError(message);
}

/** `pageSize` for `page-size`. */
function optionOf(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
