/** The batches of an Arrow file can be read from any of them on. */

import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findBlocks, openRows } from '../../traces/arrow/blocks.ts';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { BATCH_ROWS, Op } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { OutputFile } from '../../traces/output-file.ts';
import { sample, succeed, workFolder } from '../cli/command.ts';

const path = workFolder();
const ROWS = 200_000;

async function generated(name: string): Promise<string> {
  const file = path(name);
  await succeed('trace', 'generate', 'uniform', '--requests', `${ROWS}`, '-o', file);
  return file;
}

/** A digest of the addresses of the rows `from..to`, and the number of the first row that there was to read. */
function addresses(file: string, from: number, to: number): { first: number; digest: string } {
  const blocks = findBlocks(file);
  if (blocks === undefined) throw new Error('no blocks');
  const rows = openRows(blocks, from);
  const hash = createHash('sha256');
  let row = rows.row;
  for (let next = rows.batches.next(); !next.done; next = rows.batches.next()) {
    const { address, rows: count } = next.value;
    const [first, end] = [Math.max(from, row) - row, Math.min(to, row + count) - row];
    if (end > first) hash.update(address.subarray(2 * first, 2 * end));
    row += count;
  }
  rows.close();
  return { first: rows.row, digest: hash.digest('hex') };
}

test('rows from the middle on are those of the file', async () => {
  const file = await generated('middle.arrow');
  const batches = await readAll(file);
  for (const [index, batch] of batches.entries()) {
    const from = index * BATCH_ROWS;
    const whole = createHash('sha256').update(batch).digest('hex');
    const to = from + batch.length / 2;
    expect(addresses(file, from, to)).toEqual({ first: from, digest: whole });
    // From a row inside of it the batch is read from its beginning.
    expect(addresses(file, to - 1, to).first).toBe(from);
  }
  expect(batches.length).toBe(Math.ceil(ROWS / BATCH_ROWS));
});

/** The addresses of each batch, read from front to back. */
async function readAll(file: string): Promise<Uint32Array[]> {
  const all: Uint32Array[] = [];
  for await (const { address, rows } of (await openTrace(file)).batches()) {
    all.push(address.slice(0, 2 * rows));
  }
  return all;
}

test('a file knows how many rows it has', async () => {
  expect(findBlocks(await generated('count.arrow'))?.rows).toBe(ROWS);
});

test('a file that cannot be read from the middle on has none', async () => {
  const file = await generated('whole.arrow');
  const bytes = readFileSync(file);
  writeFileSync(path('gzip.arrow'), gzipSync(bytes));
  expect(findBlocks(path('gzip.arrow'))).toBeUndefined();
  truncateSync(file, bytes.length / 2);
  expect(findBlocks(file)).toBeUndefined();
  expect(findBlocks(path('absent.arrow'))).toBeUndefined();
  expect(findBlocks(path(''))).toBeUndefined();
});

test('a shipped sample has blocks', () => {
  expect(findBlocks(sample('p9-nvme-e1000e.arrow'))?.blocks.length).toBeGreaterThan(0);
});

test('a file that states its rows tells how many are no DMA, and one that does not tells nothing', async () => {
  const capture = findBlocks(sample('p9-nvme-e1000e.arrow'));
  const counted = { dmas: 0, others: 0 };
  for await (const { op, rows } of (await openTrace(sample('p9-nvme-e1000e.arrow'))).batches()) {
    for (const code of op.subarray(0, rows)) counted[code <= Op.write ? 'dmas' : 'others'] += 1;
  }
  expect(counted.others).toBeGreaterThan(0);
  expect(capture).toMatchObject({
    rows: counted.dmas + counted.others,
    controlRows: counted.others,
  });
  expect(findBlocks(await generated('stated.arrow'))?.controlRows).toBe(0);

  const silent = new OutputFile(path('silent.arrow'));
  const trace = await openTrace(sample('p9-nvme-e1000e.arrow'));
  const writer = new ArrowWriter(silent, trace.metadata, 'file');
  for await (const batch of trace.batches()) writer.write(batch);
  writer.finish();
  silent.finish();
  expect(findBlocks(path('silent.arrow'))).toMatchObject({ controlRows: undefined });
});
