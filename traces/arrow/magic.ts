/** The bytes that tell an Arrow file or stream. Apart from the reader, so that logs are told without Arrow. */

/** A file begins and ends with it. */
export const MAGIC = 'ARROW1';
/** A message begins with it, and so does a stream. */
export const CONTINUATION = 0xffffffff;

/** Whether the first bytes of a file are those of an Arrow file or stream. */
export function looksLikeArrow(head: Uint8Array): boolean {
  return startsWithMagic(head) || (head.length >= 4 && cell(head, 0) === CONTINUATION);
}

/** Whether the first bytes of a file are those of an Arrow file. */
export function startsWithMagic(head: Uint8Array): boolean {
  return textOf(head.subarray(0, MAGIC.length)) === MAGIC;
}

/** Bytes as text, a letter each. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The 32-bit number that stands at a byte. */
export function cell(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
