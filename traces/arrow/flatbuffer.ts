/**
 * Where things stand in a flatbuffer, after its page on internals: a table begins with the distance to its
 * layout, which holds the offset of each field. A DataView throws RangeError for places outside.
 */

const OFFSET_BYTES = 4;
/** Tables that vectors may hold in all; fields that point at each other would never end. */
const TABLES_MAX = 100_000;

/** The elements of a vector. */
interface VectorPlace {
  readonly start: number;
  readonly length: number;
}

export class Flatbuffer {
  private tables = 0;

  constructor(readonly view: DataView) {}

  /** Where the first table begins. */
  get root(): number {
    return this.view.getUint32(0, true);
  }

  /** Positions of the tables that a vector points at. */
  tableVector(table: number, place: number): number[] {
    const { start, length } = this.vector(table, place, OFFSET_BYTES);
    this.tables += length;
    if (this.tables > TABLES_MAX) throw new RangeError('too many tables');
    return Array.from({ length }, (_, index) => {
      const at = start + index * OFFSET_BYTES;
      return at + this.view.getUint32(at, true);
    });
  }

  /** A text; empty where it is absent. */
  text(table: number, place: number): string {
    const { start, length } = this.vector(table, place, 1);
    const { buffer, byteOffset } = this.view;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + start, length));
  }

  /** A vector's first element and length, of elements of so many bytes; it must lie in the buffer. */
  vector(table: number, place: number, bytes: number): VectorPlace {
    const at = this.child(table, place);
    if (at === undefined) return { start: 0, length: 0 };
    const length = this.view.getUint32(at, true);
    const start = at + OFFSET_BYTES;
    if (start + length * bytes > this.view.byteLength) throw new RangeError('a vector is too long');
    return { start, length };
  }

  /** Where the table, vector or text of a field begins; undefined when the field is absent. */
  child(table: number, place: number): number | undefined {
    const at = this.field(table, place);
    return at === undefined ? undefined : at + this.view.getUint32(at, true);
  }

  /** Where a table keeps a field; undefined when it is absent. */
  field(table: number, place: number): number | undefined {
    const layout = table - this.view.getInt32(table, true);
    const entry = OFFSET_BYTES + 2 * place;
    if (entry >= this.view.getUint16(layout, true)) return undefined;
    const offset = this.view.getUint16(layout + entry, true);
    return offset === 0 ? undefined : table + offset;
  }
}
