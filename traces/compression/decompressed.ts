/** The bytes that come out of a compressed file, as they are asked for. */
import { InputError } from '../../models/input-error.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Compression, Decompressor } from './decompressor.ts';
import { gzip } from './gzip.ts';
import { zstd } from './zstd.ts';

const COMPRESSIONS: readonly Compression[] = [gzip, zstd];
/** What nothing here reads, but files of traces are kept in. */
const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

/** As many bytes of a file as tell how it is compressed. */
export const COMPRESSION_HEAD_BYTES = 18;

/** How a file that begins with `head` is compressed; undefined: not at all. Throws InputError on xz. */
export function compressionOf(head: Uint8Array, file: string): Compression | undefined {
  if (XZ.every((byte, index) => head[index] === byte)) {
    throw new InputError(`${file}: compressed with xz; gzip and zstd are read, xz is not`);
  }
  return COMPRESSIONS.find((each) => each.matches(head));
}

export class DecompressedBytes implements ByteSource {
  private readonly decompressor: Decompressor;
  private readonly piece: Uint8Array;
  /** What came out and was not read yet. */
  private ready: Uint8Array[] = [];
  private taken = 0;
  private ended = false;

  /** Throws InputError where `head`, the file's first bytes, asks for too much memory. */
  constructor(
    private readonly file: string,
    private readonly compression: Compression,
    private readonly compressed: ByteSource,
    head: Uint8Array,
  ) {
    this.piece = new Uint8Array(compression.pieceBytes);
    this.decompressor = this.checked(() =>
      compression.decompressor(head, (bytes) => this.ready.push(bytes)),
    );
  }

  read(target: Uint8Array): number {
    while (this.ready.length === 0 && !this.ended) this.pull();
    const [next] = this.ready;
    if (!next) return 0;
    const bytes = next.subarray(0, target.length);
    target.set(bytes);
    if (bytes.length === next.length) this.ready.shift();
    else this.ready[0] = next.subarray(bytes.length);
    return bytes.length;
  }

  close(): void {
    this.compressed.close();
  }

  private pull(): void {
    const got = this.compressed.read(this.piece);
    this.taken += got;
    this.ended = got === 0;
    this.checked(() => {
      if (this.ended) this.decompressor.finish();
      else this.decompressor.push(this.piece.subarray(0, got));
    });
  }

  /** What fails in a decompressor is the file's fault. */
  private checked<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { name } = this.compression;
      const where = this.ended ? 'at the end' : `near byte ${this.taken}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`${this.file}: damaged or cut off ${name} data ${where}: ${reason}`);
    }
  }
}
