/** Rows as objects, and files that live as long as a test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { OPERATIONS, type TraceMetadata, type TraceSource } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { getWord, RowBuffer, type TraceRow } from '../../traces/row-buffer.ts';

export interface Row {
  timeNs: bigint;
  op: string;
  phb: number;
  rid: number;
  pe: number;
  length: number;
  address: bigint;
  value: bigint;
}

/** All rows of a trace. */
export async function rowsOf(source: TraceSource): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of source.batches()) {
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push({
        timeNs: getWord(batch.timeNs, row),
        op: OPERATIONS[batch.op[row]] as string,
        phb: batch.phb[row],
        rid: batch.rid[row],
        pe: batch.pe[row],
        length: batch.length[row],
        address: getWord(batch.address, row),
        value: getWord(batch.value, row),
      });
    }
  }
  return rows;
}

/** A path in a directory that goes away with the test. */
export function temporaryPath(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tcesim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

/** A file with the given content. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = temporaryPath(name);
  writeFileSync(path, content);
  return path;
}

/** The rows of a text in one of the import formats. */
export async function importText(name: string, lines: readonly string[]) {
  const source = await openTrace(temporaryFile(name, `${lines.join('\n')}\n`));
  return { source, rows: await rowsOf(source) };
}

/** A trace of given rows. */
export function sourceOf(
  rows: readonly TraceRow[],
  metadata: Partial<TraceMetadata> = {},
): TraceSource {
  return {
    metadata: { clock: 'time', source: 'test', parameters: {}, ...metadata },
    skipped: { counts: new Map(), first: [] },
    async *batches() {
      const buffer = new RowBuffer();
      for (const row of rows) {
        buffer.add(row);
        const full = buffer.take();
        if (full) yield full;
      }
      for (let rest = buffer.takeRest(); rest; rest = buffer.takeRest()) yield rest;
    },
  };
}

/** Path of a shipped sample. */
export function samplePath(name: string): string {
  return new URL(`../../traces/samples/${name}`, import.meta.url).pathname;
}
