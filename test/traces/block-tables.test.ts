/** Block traces in lines: MSR Cambridge, Alibaba, fio. */
import { describe, expect, test } from 'vitest';
import { alibabaFormat } from '../../traces/import/alibaba.ts';
import { fioFormat } from '../../traces/import/fio.ts';
import { msrFormat } from '../../traces/import/msr.ts';
import { dmaOf, feedLines } from './feed.ts';
import type { Row } from './rows.ts';

const MSR_HEADER = 'Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime';
const MSR = '128166372002993263,usr,0,Read,1024,4096,30';
const ALIBABA = '0,R,126703644672,4096,1577808000000626';

function timed(rows: readonly Row[]) {
  return rows
    .filter(({ op }) => op === 'read' || op === 'write')
    .map(({ timeNs, op, length }) => [timeNs, op, length]);
}

describe('MSR Cambridge', () => {
  test('ticks of 100 ns are exact, and an I/O completes after its response time', async () => {
    const { rows, log } = await feedLines(msrFormat, [
      MSR,
      '128166372002993300,usr,0,Write,2048,8192,7',
    ]);
    expect(timed(rows)).toEqual([
      [0n, 'read', 64],
      [3000n, 'write', 4096],
      [3000n, 'write', 16],
      [3700n, 'read', 64],
      [3700n, 'read', 8192],
      [4400n, 'write', 16],
    ]);
    expect(log.counts.size).toBe(0);
    expect(log.assumed.size).toBe(0);
  });

  test('disks are told apart by host and number', async () => {
    const other = MSR.replace('usr,0', 'usr,1');
    const { rows } = await feedLines(msrFormat, [MSR, other, MSR.replace('usr', 'web')]);
    expect(new Set(rows.map(({ pe }) => pe))).toEqual(new Set([1, 2, 3]));
    const folded = await feedLines(msrFormat, [MSR, other, MSR], { controllers: '1' });
    expect(new Set(folded.rows.map(({ pe }) => pe))).toEqual(new Set([1]));
  });

  test('an I/O that stands behind a later one is issued with it, and counted', async () => {
    const early = MSR.replace('63,', '13,');
    const { rows, log } = await feedLines(msrFormat, [MSR, early]);
    expect(timed(rows).map(([time]) => time)).toEqual([0n, 0n, 3000n, 3000n, 3000n, 3000n]);
    expect(log.assumed.get('time of an event that came too late')).toBe(1);
  });

  test('bad lines are noted', async () => {
    const { rows, log } = await feedLines(msrFormat, [
      MSR.replace('Read', 'Erase'),
      MSR.replace('4096', '99999999999'),
      '',
    ]);
    expect(rows).toEqual([]);
    expect(Object.fromEntries(log.counts)).toEqual({ 'malformed line': 2, 'blank line': 1 });
    expect(log.first[0].reason).toBe("Type: expected Read or Write, got 'Erase'");
  });

  test('its header is known and no bad line', async () => {
    expect(msrFormat.matches([MSR_HEADER])).toBe(true);
    const { rows, log } = await feedLines(msrFormat, [MSR_HEADER, MSR]);
    expect(timed(rows)).toHaveLength(3);
    expect(Object.fromEntries(log.counts)).toEqual({ header: 1 });
  });

  test('a window without room names the least one that has it', async () => {
    const small = async (options: Record<string, string>) => feedLines(msrFormat, [MSR], options);
    await expect(small({ window: '1M' })).rejects.toThrow('in pages of 64K, 256M at least, got 1M');
    await expect(small({ page: '1G', window: '1T' })).rejects.toThrow(
      'in pages of 1G, which no window up to 1T has, got 1T',
    );
    // 256 MiB are enough, as the first message says.
    const { rows } = await small({ window: '256M' });
    expect(timed(rows)).toHaveLength(3);
  });
});

test.each([
  [
    'a column of MSR',
    msrFormat,
    MSR.replace(',1024', ',-5'),
    "Offset: expected a whole number of at most 19 digits, got '-5'",
  ],
  [
    'a column less of MSR',
    msrFormat,
    '1,usr,0,Read,1',
    `expected 7 columns, ${MSR_HEADER}, got 5: '1,usr,0,Read,1'`,
  ],
  [
    'a column of Alibaba',
    alibabaFormat,
    ALIBABA.replace('R', 'T'),
    "opcode: expected R or W, got 'T'",
  ],
  [
    'a long cell',
    alibabaFormat,
    ALIBABA.replace('4096', 'x'.repeat(1000)),
    `length: expected a whole number of at most 19 digits, got '${'x'.repeat(60)}..'`,
  ],
])('%s that does not fit is quoted', async (_, format, line, message) => {
  const { log } = await feedLines(format, [line]);
  expect(log.first.map(({ reason }) => reason)).toEqual([message]);
});

describe('Alibaba', () => {
  test('times are microseconds, completions a latency later', async () => {
    const { rows } = await feedLines(alibabaFormat, [ALIBABA, '0,W,8192,4096,1577808000000627'], {
      latency: '5000',
    });
    expect(timed(rows)).toEqual([
      [0n, 'read', 64],
      [1000n, 'read', 64],
      [1000n, 'read', 4096],
      [5000n, 'write', 4096],
      [5000n, 'write', 16],
      [6000n, 'write', 16],
    ]);
  });

  test('neither format is taken for the other, nor for Tencent', () => {
    const tencent = '1538323200,12910952,128,0,1063';
    expect([MSR, ALIBABA, tencent].map((line) => msrFormat.matches([line]))).toEqual([
      true,
      false,
      false,
    ]);
    expect([MSR, ALIBABA, tencent].map((line) => alibabaFormat.matches([line]))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('fio', () => {
  const V3 = [
    'fio version 3 iolog',
    '2 Nvme1n1 add',
    '872 Nvme1n1 open',
    '878 Nvme1n1 write 0 16384',
    '888 Nvme1n1 read 16384 4096',
    '891 Nvme1n1 sync 0 0',
    '10001677 Nvme1n1 close',
  ];

  test('version 3 counts microseconds, unless the user says otherwise', async () => {
    const micro = await feedLines(fioFormat, V3, { latency: '0' });
    expect(fioFormat.clock(V3)).toBe('time');
    const starts = (rows: readonly Row[]) =>
      rows.filter(({ op, length }) => op === 'read' && length === 64).map(({ timeNs }) => timeNs);
    expect(starts(micro.rows)).toEqual([0n, 10_000n, 13_000n]);
    const milli = await feedLines(fioFormat, V3, { latency: '0', 'time-unit': 'ms' });
    expect(starts(milli.rows)).toEqual([0n, 10_000_000n, 13_000_000n]);
    expect(Object.fromEntries(micro.log.counts)).toEqual({
      header: 1,
      'file action add': 1,
      'file action open': 1,
      'file action close': 1,
    });
  });

  test('version 2 has only an order', async () => {
    const lines = [
      'fio version 2 iolog',
      '/dev/sda add',
      '/dev/sda open',
      '/dev/sda wait 1000 0',
      '/dev/sda read 0 4096',
      '/dev/sda trim 0 65536',
    ];
    const { rows, log } = await feedLines(fioFormat, lines);
    expect(fioFormat.clock(lines)).toBe('order');
    expect(rows.every(({ timeNs }) => timeNs === 0n)).toBe(true);
    expect(dmaOf(rows).map((row) => row.split(' ')[2])).toEqual([
      '64',
      '64',
      '16',
      '4096',
      '16',
      '16',
    ]);
    expect(log.counts.get('wait')).toBe(1);
  });

  test('version 1 is refused in a line', async () => {
    expect(fioFormat.matches(['0, 4096, 4096', '1, 0, 512'])).toBe(true);
    expect(fioFormat.matches([])).toBe(false);
    await expect(feedLines(fioFormat, ['0, 4096, 4096'])).rejects.toThrow(
      "test:1: expected 'fio version 2 iolog' or 3, got '0, 4096, 4096'",
    );
    await expect(feedLines(fioFormat, V3, { 'time-unit': 'min' })).rejects.toThrow(
      "time-unit: expected one of s, ms, us, ns, got 'min'",
    );
  });

  test('a line of another form is noted', async () => {
    const { log } = await feedLines(fioFormat, [
      V3[0],
      '5 f read 0',
      '5 f erase 0 5',
      'x f read 0 5',
    ]);
    expect(log.counts.get('malformed line')).toBe(3);
  });
});
