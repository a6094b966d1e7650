/**
 * A look over a message header before the library decodes it: the library believes every length that
 * stands in a flatbuffer, and one damaged byte makes it allocate until memory ends. Checked is what the
 * library will count or recurse by, after Arrow's format/Message.fbs and Schema.fbs: vectors and texts
 * must fit into the header. Throws RangeError; a DataView throws the same for offsets that lead outside.
 */

/** Places of fields in their tables. */
const MESSAGE = { headerType: 1, header: 2, metadata: 4 } as const;
const SCHEMA = { fields: 1, metadata: 2 } as const;
const FIELD = { name: 0, children: 5, metadata: 6 } as const;
const PAIR = { key: 0, value: 1 } as const;
const DICTIONARY = { data: 1 } as const;
const BATCH = { nodes: 1, buffers: 2 } as const;

const HEADER_SCHEMA = 1;
const HEADER_DICTIONARY = 2;
const HEADER_BATCH = 3;
/** Bytes of a node or buffer, and of an offset. */
const STRUCT_BYTES = 16;
const OFFSET_BYTES = 4;
/** Tables that a header may hold; fields that point at each other would never end. */
const TABLES_MAX = 100_000;

/** Checks a header. Throws RangeError where a length or an offset cannot be. */
export function checkHeader(header: Uint8Array): void {
  new HeaderCheck(new DataView(header.buffer, header.byteOffset, header.byteLength)).message();
}

class HeaderCheck {
  private tables = 0;

  constructor(private readonly view: DataView) {}

  message(): void {
    const message = this.view.getUint32(0, true);
    const typeAt = this.field(message, MESSAGE.headerType);
    const type = typeAt === undefined ? 0 : this.view.getUint8(typeAt);
    const header = this.child(message, MESSAGE.header);
    this.pairs(message, MESSAGE.metadata);
    if (header === undefined) return;
    if (type === HEADER_SCHEMA) this.schema(header);
    if (type === HEADER_BATCH) this.batch(header);
    if (type === HEADER_DICTIONARY) {
      const data = this.child(header, DICTIONARY.data);
      if (data !== undefined) this.batch(data);
    }
  }

  private schema(schema: number): void {
    for (const field of this.tableVector(schema, SCHEMA.fields)) this.schemaField(field);
    this.pairs(schema, SCHEMA.metadata);
  }

  private schemaField(field: number): void {
    this.text(field, FIELD.name);
    for (const child of this.tableVector(field, FIELD.children)) this.schemaField(child);
    this.pairs(field, FIELD.metadata);
  }

  private batch(batch: number): void {
    this.vector(batch, BATCH.nodes, STRUCT_BYTES);
    this.vector(batch, BATCH.buffers, STRUCT_BYTES);
  }

  private pairs(table: number, place: number): void {
    for (const pair of this.tableVector(table, place)) {
      this.text(pair, PAIR.key);
      this.text(pair, PAIR.value);
    }
  }

  private text(table: number, place: number): void {
    this.vector(table, place, 1);
  }

  /** Positions of the tables that a vector points at. */
  private tableVector(table: number, place: number): number[] {
    const { start, length } = this.vector(table, place, OFFSET_BYTES);
    this.tables += length;
    if (this.tables > TABLES_MAX) throw new RangeError('too many tables');
    return Array.from({ length }, (_, index) => {
      const at = start + index * OFFSET_BYTES;
      return at + this.view.getUint32(at, true);
    });
  }

  /** A vector's first element and length; it must lie in the header. */
  private vector(table: number, place: number, bytes: number): { start: number; length: number } {
    const at = this.child(table, place);
    if (at === undefined) return { start: 0, length: 0 };
    const length = this.view.getUint32(at, true);
    const start = at + OFFSET_BYTES;
    if (start + length * bytes > this.view.byteLength) throw new RangeError('a vector is too long');
    return { start, length };
  }

  /** Where the table, vector or text of a field begins; undefined when the field is absent. */
  private child(table: number, place: number): number | undefined {
    const at = this.field(table, place);
    return at === undefined ? undefined : at + this.view.getUint32(at, true);
  }

  /** Where a table keeps a field; undefined when it is absent. */
  private field(table: number, place: number): number | undefined {
    const layout = table - this.view.getInt32(table, true);
    const entry = OFFSET_BYTES + 2 * place;
    if (entry >= this.view.getUint16(layout, true)) return undefined;
    const offset = this.view.getUint16(layout + entry, true);
    return offset === 0 ? undefined : table + offset;
  }
}
