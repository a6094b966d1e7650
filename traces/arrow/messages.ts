/**
 * An Arrow IPC file or stream, message by message, after the format's page on encapsulated messages: a
 * marker 0xFFFFFFFF, the length of the header (both little-endian), the header padded to 8 bytes, the
 * body. A file is a stream between the magic and a footer, of which a reader from front to back needs only
 * the facts that are known at the end. Left out: the framing without the marker (before Arrow 0.15).
 */
import { InputError } from '../../models/input-error.ts';
import type { InputFile } from '../input-file.ts';
import { Message } from './arrow.ts';
import { footerFacts } from './footer.ts';
import { checkHeader } from './header-check.ts';
import { CONTINUATION, cell, MAGIC, startsWithMagic, textOf } from './magic.ts';

const MAGIC_AND_PADDING_BYTES = 8;
/** A header of a hundred columns has a few KiB; more is not a header. */
const HEADER_BYTES_MAX = 2 ** 24;
/** One record batch is read whole; tools that write a file as a single batch must be told. */
const BODY_BYTES_MAX = 2 ** 30;
/** Some writers (Polars, the library for JavaScript) leave the schema of a file to its footer. */
export const WRITE_A_STREAM =
  'a file whose schema stands only in its footer must be written as a stream ' +
  '(Polars: write_ipc_stream)';
/** A footer has 24 bytes for each batch, 1 MiB for some three billion rows; of a longer one no facts are taken. */
const FOOTER_BYTES_MAX = 2 ** 20;
/** Behind the footer stand its length and the magic. */
const FOOTER_END_BYTES = 4 + MAGIC.length;

export class ArrowMessages {
  /** Rows of complete batches so far, for the messages about a damaged file. */
  rows = 0;
  /** What the footer says, once the end was read; empty for a stream. */
  footerFacts: ReadonlyMap<string, string> = new Map();
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

  /** Leaves a message's body out, of a file in which one can. */
  skipBody(message: Message): void {
    this.input.skip(message.bodyLength);
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
      const rows = message.isRecordBatch() ? (message.header() as { length: number }).length : 0;
      if (rows < 0) throw new RangeError('a batch of negative length');
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
    const chunk = new Uint8Array(FOOTER_BYTES_MAX);
    let bytes = 0;
    let tail = '';
    for (let got = this.input.read(chunk); got > 0; got = this.input.read(chunk)) {
      bytes += got;
      tail = (tail + textOf(chunk.subarray(Math.max(0, got - MAGIC.length), got))).slice(
        -MAGIC.length,
      );
    }
    if (tail !== MAGIC) throw this.broken('in the footer');
    if (bytes > chunk.length) return;
    this.footerFacts = footerFacts(chunk.subarray(0, Math.max(0, bytes - FOOTER_END_BYTES)));
  }

  private broken(where: string): InputError {
    return new InputError(
      `${this.input.name}: truncated at byte ${this.input.offset}, ${where}; ` +
        `${this.rows} rows before it are whole`,
    );
  }
}
