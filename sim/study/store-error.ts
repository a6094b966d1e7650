/** A directory of results that cannot be written any more: no fault of the user's input. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
