/** The rows of a trace that is read for its own sake. */
import { TraceDigest } from '../traces/digest.ts';
import type { TraceSource } from '../traces/format.ts';

/** Reads or makes all rows; answers how many. */
export async function countRows(trace: TraceSource): Promise<number> {
  let rows = 0;
  for await (const batch of trace.batches()) rows += batch.rows;
  return rows;
}

/** The digest of all rows (traces/digest.ts), made in a pass of its own. */
export async function digestRows(trace: TraceSource): Promise<string> {
  const digest = new TraceDigest();
  for await (const batch of trace.batches()) digest.add(batch);
  return digest.finish();
}
