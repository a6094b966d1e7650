/**
 * The `op` column of a file as operation codes. Our own files hold the codes themselves, with the names as
 * their dictionary; other writers choose their own order, wider indices or plain text.
 */
import { InputError } from '../../models/input-error.ts';
import { BATCH_ROWS, OPERATIONS } from '../format.ts';
import { suggest } from '../nearest.ts';
import { DataType } from './arrow.ts';

const UNKNOWN = 255;

/** A record batch's buffers, already in memory: the bytes of buffer `index`. */
export type BufferAt = (index: number) => Uint8Array;

export class OperationColumn {
  private names: string[] = [...OPERATIONS];
  private codes = Uint8Array.from(OPERATIONS.keys());
  /** Whether each name's index is its code, as in our own files. */
  private areIndicesCodes = true;
  private readonly decoded = new Uint8Array(BATCH_ROWS);

  constructor(
    private readonly type: DataType,
    private readonly place: string,
  ) {
    if (DataType.isDictionary(type)) this.setNames([]);
  }

  /** A dictionary message: new names, or more names behind the known ones. */
  addDictionary(bufferAt: BufferAt, rows: number, isDelta: boolean): void {
    const text = DataType.isDictionary(this.type) ? this.type.dictionary : this.type;
    const names = textOf(text, bufferAt, 0, 0, rows, this.place);
    this.setNames(isDelta ? [...this.names, ...names] : names);
  }

  /**
   * Codes of the rows `from..from + rows - 1` (at most BATCH_ROWS) of a batch whose column begins at
   * buffer `first`; `row` is the trace's row number of the first, for the message about a bad one.
   */
  decode(bufferAt: BufferAt, first: number, from: number, rows: number, row: number): Uint8Array {
    if (DataType.isInt(this.type)) return this.translate(bufferAt(first + 1), from, rows, row);
    if (DataType.isDictionary(this.type)) {
      const bytes = this.type.indices.bitWidth / 8;
      return this.translate(indices(bufferAt(first + 1), bytes), from, rows, row);
    }
    this.setNames(textOf(this.type, bufferAt, first, from, rows, this.place));
    for (let at = 0; at < rows; at += 1) {
      this.decoded[at] = this.known(this.codes[at], this.names[at], row + at);
    }
    return this.decoded;
  }

  private translate(
    from: Uint8Array | Uint16Array | Uint32Array,
    start: number,
    rows: number,
    row: number,
  ): Uint8Array {
    if (this.areIndicesCodes && from instanceof Uint8Array) {
      return this.checked(from.subarray(start, start + rows), rows, row);
    }
    const { codes, decoded } = this;
    for (let at = 0; at < rows; at += 1) {
      const index = from[start + at];
      const code = index < codes.length ? codes[index] : UNKNOWN;
      decoded[at] = code === UNKNOWN ? this.known(code, this.names[index], row + at) : code;
    }
    return decoded;
  }

  /** Indices that are codes already: they stay where they are. */
  private checked(indices: Uint8Array, rows: number, row: number): Uint8Array {
    const codes = this.codes.length;
    for (let at = 0; at < rows; at += 1) {
      // Of a buffer that is cut there is no index, which is not below anything.
      if (!(indices[at] < codes)) this.known(UNKNOWN, undefined, row + at);
    }
    return indices;
  }

  private setNames(names: string[]): void {
    this.names = names;
    this.codes = Uint8Array.from(names, (name) => {
      const code = (OPERATIONS as readonly string[]).indexOf(name);
      return code < 0 ? UNKNOWN : code;
    });
    this.areIndicesCodes = this.codes.every((code, index) => code === index);
  }

  private known(code: number, name: string | undefined, row: number): number {
    if (code !== UNKNOWN) return code;
    const got =
      name === undefined ? 'an index without a name' : `'${name}'${suggest(name, OPERATIONS)}`;
    throw new InputError(`${this.place}: row ${row}: column op: expected an operation, got ${got}`);
  }
}

function indices(bytes: Uint8Array, width: number): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return bytes;
  const copy = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % width)));
  return width === 2 ? new Uint16Array(copy.buffer) : new Uint32Array(copy.buffer);
}

/** Texts of a utf8 (32-bit offsets) or large utf8 (64-bit offsets) column. */
function textOf(
  type: DataType,
  bufferAt: BufferAt,
  first: number,
  from: number,
  rows: number,
  place: string,
): string[] {
  const cells = DataType.isLargeUtf8(type) ? 2 : 1;
  const offsetBytes = bufferAt(first + 1);
  const offsetsEnd = (from + rows + 1) * cells * Uint32Array.BYTES_PER_ELEMENT;
  if (offsetsEnd > offsetBytes.length) {
    throw new InputError(`${place}: damaged record batch: column op is cut`);
  }
  // A damaged buffer may begin anywhere; a copy begins where cells may.
  const offsets = new Uint32Array(new Uint8Array(offsetBytes.subarray(0, offsetsEnd)).buffer);
  // Shared memory cannot be decoded everywhere.
  const bytes = bufferAt(first + 2).slice();
  const decoder = new TextDecoder();
  return Array.from({ length: rows }, (_, at) =>
    decoder.decode(bytes.subarray(offsets[(from + at) * cells], offsets[(from + at + 1) * cells])),
  );
}
