/** Where bytes come from, one after the other: an open file, or what is decompressed out of one. */
import { closeSync, readSync } from 'node:fs';

const STANDARD_INPUT = 0;
/** How long to sleep while a non-blocking pipe has nothing yet. */
const EMPTY_PIPE_WAIT_MS = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export interface ByteSource {
  /** Puts the next bytes into `target` from its beginning; answers how many, 0 only at the end. */
  read(target: Uint8Array): number;
  /** Leaves bytes out, where one can. */
  skip?(bytes: number): void;
  close(): void;
}

/** Bytes of an open file or pipe. */
export class DescriptorBytes implements ByteSource {
  constructor(private readonly descriptor: number) {}

  read(target: Uint8Array): number {
    for (;;) {
      try {
        return readSync(this.descriptor, target, 0, target.length, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(sleeper, 0, 0, EMPTY_PIPE_WAIT_MS);
      }
    }
  }

  close(): void {
    if (this.descriptor > STANDARD_INPUT) closeSync(this.descriptor);
  }
}

/** Bytes of a file on a disk, of which any may be left out. */
export class FileParts implements ByteSource {
  private position = 0;

  constructor(private readonly descriptor: number) {}

  read(target: Uint8Array): number {
    const got = readSync(this.descriptor, target, 0, target.length, this.position);
    this.skip(got);
    return got;
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** No bytes. */
export const NO_BYTES: ByteSource = { read: () => 0, close: () => {} };
