/** How many rows an Arrow file has, from the headers of its batches. */

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { countRows } from '../../traces/arrow/row-count.ts';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { Op } from '../../traces/format.ts';
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

test('a file knows how many rows it has', async () => {
  expect(countRows(await generated('count.arrow'))?.rows).toBe(ROWS);
});

test('of a file that is compressed, cut off or not there nobody knows', async () => {
  const file = await generated('whole.arrow');
  const bytes = readFileSync(file);
  writeFileSync(path('gzip.arrow'), gzipSync(bytes));
  expect(countRows(path('gzip.arrow'))).toBeUndefined();
  truncateSync(file, bytes.length / 2);
  expect(countRows(file)).toBeUndefined();
  expect(countRows(path('absent.arrow'))).toBeUndefined();
  expect(countRows(path(''))).toBeUndefined();
});

test('a file that states its rows tells how many are no DMA, and one that does not tells nothing', async () => {
  const capture = countRows(sample('p9-nvme-e1000e.arrow'));
  const counted = { dmas: 0, others: 0 };
  for await (const { op, rows } of (await openTrace(sample('p9-nvme-e1000e.arrow'))).batches()) {
    for (const code of op.subarray(0, rows)) counted[code <= Op.write ? 'dmas' : 'others'] += 1;
  }
  expect(counted.others).toBeGreaterThan(0);
  expect(capture).toMatchObject({
    rows: counted.dmas + counted.others,
    controlRows: counted.others,
  });
  expect(countRows(await generated('stated.arrow'))?.controlRows).toBe(0);

  const silent = new OutputFile(path('silent.arrow'));
  const trace = await openTrace(sample('p9-nvme-e1000e.arrow'));
  const writer = new ArrowWriter(silent, trace.metadata, 'file');
  for await (const batch of trace.batches()) writer.write(batch);
  writer.finish();
  silent.finish();
  expect(countRows(path('silent.arrow'))).toMatchObject({ controlRows: undefined });
});
