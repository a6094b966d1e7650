/** A call without something that it cannot do without: the command line ends with the code for usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
