/**
 * A look over a message header before the library decodes it: the library believes every length that
 * stands in a flatbuffer, and one damaged byte makes it allocate until memory ends. Checked is what the
 * library will count or recurse by, after Arrow's format/Message.fbs and Schema.fbs: vectors and texts
 * must fit into the header. Throws RangeError; a DataView throws the same for offsets that lead outside.
 */
import { Flatbuffer } from './flatbuffer.ts';

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
/** Bytes of a node or buffer. */
const STRUCT_BYTES = 16;

/** Checks a header. Throws RangeError where a length or an offset cannot be. */
export function checkHeader(header: Uint8Array): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  new HeaderCheck(new Flatbuffer(view)).message();
}

class HeaderCheck {
  constructor(private readonly header: Flatbuffer) {}

  message(): void {
    const message = this.header.root;
    const typeAt = this.header.field(message, MESSAGE.headerType);
    const type = typeAt === undefined ? 0 : this.header.view.getUint8(typeAt);
    const header = this.header.child(message, MESSAGE.header);
    this.pairs(message, MESSAGE.metadata);
    if (header === undefined) return;
    if (type === HEADER_SCHEMA) this.schema(header);
    if (type === HEADER_BATCH) this.batch(header);
    if (type === HEADER_DICTIONARY) {
      const data = this.header.child(header, DICTIONARY.data);
      if (data !== undefined) this.batch(data);
    }
  }

  private schema(schema: number): void {
    for (const field of this.header.tableVector(schema, SCHEMA.fields)) this.schemaField(field);
    this.pairs(schema, SCHEMA.metadata);
  }

  private schemaField(field: number): void {
    this.text(field, FIELD.name);
    for (const child of this.header.tableVector(field, FIELD.children)) this.schemaField(child);
    this.pairs(field, FIELD.metadata);
  }

  private batch(batch: number): void {
    this.header.vector(batch, BATCH.nodes, STRUCT_BYTES);
    this.header.vector(batch, BATCH.buffers, STRUCT_BYTES);
  }

  private pairs(table: number, place: number): void {
    for (const pair of this.header.tableVector(table, place)) {
      this.text(pair, PAIR.key);
      this.text(pair, PAIR.value);
    }
  }

  private text(table: number, place: number): void {
    this.header.vector(table, place, 1);
  }
}
