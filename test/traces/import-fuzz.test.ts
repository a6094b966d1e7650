/** Mutated lines of every format that reads text here. `IMPORT_FUZZ_LINES=100000` takes so many of each. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { csvFormat } from '../../traces/import/csv.ts';
import { type ImportedTrace, ImportLog } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { randomOf } from '../../traces/random.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';
import { rowsOf, samplePath, temporaryFile } from './rows.ts';

const LINES = Number(process.env.IMPORT_FUZZ_LINES ?? 4000);
const SEED = process.env.IMPORT_FUZZ_SEED ?? 'import';
const BYTES = '0123456789abcdefx=-,:."[]{} \t\r\0\xff@wrMAP';

const MORE_EVENTS = [
  'vfio_spapr_create_window pageshift=0x10 levels=2 winsize=0x10000000000 offset=0x0',
  'vfio_spapr_remove_window offset=0x0',
  'vfio_iommu_map_notify iommu MAP @ 0xa0000 - 0xaffff',
  'vfio_prereg_register va=0x7fff40000000 size=0x80000000 ret=0',
  'address_space_map as:0x55d0fb9beff0 addr 0x1000:200 write:0 attrs:0x1',
  'spapr_iommu_get liobn=80000000 ioba=0x1000 ret=0 tce=0x3',
  'spapr_iommu_ddw_create buid=0x800000020000000 addr=0x800, page size=0x1000000, requested=0x100000000, start addr=0x800000000000000, liobn=0x80000001',
  'spapr_iommu_ddw_reset buid=0x800000020000000 addr=0x800',
  'spapr_iommu_indirect_entry liobn=0x80000000 ioba=0x1000 tce=0x3003 ret=0',
];

const CSV_LINES = [
  '0,read,01:00.0,1,0x1000,64,0x10000003',
  '10,map,0x100,1,0x0,65536,0x10000003',
  '20,w,256,2,4096,4096,0',
];

function linesOf(...samples: string[]): string[] {
  return samples.flatMap((name) => readFileSync(samplePath(name), 'utf8').trim().split('\n'));
}

/** Lines with a few bytes changed, left out, doubled, or swapped with another line's. */
function mutated(lines: readonly string[], count: number): string[] {
  const random = randomOf(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    let line = lines[below(lines.length)] as string;
    for (let changes = below(4); changes > 0; changes -= 1) {
      const at = below(line.length + 1);
      const behind = line.slice(at);
      const byte = BYTES[below(BYTES.length)] as string;
      const other = (lines[below(lines.length)] as string).slice(at);
      const tails = [
        byte + behind.slice(1),
        behind.slice(1),
        byte + behind,
        '',
        other,
        behind + behind,
      ];
      line = line.slice(0, at) + tails[below(tails.length)];
    }
    return line.replaceAll('\n', '');
  });
}

test.each([
  ['qemu-log', [...linesOf('pseries-stock.qemu.log', 'p9-fio.qemu.log'), ...MORE_EVENTS]],
  ['capture-jsonl', linesOf('p9-vfio.jsonl', 'p9-fio.jsonl')],
])('%s: no mutated line is more than malformed', async (format, lines) => {
  const content = `${mutated(lines, LINES).join('\n')}\n`;
  const path = temporaryFile('x', Buffer.from(content, 'latin1'));
  const trace = (await openTrace(path, { format })) as ImportedTrace;
  let rows = 0;
  for await (const batch of trace.batches()) rows += batch.rows;
  expect(trace.lines).toBe(LINES);
  expect(rows).toBeGreaterThan(0);
  const malformed = trace.skipped.counts.get('malformed line') ?? 0;
  expect(malformed).toBeGreaterThan(LINES / 20);
  expect(malformed).toBeLessThan(LINES);
  expect(trace.skipped.first.every(({ reason }) => /^[^\n]+$/.test(reason))).toBe(true);
});

test('qemu-log: a line means the same behind a malformed one', async () => {
  // A malformed line may end what waited, but leaves nothing behind in the parser.
  const [put, bad] = [
    'spapr_iommu_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=0',
    'spapr_iommu_put liobn=0x80000000 ioba=0x2000 tce=0xz ret=0',
  ];
  const clean = await rowsOf(await openTrace(temporaryFile('x', `${put}\n${put}\n`)));
  const mixed = await rowsOf(await openTrace(temporaryFile('x', `${put}\n${bad}\n${put}\n`)));
  expect(mixed).toEqual(clean);
});

test('csv: a mutated line is a row or an error that names its line', () => {
  const header = 'time_ns,op,rid,pe,address,length,value';
  const rows = new RowBuffer();
  let refused = 0;
  for (const line of mutated(CSV_LINES, LINES)) {
    const parser = csvFormat.parser(rows, new ImportLog(), 'x.csv', {});
    if (!('accept' in parser)) throw new Error('csv is read line by line');
    parser.accept(header, 1);
    const before = rows.total;
    try {
      parser.accept(line, 2);
      expect(rows.total - before).toBeLessThanOrEqual(1);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(/^x\.csv:2: /);
      refused += 1;
    }
    while (rows.take());
  }
  expect(refused).toBeGreaterThan(LINES / 20);
  expect(refused).toBeLessThan(LINES);
});
