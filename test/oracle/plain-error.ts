/** An Error that shows its message and nothing else: no stack, no excerpt of the code that threw it. */
export function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
