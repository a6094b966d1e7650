/** The only door to hyparquet-writer. */
import type { ParquetWriter } from 'hyparquet-writer';

export { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** A column of a schema, or the schema's own line in front of them. */
export type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
