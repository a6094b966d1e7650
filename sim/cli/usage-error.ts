/** A call that lacks something, or names what is not there: the command line ends with the code for usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
