/**
 * Where each column of a trace lies in the record batches of a file: its node (length and nulls) and its
 * first buffer, counted over all columns in front of it, the file's extra ones included. Buffers per type
 * after the Arrow format's table of buffer layouts.
 */
import { InputError } from '../../models/input-error.ts';
import { DataType, type Field, type Schema } from './arrow.ts';
import { COLUMNS, type ColumnKey } from './schema.ts';

/** A column in a record batch: index of its node, index of its validity buffer. */
interface ColumnPlace {
  readonly node: number;
  readonly buffer: number;
  readonly type: DataType;
}

/** The places of the trace's columns; an optional column may be missing. */
export type ColumnPlaces = Partial<Record<ColumnKey, ColumnPlace>>;

/** Finds the columns and checks their types. Throws InputError that names the column. */
export function findColumns(schema: Schema, place: string): ColumnPlaces {
  const places: ColumnPlaces = {};
  let node = 0;
  let buffer = 0;
  for (const field of schema.fields) {
    const key = keyOf(field.name);
    if (key) {
      checkType(key, field.type, place);
      places[key] = { node, buffer, type: field.type };
    }
    const size = sizeOf(field, place);
    node += size.nodes;
    buffer += size.buffers;
  }
  for (const key of Object.keys(COLUMNS) as ColumnKey[]) {
    const { name, required } = COLUMNS[key];
    if (required && !places[key]) throw new InputError(`${place}: column ${name}: missing`);
  }
  return places;
}

function keyOf(name: string): ColumnKey | undefined {
  return (Object.keys(COLUMNS) as ColumnKey[]).find((key) => COLUMNS[key].name === name);
}

function checkType(key: ColumnKey, type: DataType, place: string): void {
  const { name, bits } = COLUMNS[key];
  if (isUnsigned(type, bits) || (key === 'op' && isOperationType(type))) return;
  const wanted = key === 'op' ? 'dictionary of utf8, utf8 or uint8' : `uint${bits}`;
  throw new InputError(
    `${place}: column ${name}: expected ${wanted}, got ${String(type).toLowerCase()}`,
  );
}

function isUnsigned(type: DataType, bits: number): boolean {
  return DataType.isInt(type) && type.bitWidth === bits && !type.isSigned;
}

function isOperationType(type: DataType): boolean {
  if (!DataType.isDictionary(type)) return isText(type);
  return isText(type.dictionary) && type.indices.bitWidth <= 32;
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type);
}

/** Nodes and buffers that a field takes with its children. */
function sizeOf(field: Field, place: string): { nodes: number; buffers: number } {
  const { type } = field;
  let nodes = 1;
  let buffers = ownBuffers(field, place);
  for (const child of DataType.isDictionary(type) ? [] : ((type.children ?? []) as Field[])) {
    const size = sizeOf(child, place);
    nodes += size.nodes;
    buffers += size.buffers;
  }
  return { nodes, buffers };
}

function ownBuffers({ name, type }: Field, place: string): number {
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    throw new InputError(`${place}: column ${name}: ${type} is not supported; leave it out`);
  }
  if (DataType.isNull(type)) return 0;
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) return 1;
  if (DataType.isUnion(type)) return DataType.isDenseUnion(type) ? 2 : 1;
  const isBytes = isText(type) || DataType.isBinary(type) || DataType.isLargeBinary(type);
  return isBytes ? 3 : 2;
}
