/**
 * A trace as a Parquet file, for tools that want one (DuckDB, Spark): the same columns, `time_ns`, `address`
 * and `value` as UINT_64, `op` as text, the facts as key-value metadata.
 */
import { wide } from '../arrow/column-writer.ts';
import { COLUMNS } from '../arrow/schema.ts';
import { OPERATIONS, type TraceBatch } from '../format.ts';
import type { OutputFile } from '../output-file.ts';
import { ByteWriter, ParquetWriter, type SchemaElement } from './hyparquet.ts';

/** Each batch becomes a row group, whose bytes leave at once. */
export class ParquetTraceWriter {
  private readonly bytes = new ByteWriter(2 ** 20);
  private readonly writer: ParquetWriter;

  constructor(
    private readonly file: OutputFile,
    private readonly facts: Map<string, string>,
  ) {
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: parquetSchema(),
      kvMetadata: [],
      createdBy: 'tcesim',
    });
  }

  /** Writes a batch of at least one row. */
  write(batch: TraceBatch): void {
    const { rows } = batch;
    const numbers = (cells: Uint8Array | Uint16Array) => Int32Array.from(cells.subarray(0, rows));
    this.writer.write({
      rowGroupSize: rows,
      columnData: [
        { name: COLUMNS.timeNs.name, data: wide(batch.timeNs, rows) },
        {
          name: COLUMNS.op.name,
          data: Array.from({ length: rows }, (_, row) => nameAt(batch, row)),
        },
        { name: COLUMNS.phb.name, data: numbers(batch.phb) },
        { name: COLUMNS.rid.name, data: numbers(batch.rid) },
        { name: COLUMNS.pe.name, data: numbers(batch.pe) },
        // The library's plain and dictionary encodings refuse 32-bit numbers from 2^31 on.
        {
          name: COLUMNS.length.name,
          data: batch.length.subarray(0, rows),
          encoding: 'DELTA_BINARY_PACKED',
        },
        { name: COLUMNS.address.name, data: wide(batch.address, rows) },
        { name: COLUMNS.value.name, data: wide(batch.value, rows) },
      ],
    });
    this.flush();
  }

  /** Writes the footer with the facts and those that are known at the end. */
  finish(closing: ReadonlyMap<string, string>): void {
    for (const [key, value] of [...this.facts, ...closing]) {
      this.writer.kvMetadata?.push({ key, value });
    }
    this.writer.finish();
    this.flush();
  }

  private flush(): void {
    this.file.write(this.bytes.getBytes());
    this.bytes.index = 0;
  }
}

function parquetSchema(): SchemaElement[] {
  const columns = Object.values(COLUMNS).map(({ name, bits }): SchemaElement => {
    const isRequired = { name, repetition_type: 'REQUIRED' } as const;
    if (name === 'op') return { ...isRequired, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    return {
      ...isRequired,
      type: bits === 64 ? 'INT64' : 'INT32',
      converted_type: `UINT_${bits}`,
    };
  });
  return [{ name: 'trace', num_children: columns.length }, ...columns];
}

function nameAt(batch: TraceBatch, row: number): string {
  return OPERATIONS[batch.op[row]];
}
