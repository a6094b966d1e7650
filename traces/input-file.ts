/**
 * A file, standard input or bytes in memory, read once from front to back. It may look ahead, which is
 * how a trace's format is found out without a second opening (a pipe has none).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';

const STANDARD_INPUT = 0;
/** The descriptor of bytes in memory. */
const NO_FILE = -1;
/** How long to sleep while a non-blocking pipe has nothing yet. */
const EMPTY_PIPE_WAIT_MS = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export class InputFile {
  /** Bytes handed out so far. */
  offset = 0;

  private constructor(
    /** The name for messages: the path, or `standard input`. */
    readonly name: string,
    private readonly descriptor: number,
    /** Bytes that were looked at and not taken yet. */
    private ahead = new Uint8Array(0),
  ) {}

  /** Opens a path, `-` for standard input. Throws InputError where there is no file to read. */
  static open(path: string): InputFile {
    if (path === '-') return new InputFile('standard input', STANDARD_INPUT);
    const descriptor = openPath(path);
    if (fstatSync(descriptor).isDirectory()) {
      closeSync(descriptor);
      throw new InputError(`${path}: expected a trace file, got a directory`);
    }
    return new InputFile(path, descriptor);
  }

  /** Bytes that stand elsewhere; `name` says where. */
  static ofBytes(name: string, bytes: Uint8Array<ArrayBuffer>): InputFile {
    return new InputFile(name, NO_FILE, bytes);
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

  close(): void {
    if (this.descriptor > STANDARD_INPUT) closeSync(this.descriptor);
  }

  private fill(target: Uint8Array, from: number): number {
    let at = from;
    while (at < target.length && this.descriptor !== NO_FILE) {
      const got = readSome(this.descriptor, target, at);
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

function readSome(descriptor: number, target: Uint8Array, at: number): number {
  for (;;) {
    try {
      return readSync(descriptor, target, at, target.length - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, EMPTY_PIPE_WAIT_MS);
    }
  }
}
