/** Mutated lines of every format that reads text here. `IMPORT_FUZZ_LINES=100000` takes so many of each. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { csvFormat } from '../../traces/import/csv.ts';
import { fioFormat } from '../../traces/import/fio.ts';
import { type ImportedTrace, ImportLog, type LineParser } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { randomOf } from '../../traces/random.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';
import { feedLines } from './feed.ts';
import { USE_AFTER_UNMAP } from './kernel-lines.ts';
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

test('csv: a mutated line is a row, or counted once', () => {
  const header = 'time_ns,op,rid,pe,address,length,value';
  const presets = Object.fromEntries(
    (csvFormat.options ?? []).map(({ name, preset }) => [name, preset]),
  );
  const rows = new RowBuffer();
  const log = new ImportLog();
  const accounted = () =>
    rows.total + [...log.counts.values()].reduce((sum, count) => sum + count, 0);
  for (const line of mutated(CSV_LINES, LINES)) {
    // A table each, since times that go back would damage all lines but a few.
    const parser = csvFormat.parser(rows, log, 'x.csv', presets) as LineParser;
    parser.accept(header, 1);
    const before = accounted();
    parser.accept(line, 2);
    expect([line, accounted() - before]).toEqual([line, 1]);
    while (rows.take());
  }
  expect(log.counts.get('malformed line')).toBeGreaterThan(LINES / 20);
  expect(rows.total).toBeGreaterThan(LINES / 20);
});

/** What else may stand for a word: names of Object, numbers beyond bounds, other types of JSON, strange blanks. */
const WORDS = [
  ...['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'null', 'NaN'],
  ...['18446744073709551615', '18446744073709551616', '9'.repeat(30), '4294967296', '-1', '-0'],
  ...['0x', '0xffffffffffffffff', '1e400', '007', '1.5', '', '\t', '\u2028', '\u00a0', '\0'],
  ...['{', '}', '{}', '[]', '[[1]]', '""', '[{"toString":1,"valueOf":1}]', '{"__proto__":[]}'],
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
];
const GAPS = /([ ,:=[\]{}"+@-]+)/;

/** Lines with whole words changed, left out, doubled, or taken from another line. */
function reworded(lines: readonly string[], count: number): string[] {
  const random = randomOf(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  const wordsOf = () => (lines[below(lines.length)] as string).split(GAPS);
  return Array.from({ length: count }, () => {
    const words = wordsOf();
    for (let changes = below(4); changes > 0; changes -= 1) {
      const at = below(words.length);
      const other = wordsOf();
      const choices = [
        WORDS[below(WORDS.length)],
        other[below(other.length)],
        '',
        `${words[at]}${words[below(words.length)]}`,
      ];
      words[at] = choices[below(choices.length)] as string;
    }
    return words.join('').replaceAll('\n', '');
  });
}

const KERNEL = readFileSync(new URL('data/pseries-dma.ftrace.txt', import.meta.url), 'utf8');
const FTRACE = [...KERNEL.trim().split('\n'), ...USE_AFTER_UNMAP];

/** Each text format with lines of it, and those that must stand in front. */
const SOURCES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['qemu-log', [...linesOf('pseries-stock.qemu.log', 'p9-fio.qemu.log'), ...MORE_EVENTS], []],
  ['capture-jsonl', linesOf('p9-vfio.jsonl', 'p9-fio.jsonl', 'pseries-vfio.jsonl'), []],
  ['ftrace', FTRACE, []],
  [
    'trace-cmd',
    FTRACE.map((line) => line.replace(/\] \S+ +([\d.]+): (\w+): /, '] $1: $2:      ')),
    [],
  ],
  [
    'perf-script',
    FTRACE.map((line) =>
      line.replace(/-(\d+) +(\[\d+\]) \S+ +([\d.]+): (\w+): /, ' $1 $2 $3: a:$4: '),
    ),
    [],
  ],
  [
    'blkparse',
    [
      '  8,0    3        1     0.000000000   697  D   W 223490 + 8 [kjournald]',
      '  8,0    3        2     0.000001000   697  C   W 223490 + 8 [0]',
    ],
    [],
  ],
  [
    'msr',
    [
      '128166372002993263,usr,0,Read,1024,4096,30',
      '128166372003993263,usr,1,Write,1024,4096,3000000',
    ],
    [],
  ],
  ['alibaba', ['0,R,126703644672,4096,1577808000000626', '1,W,8192,16384,1577808000000627'], []],
  [
    'fio',
    [
      ...['0 /dev/sda add', '5 /dev/sda read 0 4096', '6 /dev/sda write 0 4096'],
      ...['9 /dev/sda sync 0 0', '10 /dev/sda trim 0 65536', '11 /dev/sda wait 0 5'],
    ],
    ['fio version 3 iolog'],
  ],
  ['csv', CSV_LINES, ['time_ns,op,rid,pe,address,length,value']],
];

test.each(
  SOURCES,
)('%s: no line with other words is more than malformed', async (format, lines, head) => {
  const content = `${[...head, ...reworded(lines, LINES)].join('\n')}\n`;
  const trace = (await openTrace(temporaryFile('x', content), { format })) as ImportedTrace;
  let rows = 0;
  for await (const batch of trace.batches()) rows += batch.rows;
  expect(trace.lines).toBe(LINES + head.length);
  expect(rows).toBeGreaterThan(0);
  const malformed = trace.skipped.counts.get('malformed line') ?? 0;
  expect(malformed).toBeGreaterThan(LINES / 50);
  const counted = [...trace.skipped.counts.values()].reduce((sum, count) => sum + count, 0);
  expect(counted).toBeLessThanOrEqual(trace.lines);
  expect(trace.skipped.first.every(({ reason }) => /^[^\n]{1,300}$/.test(reason))).toBe(true);
});

test('fio and csv know no operation by a name of Object', async () => {
  const names = ['constructor', '__proto__', 'toString', 'valueOf'];
  const io = names.map((name) => `5 /dev/sda ${name} 0 4096`);
  const fio = await feedLines(fioFormat, ['fio version 3 iolog', ...io]);
  expect(fio.log.counts.get('malformed line')).toBe(names.length);
  const table = names.map((name) => `0,${name},0,0,4`);
  const csv = await feedLines(csvFormat, ['time_ns,op,rid,address,length', ...table]);
  expect(csv.log.counts.get('malformed line')).toBe(names.length);
});
