/** Where bytes come from, one after the other. */
export interface ByteSource {
  /** Puts the next bytes into `target` from its beginning; answers how many, 0 only at the end. */
  read(target: Uint8Array): number;
  /** Leaves bytes out, where one can. */
  skip?(bytes: number): void;
  close(): void;
}

/** No bytes. */
export const NO_BYTES: ByteSource = { read: () => 0, close: () => {} };
