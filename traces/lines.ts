/** The lines of a text file, one after the other, in bounded memory. */
import { InputError } from '../models/input-error.ts';
import type { InputFile } from './input-file.ts';

/** No trace line comes near; what does is not a text of lines. */
const LINE_BYTES_MAX = 2 ** 20;
const CHUNK_BYTES = 2 ** 18;
const LINE_FEED = 0x0a;

/** Lines as bytes, many at a time: the bytes of `bytes` below `end` are whole lines. */
export class WholeLines {
  /** The same array each time; a chunk, a line that began before it, and a line feed fit in. */
  readonly bytes = Buffer.alloc(LINE_BYTES_MAX + CHUNK_BYTES + 1);
  /** Bytes of whole lines. */
  end = 0;
  /** Bytes that are there: whole lines and the beginning of another. */
  private held = 0;

  constructor(private readonly input: InputFile) {}

  /**
   * Goes on to the lines that follow; answers false where there are none. Each ends with a line feed: a
   * last one without gets one. `line` is the number of the first of them, for the message of the
   * InputError that a line beyond all bounds throws.
   */
  next(line: number): boolean {
    const { bytes } = this;
    bytes.copyWithin(0, this.end, this.held);
    this.held -= this.end;
    this.end = 0;
    while (this.end === 0) {
      if (this.held > LINE_BYTES_MAX) {
        const { name } = this.input;
        throw new InputError(`${name}:${line}: a line of more than ${LINE_BYTES_MAX} bytes`);
      }
      const got = this.input.read(bytes.subarray(this.held, this.held + CHUNK_BYTES));
      if (got === 0) return this.takeRest();
      this.held += got;
      this.end = bytes.subarray(0, this.held).lastIndexOf(LINE_FEED) + 1;
    }
    return true;
  }

  private takeRest(): boolean {
    if (this.held === 0) return false;
    this.bytes[this.held] = LINE_FEED;
    this.held += 1;
    this.end = this.held;
    return true;
  }
}

/** Lines without their end (LF or CRLF); the last one need not have one. */
export function* readLines(input: InputFile): Generator<string, void, void> {
  const whole = new WholeLines(input);
  const decoder = new TextDecoder();
  let line = 1;
  while (whole.next(line)) {
    const parts = decoder.decode(whole.bytes.subarray(0, whole.end - 1)).split('\n');
    line += parts.length;
    for (const part of parts) yield withoutReturn(part);
  }
}

/** The complete lines among the first bytes of a file, for finding out its format. */
export function firstLines(head: Uint8Array): string[] {
  const lines = new TextDecoder().decode(head).split('\n').map(withoutReturn);
  if (lines.length > 1) lines.pop();
  return lines.filter((line) => line.trim() !== '');
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
