/**
 * A file, standard input or bytes in memory, read once from front to back; what is compressed with gzip or
 * zstd comes out decompressed. It may look ahead, which is how a trace's format is found out without a second
 * opening (a pipe has none).
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';
import { type ByteSource, DescriptorBytes, type FileParts, NO_BYTES } from './byte-source.ts';
import {
  COMPRESSION_HEAD_BYTES,
  compressionOf,
  DecompressedBytes,
} from './compression/decompressed.ts';
import type { Compression } from './compression/decompressor.ts';

const STANDARD_INPUT = 0;

export class InputFile implements ByteSource {
  /** Bytes handed out so far. */
  offset = 0;

  private constructor(
    /** The name for messages: the path, or `standard input`. */
    readonly name: string,
    private readonly source: ByteSource,
    /** Bytes that were looked at and not taken yet. */
    private ahead = new Uint8Array(0),
    /** How the file is compressed; undefined where it is not. */
    readonly compression?: Compression,
  ) {}

  /**
   * Opens a path, `-` for standard input. Throws InputError where there is no file to read, and later, from
   * `peek` and `read`, where it was compressed and is damaged.
   */
  static open(path: string): InputFile {
    if (path === '-') {
      return InputFile.decompressed(
        new InputFile('standard input', new DescriptorBytes(STANDARD_INPUT)),
      );
    }
    const descriptor = openPath(path);
    if (fstatSync(descriptor).isDirectory()) {
      closeSync(descriptor);
      throw new InputError(`${path}: expected a file, got a directory`);
    }
    return InputFile.decompressed(new InputFile(path, new DescriptorBytes(descriptor)));
  }

  /** Bytes that stand elsewhere; `name` says where. */
  static ofBytes(name: string, bytes: Uint8Array<ArrayBuffer>): InputFile {
    return new InputFile(name, NO_BYTES, bytes);
  }

  /** A file of which some parts are left out. */
  static ofParts(name: string, parts: FileParts): InputFile {
    return new InputFile(name, parts);
  }

  private static decompressed(file: InputFile): InputFile {
    try {
      const head = file.peek(COMPRESSION_HEAD_BYTES);
      const compression = compressionOf(head, file.name);
      if (!compression) return file;
      const bytes = new DecompressedBytes(file.name, compression, file, head);
      return new InputFile(file.name, bytes, new Uint8Array(0), compression);
    } catch (error) {
      file.close();
      throw error;
    }
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

function openPath(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new InputError(`${path}: no such file`);
    throw new InputError(`${path}: cannot be opened (${code})`);
  }
}
