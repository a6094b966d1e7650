/**
 * A result file that is whole or not there at all: bytes go to a neighbour with a temporary name, which
 * takes the real name at the end. Pipes and devices are written straight.
 */
import { closeSync, openSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';

const STANDARD_OUTPUT = 1;
/** How long to sleep while a non-blocking pipe is full. */
const FULL_PIPE_WAIT_MS = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Temporary names of files that are being written: a process that ends before them takes them along. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const path of unfinished) unlinkSync(path);
});

export class OutputFile {
  private readonly temporary: string | undefined;
  private readonly descriptor: number;

  /** Opens a path, `-` for standard output. Throws InputError where nothing can be written. */
  constructor(private readonly path: string) {
    if (path === '-') {
      this.descriptor = STANDARD_OUTPUT;
      return;
    }
    const kind = kindOf(path);
    if (kind?.isDirectory()) throw new InputError(`${path}: expected a file name, got a directory`);
    if (!kind || kind.isFile()) this.temporary = `${path}.${process.pid}.partial`;
    this.descriptor = openPath(this.temporary ?? path, path);
    if (this.temporary) unfinished.add(this.temporary);
  }

  /**
   * Appends all the bytes before it returns; the array may be reused at once. Throws InputError that names
   * the file where they find no room; standard output has no name, and may be a pipe that was closed.
   */
  write(bytes: Uint8Array): void {
    try {
      writeAll(this.descriptor, bytes);
    } catch (error) {
      throw this.descriptor === STANDARD_OUTPUT ? error : unwritable(this.path, error);
    }
  }

  /** The file is complete: it takes its name. */
  finish(): void {
    if (this.descriptor === STANDARD_OUTPUT) return;
    closeSync(this.descriptor);
    if (this.temporary) {
      renameSync(this.temporary, this.path);
      unfinished.delete(this.temporary);
    }
  }

  /** The file will not be complete: nothing of it stays behind. */
  abandon(): void {
    if (this.descriptor === STANDARD_OUTPUT) return;
    closeSync(this.descriptor);
    if (this.temporary) {
      unlinkSync(this.temporary);
      unfinished.delete(this.temporary);
    }
  }
}

/** Appends all the bytes to an open file before it returns. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSome(descriptor, bytes, at);
}

function kindOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function openPath(path: string, wanted: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw unwritable(wanted, error);
  }
}

/** What a file that cannot be written is refused with. */
export function unwritable(path: string, error: unknown): InputError {
  return new InputError(
    `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error})`,
  );
}

function writeSome(descriptor: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(descriptor, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(sleeper, 0, 0, FULL_PIPE_WAIT_MS);
    return 0;
  }
}
