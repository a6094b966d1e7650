/**
 * What a user gave us and we cannot use: a file, a line, a key. The message is the one line that the
 * user sees: where, what was wanted, what was found. Never carries a stack to the terminal.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
