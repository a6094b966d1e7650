/**
 * Writes batches as an Arrow IPC file, or as an IPC stream where no footer can be looked for (a pipe).
 * Columns go to the file as they lie in memory.
 */
import { OPERATIONS, type TraceBatch, type TraceMetadata } from '../format.ts';
import type { OutputFile } from '../output-file.ts';
import {
  AsyncByteQueue,
  Message,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Schema,
  Struct,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  vectorFromArray,
} from './arrow.ts';
import { OPERATION_TYPE, traceSchema } from './schema.ts';

/** The library's file writer leaves the schema to the footer; a sequential reader needs it in front. */
class FileWriter extends RecordBatchFileWriter {
  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(Message.from(schema));
  }
}

/** The library writes into a queue of promises; here the bytes leave at once, so memory stays bounded. */
class FileSink extends AsyncByteQueue {
  constructor(private readonly file: OutputFile) {
    super();
  }
  override write(bytes: Uint8Array): void {
    this.file.write(bytes);
  }
}

export class ArrowWriter {
  private readonly schema: Schema;
  private readonly writer: RecordBatchFileWriter | RecordBatchStreamWriter;
  private readonly operations = vectorFromArray(OPERATIONS, OPERATION_TYPE.dictionary);

  constructor(file: OutputFile, metadata: TraceMetadata, form: 'file' | 'stream') {
    this.schema = traceSchema(metadata);
    this.writer = form === 'file' ? new FileWriter() : new RecordBatchStreamWriter();
    this.writer.reset(new FileSink(file), this.schema);
  }

  /** Writes a batch; its arrays may be reused when this returns. */
  write(batch: TraceBatch): void {
    const { rows } = batch;
    const children = [
      makeData({ type: new Uint64(), length: rows, data: wide(batch.timeNs, rows) }),
      makeData({
        type: OPERATION_TYPE,
        length: rows,
        data: batch.op.subarray(0, rows),
        dictionary: this.operations,
      }),
      makeData({ type: new Uint8(), length: rows, data: batch.phb.subarray(0, rows) }),
      makeData({ type: new Uint16(), length: rows, data: batch.rid.subarray(0, rows) }),
      makeData({ type: new Uint16(), length: rows, data: batch.pe.subarray(0, rows) }),
      makeData({ type: new Uint32(), length: rows, data: batch.length.subarray(0, rows) }),
      makeData({ type: new Uint64(), length: rows, data: wide(batch.address, rows) }),
      makeData({ type: new Uint64(), length: rows, data: wide(batch.value, rows) }),
    ];
    const type = new Struct(this.schema.fields);
    this.writer.write(
      new RecordBatch(this.schema, makeData({ type, length: rows, nullCount: 0, children })),
    );
  }

  /** Writes the end marker and, in a file, the footer. */
  finish(): void {
    this.writer.finish();
  }
}

/** A column of pairs as the 64-bit column that it is in the file. */
function wide(pairs: Uint32Array, rows: number): BigUint64Array {
  return new BigUint64Array(pairs.buffer, pairs.byteOffset, rows);
}
