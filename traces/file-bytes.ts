/** Bytes of open files, as the operating system gives them. */
import { closeSync, readSync } from 'node:fs';
import type { ByteSource } from './byte-source.ts';

const STANDARD_INPUT = 0;
/** How long to sleep while a non-blocking pipe has nothing yet. */
const EMPTY_PIPE_WAIT_MS = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

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
