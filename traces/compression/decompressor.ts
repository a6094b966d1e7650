/** How a compression format plugs in: pieces in, bytes out, in step. */

/** Takes the bytes that come out of a piece; they are the taker's to keep. */
export type BytesTaker = (bytes: Uint8Array) => void;

/** A decompressor with the state of one file. */
export interface Decompressor {
  /** Takes the next piece, `pieceBytes` of the format at most. Throws an Error of any kind on damaged data. */
  push(piece: Uint8Array): void;
  /** After the last piece. Throws an Error where the data was cut off or does not agree with its checksum. */
  finish(): void;
}

/** A compression format, known by the first bytes of a file. */
export interface Compression {
  readonly name: string;
  /** Whether what comes out is compared with the checksums that the file has. */
  readonly isVerified: boolean;
  /** What a decompressor takes at a time, so small that what may come out is bounded, too. */
  readonly pieceBytes: number;
  matches(head: Uint8Array): boolean;
  /** Throws an Error where `head` asks for more memory than there should be. */
  decompressor(head: Uint8Array, take: BytesTaker): Decompressor;
}
