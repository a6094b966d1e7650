/**
 * A trace decoded once for all workers: its rows as columns in SharedArrayBuffers, a buffer a batch, which a
 * worker reads where they are. Traces beyond a limit of memory are not shared: workers read or generate these by
 * themselves, batch by batch.
 */
import type { SkippedReport, TraceBatch, TraceMetadata, TraceSource } from '../../traces/format.ts';

/** Bytes of a row in memory. */
const ROW_BYTES = 34;

/** Rows of a batch: all columns in one buffer. */
interface SharedBatch {
  readonly rows: number;
  readonly buffer: SharedArrayBuffer;
}

/** A decoded trace as plain data, which goes to a worker without a copy of its rows. */
export interface SharedTrace {
  readonly metadata: TraceMetadata;
  readonly skipped: SkippedReport;
  readonly rows: number;
  readonly batches: readonly SharedBatch[];
}

/** Decodes a trace; undefined where its rows take more than so many bytes. */
export async function shareTrace(
  source: TraceSource,
  bytesMax: number,
): Promise<SharedTrace | undefined> {
  const batches: SharedBatch[] = [];
  let rows = 0;
  for await (const batch of source.batches()) {
    rows += batch.rows;
    if (rows * ROW_BYTES > bytesMax) return undefined;
    batches.push(sharedBatch(batch));
  }
  return { metadata: source.metadata, skipped: source.skipped, rows, batches };
}

/** Bytes that a decoded trace takes. */
export function sharedBytes({ rows }: SharedTrace): number {
  return rows * ROW_BYTES;
}

/** The trace as a replay reads it; any number of threads may do so at the same time. */
export function sharedSource({ metadata, skipped, batches }: SharedTrace): TraceSource {
  return {
    metadata,
    skipped,
    async *batches() {
      for (const { rows, buffer } of batches) yield { rows, ...columnsIn(buffer, rows) };
    },
  };
}

function sharedBatch(batch: TraceBatch): SharedBatch {
  const { rows } = batch;
  const buffer = new SharedArrayBuffer(rows * ROW_BYTES);
  const columns = columnsIn(buffer, rows);
  for (const name of Object.keys(columns) as (keyof typeof columns)[]) {
    columns[name].set(batch[name].subarray(0, columns[name].length));
  }
  return { rows, buffer };
}

/** The columns one behind the other, those of wide cells first. */
function columnsIn(buffer: SharedArrayBuffer, rows: number): Omit<TraceBatch, 'rows'> {
  return {
    timeNs: new Uint32Array(buffer, 0, 2 * rows),
    address: new Uint32Array(buffer, 8 * rows, 2 * rows),
    value: new Uint32Array(buffer, 16 * rows, 2 * rows),
    length: new Uint32Array(buffer, 24 * rows, rows),
    rid: new Uint16Array(buffer, 28 * rows, rows),
    pe: new Uint16Array(buffer, 30 * rows, rows),
    op: new Uint8Array(buffer, 32 * rows, rows),
    phb: new Uint8Array(buffer, 33 * rows, rows),
  };
}
