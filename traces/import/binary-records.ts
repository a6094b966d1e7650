/** Records of a binary file, whole ones, out of pieces that are cut anywhere. */

/**
 * Takes the record at `at` and answers its bytes, 0 where it is not all there. More than there is may be
 * answered: then the rest is passed over.
 */
type TakeRecord = (view: DataView, at: number) => number;

export class BinaryRecords {
  /** The beginning of a record whose end has not come yet. */
  private rest = new Uint8Array(0);
  /** Bytes to pass over. */
  private surplus = 0;

  constructor(private readonly take: TakeRecord) {}

  accept(chunk: Uint8Array): void {
    const skipped = Math.min(this.surplus, chunk.length);
    this.surplus -= skipped;
    const bytes = this.joined(chunk.subarray(skipped));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at < bytes.length) {
      const used = this.take(view, at);
      if (used === 0) break;
      at += used;
    }
    this.surplus += Math.max(0, at - bytes.length);
    this.rest = bytes.slice(at);
  }

  /** Whether the file ended in the middle of a record. */
  get isCut(): boolean {
    return this.rest.length > 0 || this.surplus > 0;
  }

  private joined(chunk: Uint8Array): Uint8Array {
    if (this.rest.length === 0) return chunk;
    const joined = new Uint8Array(this.rest.length + chunk.length);
    joined.set(this.rest);
    joined.set(chunk, this.rest.length);
    return joined;
  }
}
