/**
 * What must hold of every device model whatever the source says: times never go back, every DMA lies in pages
 * that are mapped for its direction at that moment, and nothing is mapped or unmapped twice. And that no
 * source, damaged in any way, stops an importer. `IMPORT_FUZZ_LINES=100000` mutates that many lines of each.
 */
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../traces/format.ts';
import { alibabaFormat } from '../../traces/import/alibaba.ts';
import { blkparseFormat } from '../../traces/import/blkparse.ts';
import { blktraceFormat } from '../../traces/import/blktrace.ts';
import { fioFormat } from '../../traces/import/fio.ts';
import { hypersioFormat } from '../../traces/import/hypersio.ts';
import {
  type BinaryFormat,
  ImportLog,
  type LineFormat,
  type LineParser,
} from '../../traces/import/import.ts';
import { msrFormat } from '../../traces/import/msr.ts';
import { oracleGeneralFormat } from '../../traces/import/oracle-general.ts';
import { pcapFormat } from '../../traces/import/pcap.ts';
import { vscsiFormat } from '../../traces/import/vscsi.ts';
import { RowBuffer } from '../../traces/row-buffer.ts';
import { type Fed, feedBytes, feedLines } from './feed.ts';

const FUZZ_LINES = Number(process.env.IMPORT_FUZZ_LINES ?? 2000);

/** Numbers below 2^32 from a seed (Numerical Recipes' generator). */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The first rule that a trace's rows break; undefined where all hold. */
function brokenRule({ rows }: Fed): string | undefined {
  const pages = new Map<string, bigint>();
  let time = 0n;
  let pageBytes = 0n;
  let windowBytes = 0n;
  for (const [index, { op, pe, address, length, value, timeNs }] of rows.entries()) {
    const at = `row ${index}: ${op} 0x${address.toString(16)} ${length}`;
    if (timeNs < time) return `${at}: time goes back`;
    time = timeNs;
    if (op === 'create') {
      pageBytes = 1n << BigInt(length);
      windowBytes = value;
      continue;
    }
    if (address + BigInt(length) > windowBytes) return `${at}: beyond the window`;
    const first = address / pageBytes;
    const last = (address + BigInt(length) - 1n) / pageBytes;
    const need = op === 'write' ? 2n : 1n;
    for (let page = first; page <= last; page += 1n) {
      const key = `${pe} ${page}`;
      const held = pages.get(key);
      if (op === 'map' && held !== undefined) return `${at}: mapped twice`;
      if (op !== 'map' && held === undefined) return `${at}: not mapped`;
      if (op === 'map') pages.set(key, value & 3n);
      else if (op === 'unmap') pages.delete(key);
      else if (((held as bigint) & need) === 0n) return `${at}: mapped for the other direction`;
    }
  }
  return undefined;
}

function blkparseLines(random: (below: number) => number, count: number): string[] {
  const open: string[] = [];
  let time = 0;
  const stamp = () => `${Math.floor(time / 1e9)}.${String(time % 1e9).padStart(9, '0')}`;
  return Array.from({ length: count }, (_, sequence) => {
    time += random(50_000);
    const head = `8,${16 * random(3)} 0 ${sequence} ${stamp()} 4`;
    if (open.length > 0 && random(2) === 0) {
      const [disk, extent] = (open.splice(random(open.length), 1)[0] as string).split('|');
      return `${disk} 0 ${sequence} ${stamp()} 4 C ${extent} [0]`;
    }
    const extent = `${'RWD'[random(3)]} ${random(99)} + ${1 + random(3000)}`;
    open.push(`${head.split(' ')[0]}|${extent}`);
    return `${head} D ${extent} [fio]`;
  });
}

function msrLines(random: (below: number) => number, count: number): string[] {
  let ticks = 128166372002993263n;
  return Array.from({ length: count }, () => {
    ticks += BigInt(random(300) - 10);
    const type = random(2) === 0 ? 'Read' : 'Write';
    return `${ticks},usr,${random(3)},${type},${random(1e6) * 512},${random(4e5)},${random(3000)}`;
  });
}

describe.each(['fixed', 'strict', 'batched'])('iova=%s', (iova) => {
  test.each([
    ['4K', '64M', '2'],
    ['64K', '2G', '33'],
    ['1M', '1G', '1024'],
  ])('every DMA is mapped at its moment: page %s, window %s, depth %s', async (page, window, depth) => {
    const options = { iova, page, window, depth, batch: '20', transfer: '64K' };
    const room = depth === '1024' && iova === 'fixed' ? { ...options, window: '2G' } : options;
    for (const seed of [1, 2, 3]) {
      const text = await feedLines(blkparseFormat, blkparseLines(chance(seed), 400), room);
      const table = await feedLines(msrFormat, msrLines(chance(seed), 400), room);
      expect([brokenRule(text), brokenRule(table)]).toEqual([undefined, undefined]);
      expect(text.rows.length + table.rows.length).toBeGreaterThan(2000);
    }
  });
});

const V3 = ['fio version 3 iolog', '2 sda add', '878 sda write 0 16384', '888 sda read 0 4096'];
const ALIBABA = ['0,R,126703644672,4096,1577808000000626', '1,W,8192,16384,1577808000000627'];

const TEXTS: readonly (readonly [LineFormat, readonly string[], number])[] = [
  [blkparseFormat, blkparseLines(chance(5), 60), 0],
  [msrFormat, msrLines(chance(5), 60), 0],
  [alibabaFormat, ALIBABA, 0],
  [fioFormat, V3, 1],
];

const STRANGE = [
  ',',
  ' ',
  '-',
  '0',
  '9',
  '99999999999999999999',
  '"',
  '\u0000',
  'é',
  '+',
  '[',
  '.',
];

/** A line with some of its characters taken out, doubled or replaced. */
function mutated(line: string, random: (below: number) => number): string {
  let text = line;
  for (let times = 1 + random(3); times > 0; times -= 1) {
    const at = random(text.length + 1);
    const cut = random(3);
    const put = random(2) === 0 ? (STRANGE[random(STRANGE.length)] as string) : '';
    text = text.slice(0, at) + put + text.slice(at + cut);
  }
  return text;
}

test.each(
  TEXTS.map(([format, lines, header]) => [format.name, format, lines, header] as const),
)('%s: a damaged line gives rows or is counted, never neither', (_name, format, lines, header) => {
  const random = chance(99);
  const presets = (format.options ?? []).map(({ name, preset }) => [name, preset]);
  const options = { ...Object.fromEntries(presets), controllers: '4', iova: 'strict' };
  const rows = new RowBuffer();
  const log = new ImportLog();
  const parser = format.parser(rows, log, 'fuzz', options) as LineParser;
  const counted = () => [...log.counts.values()].reduce((sum, count) => sum + count, 0);
  const lost: string[] = [];
  for (let number = 1; number <= FUZZ_LINES; number += 1) {
    const line = lines[(number - 1) % lines.length] as string;
    // The header is the file's, and no second one comes.
    const isHeader = number <= header;
    if (!isHeader && line === lines[0] && header > 0) continue;
    const text = isHeader ? line : mutated(line, random);
    const before = rows.total + counted();
    parser.accept(text, number);
    if (rows.total + counted() === before) lost.push(text);
    while (rows.take());
  }
  parser.finish();
  expect(lost).toEqual([]);
  expect(log.counts.get('malformed line')).toBeGreaterThan(FUZZ_LINES / 100);
  expect(rows.total).toBeGreaterThan(FUZZ_LINES / 10);
});

const BINARIES: readonly BinaryFormat[] = [
  blktraceFormat,
  vscsiFormat,
  oracleGeneralFormat,
  hypersioFormat,
  pcapFormat,
];
const STARTS: Readonly<Record<string, readonly number[]>> = {
  blktrace: [7, 0x74, 0x61, 0x65],
  pcap: [0xd4, 0xc3, 0xb2, 0xa1],
};

test.each(
  BINARIES.map((format) => [format.name, format] as const),
)('%s: any bytes at all are read to their end', async (name, format) => {
  const random = chance(7);
  for (let file = 0; file < 40; file += 1) {
    const bytes = Uint8Array.from({ length: random(2000) }, () =>
      random(4) === 0 ? random(256) : 0,
    );
    bytes.set((STARTS[name] ?? []).slice(0, bytes.length));
    const { rows } = await feedBytes(format, bytes, {}, 1 + random(300)).catch((error: Error) => {
      // A file that does not begin as a capture is no capture; only pcap may say so.
      expect([name, error.name]).toEqual(['pcap', 'InputError']);
      return { rows: [] };
    });
    expect(rows.every(({ op }) => (OPERATIONS as readonly string[]).includes(op))).toBe(true);
  }
});

const SAMPLES: readonly (readonly [string, readonly string[]])[] = [
  ['blkparse', ['  8,0    3        1     0.000000000   697  G   W 223490 + 8 [kjournald]']],
  ['msr', ['128166372002993263,usr,0,Read,1024,4096,30']],
  ['alibaba', ALIBABA],
  ['fio', V3],
  ['', ['time_ns,rid,op,address,length', '0,1,read,0,64']],
  ['', ['["kill",0,"0x0"]']],
  ['', ['1430@1795325310.501909:spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x3 ret=0']],
  [
    '',
    [' qemu-kvm-4575 [008] ....... 438.308514: map: IOMMU: iova=0x0 - 0xc0000 paddr=0x1 size=7'],
  ],
  ['', ['1538323200,12910952,128,0,1063']],
];

test('each format knows its own text and no other', () => {
  const names = SAMPLES.map(([, lines]) =>
    TEXTS.map(([format]) => format)
      .filter((format) => format.matches(lines))
      .map(({ name }) => name)
      .join(' '),
  );
  expect(names).toEqual(SAMPLES.map(([name]) => name));
});

test('no binary format takes a text for its own', () => {
  for (const [, lines] of SAMPLES) {
    const bytes = new TextEncoder().encode(lines.join('\n').repeat(50));
    const takers = BINARIES.filter((format) => format.matches(bytes)).map(({ name }) => name);
    expect(takers).toEqual([]);
  }
});

test('rows of an order-only source carry no time', async () => {
  const { rows } = await feedLines(
    fioFormat,
    ['fio version 2 iolog', ...Array(50).fill('f read 0 4096')],
    {
      depth: '4',
    },
  );
  expect(rows.every(({ timeNs }) => timeNs === 0n)).toBe(true);
  expect(rows.filter(({ op, length }) => op === 'write' && length === 16)).toHaveLength(50);
});
