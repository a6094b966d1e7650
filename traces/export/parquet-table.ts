/** A table of results as a Parquet file: INT64, DOUBLE, BOOLEAN and UTF8 columns, all optional. */
import { ByteWriter, ParquetWriter, type SchemaElement } from './hyparquet.ts';
import type { CellType, TableColumn } from './table.ts';

const TYPES: Readonly<Record<CellType, Partial<SchemaElement>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
};

/** The bytes of the file; `facts` are its key-value metadata. */
export function parquetTable(
  columns: readonly TableColumn[],
  facts: ReadonlyMap<string, string>,
): Uint8Array {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'table', num_children: columns.length },
      ...columns.map(
        ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type] }),
      ),
    ],
    kvMetadata: [...facts].map(([key, value]) => ({ key, value })),
    createdBy: 'tcesim',
  });
  writer.write({
    columnData: columns.map(({ name, type, cells }) => ({
      name,
      data: type === 'whole' ? cells.map(wide) : [...cells],
    })),
  });
  writer.finish();
  return bytes.getBytes();
}

function wide(cell: TableColumn['cells'][number]): bigint | null {
  return cell === null ? null : BigInt(cell);
}
