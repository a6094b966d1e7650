/**
 * A trace whose rows are hashed on their way: whether they are still those that were written is known once
 * the last one is out. What takes only a part of a trace learns nothing.
 */
import { TraceDigest } from './digest.ts';
import type { SkippedReport, TraceBatch, TraceMetadata, TraceSource } from './format.ts';
import { ImportedTrace } from './import/import.ts';

export class CheckedTrace implements TraceSource {
  readonly metadata: TraceMetadata;
  readonly skipped: SkippedReport;
  private digest: string | undefined;

  constructor(private readonly source: TraceSource) {
    this.metadata = source.metadata;
    this.skipped = source.skipped;
  }

  get digestWritten(): string | undefined {
    return this.source.digestWritten;
  }

  /** The digest of the rows that were read; undefined before the last one is out, and of a log. */
  get digestRead(): string | undefined {
    return this.digest;
  }

  async *batches(): AsyncGenerator<TraceBatch, void, void> {
    this.digest = undefined;
    if (this.source instanceof ImportedTrace) {
      yield* this.source.batches();
      return;
    }
    const digest = new TraceDigest();
    for await (const batch of this.source.batches()) {
      digest.add(batch);
      yield batch;
    }
    this.digest = digest.finish();
  }
}
