/**
 * What a user gave us and we cannot use: a file, a line, a key. The message is the one line that the
 * user sees: where, what was wanted, what was found. Never carries a stack to the terminal.
 */
export class InputError extends Error {
  /** By which it is known where classes are not shared, as between threads. */
  override readonly name = 'InputError';
}
