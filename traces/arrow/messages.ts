/**
 * An Arrow IPC file or stream, message by message, after the format's page on encapsulated messages: a
 * marker 0xFFFFFFFF, the length of the header (both little-endian), the header padded to 8 bytes, the
 * body. A file is a stream between the magic and a footer, which a reader from front to back does not
 * need. Left out: the framing without the marker (before Arrow 0.15).
 */
import { InputError } from '../../models/input-error.ts';
import type { InputFile } from '../input-file.ts';
import { Message } from './arrow.ts';
import { checkHeader } from './header-check.ts';

const MAGIC = 'ARROW1';
const MAGIC_AND_PADDING_BYTES = 8;
const CONTINUATION = 0xffffffff;
/** A header of a hundred columns has a few KiB; more is not a header. */
const HEADER_BYTES_MAX = 2 ** 24;
/** One record batch is read whole; tools that write a file as a single batch must be told. */
const BODY_BYTES_MAX = 2 ** 30;
/** Some writers (Polars, the library for JavaScript) leave the schema of a file to its footer. */
export const WRITE_A_STREAM =
  'a file whose schema stands only in its footer must be written as a stream ' +
  '(Polars: write_ipc_stream)';
const FOOTER_CHUNK_BYTES = 65_536;

/** Whether the first bytes of a file are those of an Arrow file or stream. */
export function looksLikeArrow(head: Uint8Array): boolean {
  return startsWithMagic(head) || (head.length >= 4 && cell(head, 0) === CONTINUATION);
}

export class ArrowMessages {
  /** Rows of complete batches so far, for the messages about a damaged file. */
  rows = 0;
  private readonly isFile: boolean;
  private body = new Uint8Array(new SharedArrayBuffer(0));

  constructor(private readonly input: InputFile) {
    this.isFile = startsWithMagic(input.peek(MAGIC_AND_PADDING_BYTES));
    if (this.isFile) input.read(new Uint8Array(MAGIC_AND_PADDING_BYTES));
  }

  /** The next header; undefined at the end. Throws InputError where the file breaks off. */
  next(): Message | undefined {
    const prefix = new Uint8Array(8);
    const got = this.input.read(prefix);
    if (got === 0 && !this.isFile) return undefined;
    if (got === 0) throw this.broken('before the end marker');
    if (got < prefix.length) throw this.broken('in the middle of a message');
    const headerBytes = cell(prefix, 4);
    if (cell(prefix, 0) !== CONTINUATION || headerBytes > HEADER_BYTES_MAX) {
      const at = this.input.offset - prefix.length;
      const way = this.isFile && at === MAGIC_AND_PADDING_BYTES ? `; ${WRITE_A_STREAM}` : '';
      throw new InputError(
        `${this.input.name}: expected an Arrow message at byte ${at}, got other bytes${way}`,
      );
    }
    if (headerBytes === 0) {
      if (this.isFile) this.expectFooter();
      return undefined;
    }
    const header = new Uint8Array(headerBytes);
    this.readWhole(header);
    return this.decode(header);
  }

  /** Reads a message's body into the shared buffer that every call uses again. */
  readBody(message: Message): Uint8Array {
    const bytes = message.bodyLength;
    if (bytes > BODY_BYTES_MAX) {
      throw new InputError(
        `${this.input.name}: a record batch of ${bytes} bytes is more than ${BODY_BYTES_MAX}; ` +
          'write the file in batches of about 65536 rows (pyarrow: max_chunksize)',
      );
    }
    if (bytes > this.body.length) this.body = new Uint8Array(new SharedArrayBuffer(bytes));
    const body = this.body.subarray(0, bytes);
    this.readWhole(body);
    return body;
  }

  private decode(header: Uint8Array): Message {
    try {
      checkHeader(header);
      const message = Message.decode(header);
      // The library decodes lazily; what is damaged must show here.
      message.header();
      return message;
    } catch {
      throw new InputError(
        `${this.input.name}: damaged Arrow message header before byte ${this.input.offset}`,
      );
    }
  }

  private readWhole(target: Uint8Array): void {
    if (this.input.read(target) < target.length) throw this.broken('in the middle of a message');
  }

  private expectFooter(): void {
    const chunk = new Uint8Array(FOOTER_CHUNK_BYTES);
    let tail = '';
    for (let got = this.input.read(chunk); got > 0; got = this.input.read(chunk)) {
      const last = chunk.subarray(Math.max(0, got - MAGIC.length), got);
      tail = (tail + String.fromCharCode(...last)).slice(-MAGIC.length);
    }
    if (tail !== MAGIC) throw this.broken('in the footer');
  }

  private broken(where: string): InputError {
    return new InputError(
      `${this.input.name}: truncated at byte ${this.input.offset}, ${where}; ` +
        `${this.rows} rows before it are whole`,
    );
  }
}

function startsWithMagic(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, MAGIC.length)) === MAGIC;
}

function cell(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
