/**
 * A file, standard input or bytes in memory, read once from front to back. It may look ahead, which is how a
 * trace's format is found out without a second opening (a pipe has none). open-file.ts opens those of a disk.
 */
import { type ByteSource, NO_BYTES } from './byte-source.ts';
import type { Compression } from './compression/decompressor.ts';

/** Where something is read from: `input` now, what `open` answers whenever it is read again. */
export interface InputSource {
  readonly input: InputFile;
  open(): InputFile;
}

export class InputFile implements ByteSource {
  /** Bytes handed out so far. */
  offset = 0;

  constructor(
    /** The name for messages: the path, or `standard input`. */
    readonly name: string,
    private readonly source: ByteSource,
    /** Bytes that were looked at and not taken yet. */
    private ahead = new Uint8Array(0),
    /** How the file is compressed; undefined where it is not. */
    readonly compression?: Compression,
  ) {}

  /** Bytes that stand elsewhere; `name` says where. */
  static ofBytes(name: string, bytes: Uint8Array<ArrayBuffer>): InputFile {
    return new InputFile(name, NO_BYTES, bytes);
  }

  /** The next bytes, at most `count`, without taking them; fewer only at the end of the file. */
  peek(count: number): Uint8Array {
    if (this.ahead.length < count) {
      const wider = new Uint8Array(count);
      wider.set(this.ahead);
      const got = this.fill(wider, this.ahead.length);
      this.ahead = wider.subarray(0, got);
    }
    return this.ahead.subarray(0, count);
  }

  /** Fills `target` and answers how many bytes came; fewer than asked only at the end of the file. */
  read(target: Uint8Array): number {
    const held = Math.min(this.ahead.length, target.length);
    target.set(this.ahead.subarray(0, held));
    this.ahead = this.ahead.subarray(held);
    const got = this.fill(target, held);
    this.offset += got;
    return got;
  }

  /** Leaves bytes out that nobody has looked at; of a file of parts only. */
  skip(bytes: number): void {
    this.source.skip?.(bytes);
    this.offset += bytes;
  }

  close(): void {
    this.source.close();
  }

  private fill(target: Uint8Array, from: number): number {
    let at = from;
    while (at < target.length) {
      const got = this.source.read(target.subarray(at));
      if (got === 0) break;
      at += got;
    }
    return at;
  }
}
