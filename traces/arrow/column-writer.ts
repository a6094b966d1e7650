/**
 * Writes columns as an Arrow IPC file, or as an IPC stream where no footer can be looked for (a pipe).
 * Columns go to the file as they lie in memory.
 */
import type { OutputFile } from '../output-file.ts';
import {
  type DataType,
  Dictionary,
  Field,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  vectorFromArray,
} from './arrow.ts';
import { ByteSink, FileWriter } from './file-writer.ts';

/** A column of unsigned numbers, or of words that the numbers stand for. */
export interface ColumnSpec {
  readonly name: string;
  readonly bits: 8 | 16 | 32 | 64;
  /** The words, by number. */
  readonly words?: readonly string[];
  /** Whether cells may be empty. */
  readonly isNullable?: boolean;
}

/** Cells of a column: as many as the batch has rows, in memory order. */
export interface ColumnCells {
  readonly data: Uint8Array | Uint16Array | Uint32Array | BigUint64Array;
  /** A bit for each row, the lowest of a byte first: 0 where the cell is empty. */
  readonly present?: Uint8Array;
}

/** The first rows of a column of pairs as the 64-bit column that they are in the file. */
export function wide(pairs: Uint32Array, rows: number): BigUint64Array {
  return new BigUint64Array(pairs.buffer, pairs.byteOffset, rows);
}

export class ColumnWriter {
  private readonly schema: Schema;
  private readonly writer: FileWriter | RecordBatchStreamWriter;
  private readonly dictionaries;

  /** Writes the schema: the columns, and `facts` as its metadata. */
  constructor(
    file: OutputFile,
    columns: readonly ColumnSpec[],
    facts: Map<string, string>,
    form: 'file' | 'stream',
  ) {
    const worded = columns.filter(({ words }) => words);
    const fields = columns.map((column) =>
      Field.new(column.name, typeOf(column, worded.indexOf(column)), column.isNullable === true),
    );
    this.schema = new Schema(fields, facts);
    this.dictionaries = columns.map(({ words }) => words && vectorFromArray(words, new Utf8()));
    this.writer = form === 'file' ? new FileWriter() : new RecordBatchStreamWriter();
    this.writer.reset(new ByteSink(file), this.schema);
  }

  /** Writes a batch, the cells of each column in their order; arrays may be reused when this returns. */
  write(rows: number, columns: readonly ColumnCells[]): void {
    const children = columns.map(({ data, present }, index) => {
      const dictionary = this.dictionaries[index];
      return makeData({
        type: this.schema.fields[index].type,
        length: rows,
        data,
        ...(present && { nullBitmap: present }),
        ...(dictionary && { dictionary }),
      });
    });
    const type = new Struct(this.schema.fields);
    this.writer.write(
      new RecordBatch(this.schema, makeData({ type, length: rows, nullCount: 0, children })),
    );
  }

  /** Writes the end marker and, in a file, the footer with further `facts`; a stream has no room for them. */
  finish(facts: ReadonlyMap<string, string> = new Map()): void {
    if (this.writer instanceof FileWriter) {
      for (const [key, value] of facts) this.writer.closing.set(key, value);
    }
    this.writer.finish();
  }
}

/** The type of a column; dictionaries are numbered. */
function typeOf({ bits, words }: ColumnSpec, dictionary: number): DataType {
  const numbers = { 8: new Uint8(), 16: new Uint16(), 32: new Uint32(), 64: new Uint64() }[bits];
  if (!words) return numbers;
  return new Dictionary(new Utf8(), numbers as Uint8, dictionary);
}
