/** A table of results as an Arrow IPC file: int64, float64, bool and utf8 columns, all nullable. */
import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from '../arrow/arrow.ts';
import { ByteSink, FileWriter } from '../arrow/file-writer.ts';
import type { CellType, TableColumn } from './table.ts';

/** The bytes of the file; `facts` are the metadata of its schema. */
export function arrowTable(
  columns: readonly TableColumn[],
  facts: ReadonlyMap<string, string>,
): Uint8Array {
  const vectors = columns.map(({ type, cells }) =>
    type === 'whole'
      ? vectorFromArray(
          cells.map((cell) => (cell === null ? null : BigInt(cell))),
          new Int64(),
        )
      : vectorFromArray([...cells], typeOf(type)),
  );
  const fields = columns.map(({ name }, at) => Field.new(name, vectors[at].type as DataType, true));
  const schema = new Schema(fields, new Map(facts));
  const type = new Struct(fields);
  const children = vectors.map(({ data: [data] }) => data);
  const length = columns[0]?.cells.length ?? 0;
  const pieces: Uint8Array[] = [];
  const writer = new FileWriter();
  writer.reset(new ByteSink({ write: (bytes) => pieces.push(Buffer.from(bytes)) }), schema);
  writer.write(new RecordBatch(schema, makeData({ type, length, nullCount: 0, children })));
  writer.finish();
  return Buffer.concat(pieces);
}

function typeOf(type: Exclude<CellType, 'whole'>): DataType {
  return { text: new Utf8(), number: new Float64(), flag: new Bool() }[type];
}
