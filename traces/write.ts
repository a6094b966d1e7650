/** Writes any trace, imported, generated or read, as a trace file. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closingFacts } from './arrow/schema.ts';
import { ArrowWriter } from './arrow/writer.ts';
import { TraceDigest } from './digest.ts';
import type { TraceBatch, TraceSource } from './format.ts';
import { OutputFile } from './output-file.ts';
import { SummaryPass, type TraceSummary } from './summary.ts';

/** What puts rows into a file. */
export interface TraceWriter {
  /** Writes a batch; its arrays may be reused when this returns. */
  write(batch: TraceBatch): void;
  /** Ends the file, with the facts that are known at the end: counts and digest. */
  finish(closing: ReadonlyMap<string, string>): void;
}

/**
 * Writes the trace to `path`, as an Arrow IPC file; `-` writes an IPC stream to standard output. The file
 * appears under its name only when it is complete. `command` is recorded in it. Answers what was written.
 */
export function writeTrace(
  source: TraceSource,
  path: string,
  { command }: { readonly command?: string } = {},
): Promise<TraceSummary> {
  const form = path === '-' ? 'stream' : 'file';
  return writeRows(source, path, (file) => new ArrowWriter(file, source.metadata, form, command));
}

/** Writes the trace to `path` with a writer of any form; the file is whole or not there at all. */
export async function writeRows(
  source: TraceSource,
  path: string,
  begin: (file: OutputFile) => TraceWriter,
): Promise<TraceSummary> {
  const file = new OutputFile(path);
  try {
    const writer = begin(file);
    const pass = new SummaryPass();
    const digest = new TraceDigest();
    for await (const batch of source.batches()) {
      writer.write(batch);
      pass.add(batch);
      digest.add(batch);
      // Lets signals in.
      await nextTurn();
    }
    const summary = pass.summary(source.metadata);
    writer.finish(closingFacts(summary.operations, digest.finish()));
    file.finish();
    return summary;
  } catch (error) {
    file.abandon();
    throw error;
  }
}
