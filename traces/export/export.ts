/** Writes any trace in a form for other tools. */
import { traceFacts } from '../arrow/schema.ts';
import type { TraceMetadata, TraceSource } from '../format.ts';
import type { OutputFile } from '../output-file.ts';
import type { TraceSummary } from '../summary.ts';
import { type TraceWriter, writeRows } from '../write.ts';
import { csvHeader, csvRows } from './csv-text.ts';
import { ParquetTraceWriter } from './parquet.ts';

/** The forms of an export. */
export const EXPORT_FORMATS = ['csv', 'parquet'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Rows of text that are made at a time; strings of a whole batch would cost tens of MiB. */
const CSV_PIECE_ROWS = 4096;

/**
 * Writes the trace to `path`, `-` for standard output; a file appears under its name only when it is
 * complete. A Parquet file records the command. Answers what was written.
 */
export function exportTrace(
  source: TraceSource,
  path: string,
  { format, command }: { readonly format: ExportFormat; readonly command: string },
): Promise<TraceSummary> {
  const { metadata } = source;
  return writeRows(source, path, (file) =>
    format === 'csv'
      ? csvWriter(file, metadata)
      : new ParquetTraceWriter(file, traceFacts(metadata, command)),
  );
}

function csvWriter(file: OutputFile, { clock }: TraceMetadata): TraceWriter {
  file.write(Buffer.from(csvHeader(clock)));
  return {
    write: (batch) => {
      for (let from = 0; from < batch.rows; from += CSV_PIECE_ROWS) {
        const behind = Math.min(batch.rows, from + CSV_PIECE_ROWS);
        file.write(Buffer.from(csvRows(batch, from, behind)));
      }
    },
    finish: () => {},
  };
}
