/**
 * The facts in the footer of an Arrow file, which only it has of what is known at the end: metadata of its copy
 * of the schema, after Arrow's format/File.fbs and Schema.fbs.
 */
import { Flatbuffer } from './flatbuffer.ts';

/** Places of fields in their tables. */
const FOOTER = { schema: 1 } as const;
const SCHEMA = { metadata: 2 } as const;
const PAIR = { key: 0, value: 1 } as const;

/** The facts in a footer (without its length and the magic behind it); none where it is damaged. */
export function footerFacts(bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    const footer = new Flatbuffer(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const schema = footer.child(footer.root, FOOTER.schema);
    if (schema === undefined) return new Map();
    const pairs = footer.tableVector(schema, SCHEMA.metadata);
    return new Map(
      pairs.map((pair) => [footer.text(pair, PAIR.key), footer.text(pair, PAIR.value)]),
    );
  } catch (error) {
    if (error instanceof RangeError) return new Map();
    throw error;
  }
}
