/**
 * A fingerprint of a trace's rows that does not depend on how they are cut into batches, nor on the form
 * of the file: SHA-256 of the eight column digests one after the other (columns in the order of the
 * schema), each the SHA-256 of the column's cells, little-endian; operations as their codes.
 */
import { createHash } from 'node:crypto';
import type { TraceBatch } from './format.ts';

const COLUMNS = ['timeNs', 'op', 'phb', 'rid', 'pe', 'length', 'address', 'value'] as const;
/** 64-bit columns are pairs of cells. */
const CELLS_PER_ROW = { timeNs: 2, address: 2, value: 2 } as Readonly<Record<string, number>>;

export class TraceDigest {
  private readonly hashes = COLUMNS.map(() => createHash('sha256'));

  /** Takes the rows of a batch. */
  add(batch: TraceBatch): void {
    for (const [index, name] of COLUMNS.entries()) {
      const cells = batch[name].subarray(0, batch.rows * (CELLS_PER_ROW[name] ?? 1));
      this.hashes[index].update(cells);
    }
  }

  /** The digest of all rows, `sha256:` and 64 hexadecimal digits; nothing can be added afterwards. */
  finish(): string {
    const whole = createHash('sha256');
    for (const hash of this.hashes) whole.update(hash.digest());
    return `sha256:${whole.digest('hex')}`;
  }
}
