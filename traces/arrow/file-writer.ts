/** Where apache-arrow's own writer of files is not enough: the schema in front, facts at the end, bytes at once. */
import { AsyncByteQueue, Message, RecordBatchFileWriter, Schema } from './arrow.ts';

/** The library's file writer leaves the schema to the footer; a sequential reader needs it in front. */
export class FileWriter extends RecordBatchFileWriter {
  /** What is known at the end only: metadata of the footer's copy of the schema, which most readers take. */
  readonly closing = new Map<string, string>();

  protected override _writeFooter(schema: Schema): this {
    return super._writeFooter(
      new Schema(schema.fields, new Map([...schema.metadata, ...this.closing])),
    );
  }

  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    return this._writeMessage(Message.from(schema));
  }
}

/** The library writes into a queue of promises; here the bytes leave at once, so memory stays bounded. */
export class ByteSink extends AsyncByteQueue {
  constructor(private readonly file: { write(bytes: Uint8Array): void }) {
    super();
  }
  override write(bytes: Uint8Array): void {
    this.file.write(bytes);
  }
}
