/**
 * Reads what `ColumnWriter` wrote, batch by batch from front to back: columns of unsigned numbers, or of words
 * that the numbers stand for. Traces have a reader of their own, which is faster and takes files of foreign make.
 */
import { InputError } from '../../models/input-error.ts';
import type { InputFile } from '../input-file.ts';
import { openFile } from '../open-file.ts';
import {
  DataType,
  type RecordBatch,
  RecordBatchReader,
  type RecordBatchStreamReader,
} from './arrow.ts';
import { looksLikeArrow, startsWithMagic } from './magic.ts';

/** In front of the stream that a file holds. */
const MAGIC_AND_PADDING_BYTES = 8;
const CHUNK_BYTES = 2 ** 20;

/** The rows of a batch: cells lie there as they do in memory, 64-bit ones as pairs, lower half first. */
export interface ReadBatch {
  readonly rows: number;
  /** The cells of a column, in 64-bit columns twice as many as rows. Throws InputError where there is none. */
  cells(name: string, bits: 8 | 16 | 32 | 64): Uint8Array | Uint16Array | Uint32Array;
  /** The words that a column's cells stand for; empty where they are numbers. */
  words(name: string): readonly string[];
  /** Whether a cell of a column holds something. */
  has(name: string, row: number): boolean;
}

export class ColumnReader {
  /** The schema's metadata. */
  readonly facts: ReadonlyMap<string, string>;
  private readonly input: InputFile;
  private readonly reader: RecordBatchStreamReader;

  /** Opens a file. Throws InputError on what is no Arrow file. */
  constructor(private readonly path: string) {
    this.input = openFile(path);
    const head = this.input.peek(MAGIC_AND_PADDING_BYTES);
    if (!looksLikeArrow(head)) {
      this.input.close();
      throw new InputError(`${path}: expected an Arrow file`);
    }
    if (startsWithMagic(head)) this.input.read(new Uint8Array(MAGIC_AND_PADDING_BYTES));
    this.reader = this.checked(
      () => RecordBatchReader.from(chunksOf(this.input)).open() as RecordBatchStreamReader,
    );
    this.facts = this.reader.schema.metadata;
  }

  /** The batches, once. Throws InputError where the file is damaged. */
  *batches(): Generator<ReadBatch, void, void> {
    for (;;) {
      const { done, value } = this.checked(() => this.reader.next());
      if (done) return;
      yield this.batchOf(value);
    }
  }

  close(): void {
    this.input.close();
  }

  private batchOf(batch: RecordBatch): ReadBatch {
    const column = (name: string) => {
      const found = batch.getChild(name)?.data[0];
      if (found) return found;
      throw new InputError(`${this.path}: column ${name}: missing`);
    };
    return {
      rows: batch.numRows,
      cells: (name, bits) => {
        const { values, type } = column(name);
        const numbers = DataType.isDictionary(type) ? type.indices : type;
        if (!DataType.isInt(numbers) || numbers.isSigned || numbers.bitWidth !== bits) {
          throw new InputError(
            `${this.path}: column ${name}: expected uint${bits}, got ${String(type).toLowerCase()}`,
          );
        }
        if (bits !== 64) return values;
        return new Uint32Array(values.buffer, values.byteOffset, 2 * batch.numRows);
      },
      words: (name) => (column(name).dictionary?.toArray() as string[] | undefined) ?? [],
      has: (name, row) => column(name).getValid(row),
    };
  }

  /** The library's own errors say nothing to who named the file. */
  private checked<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${this.path}: damaged Arrow file (${(error as Error).message})`);
    }
  }
}

function* chunksOf(input: InputFile): Generator<Uint8Array, void, void> {
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const got = input.read(chunk);
    if (got === 0) return;
    yield chunk.subarray(0, got);
  }
}
