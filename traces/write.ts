/** Writes any trace, imported, generated or read, as a trace file. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ArrowWriter } from './arrow/writer.ts';
import type { TraceSource } from './format.ts';
import { OutputFile } from './output-file.ts';

/**
 * Writes the trace to `path`, as an Arrow IPC file; `-` writes an IPC stream to standard output. The file
 * appears under its name only when it is complete. Answers the number of rows.
 */
export async function writeTrace(source: TraceSource, path: string): Promise<{ rows: number }> {
  const file = new OutputFile(path);
  try {
    const writer = new ArrowWriter(file, source.metadata, path === '-' ? 'stream' : 'file');
    let rows = 0;
    for await (const batch of source.batches()) {
      writer.write(batch);
      rows += batch.rows;
      // Lets signals in.
      await nextTurn();
    }
    writer.finish();
    file.finish();
    return { rows };
  } catch (error) {
    file.abandon();
    throw error;
  }
}
