/** Writes batches of a trace as an Arrow IPC file, or as an IPC stream for a pipe. */
import type { TraceBatch, TraceMetadata } from '../format.ts';
import type { OutputFile } from '../output-file.ts';
import { ColumnWriter, wide } from './column-writer.ts';
import { traceColumns, traceFacts } from './schema.ts';

export class ArrowWriter {
  private readonly writer: ColumnWriter;

  /** Writes the schema; `command` is recorded in it. */
  constructor(
    file: OutputFile,
    metadata: TraceMetadata,
    form: 'file' | 'stream',
    command?: string,
  ) {
    this.writer = new ColumnWriter(file, traceColumns(), traceFacts(metadata, command), form);
  }

  /** Writes a batch; its arrays may be reused when this returns. */
  write(batch: TraceBatch): void {
    const { rows } = batch;
    this.writer.write(rows, [
      { data: wide(batch.timeNs, rows) },
      { data: batch.op.subarray(0, rows) },
      { data: batch.phb.subarray(0, rows) },
      { data: batch.rid.subarray(0, rows) },
      { data: batch.pe.subarray(0, rows) },
      { data: batch.length.subarray(0, rows) },
      { data: wide(batch.address, rows) },
      { data: wide(batch.value, rows) },
    ]);
  }

  /** Writes the end marker and, in a file, the footer with further facts. */
  finish(facts: ReadonlyMap<string, string> = new Map()): void {
    this.writer.finish(facts);
  }
}
