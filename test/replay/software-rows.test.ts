/** Rows of a trace that are no DMA: what software and firmware do to a PHB's PEs between requests. */
import { describe, expect, test } from 'vitest';
import { succeed, tcesim, workFolder } from '../cli/command.ts';
import { runJson, writeCsv } from '../results/run.ts';

const path = workFolder();
const WINDOW = ['--window', '64K:1G:levels=1', '--map', 'touched'];

let files = 0;

/** Runs a trace of such rows: time, op, phb, rid, pe, length, address, value. */
async function run(rows: readonly string[], ...args: string[]) {
  files += 1;
  return runJson('--trace', writeCsv(path(`${files}.csv`), rows), ...args);
}

const read = (ns: number, pe: number, phb = 0) => `${ns},read,${phb},${pe * 8},${pe},64,0x100,0`;

describe('a RID with a PE# that the PHB does not have', () => {
  const rows = [read(1, 300), read(5000, 300), read(9000, 3)];

  test('is a bad RTE: its requests are refused one by one, those of others are not', async () => {
    const result = await run(rows, '--phb', 'phb3', ...WINDOW);
    expect(result.faultsByKind['bad-rte']).toBe(2);
    expect([result.requests, result.faults, result.misses]).toEqual([3, 2, 1]);
    expect(result.freezes.count).toBe(0);
    expect(result.pes.map(({ pe }) => pe)).toEqual([3]);
  });

  test('is another PE where the PHB counts modulo its PEs, as QEMU does', async () => {
    const wrap = ['--phb', 'phb3', '--set', 'rteCache.invalidPe=wrap'];
    const result = await run([...rows, read(9500, 44)], ...wrap, ...WINDOW);
    expect(result.faults).toBe(0);
    // PE# 300 of 256 is 44: the window and its pages are shared.
    expect(result.pes.map(({ pe, requests }) => [pe, requests])).toEqual([
      [3, 1],
      [44, 3],
    ]);
  });

  test.each([
    'freeze',
    'unfreeze',
    'peltv',
    'map',
    'unmap',
  ])('cannot be named in a %s row', async (op) => {
    const file = writeCsv(path('pe.csv'), [`1,${op},0,256,300,1,0,0`]);
    const { code, stderr } = await tcesim('run', '--trace', file, '--phb', 'phb3');
    expect(code).toBe(3);
    expect(stderr).toBe(
      `tcesim: ${file}: trace row 0 (from 0): ${op}: pe: expected 0..255 on phb3, got 300\n`,
    );
  });
});

describe('a freeze by software', () => {
  test('drops what its PE sends from then on, until the unfreeze', async () => {
    const rows = [read(0, 1), '1000,freeze,0,0,1,0,0,0', read(2000, 1), read(2100, 2)];
    const recovered = [...rows, '3000,unfreeze,0,0,1,0,0,0', read(4000, 1)];
    expect((await run(rows, ...WINDOW)).dropped).toEqual({ frozen: 1, fenced: 0 });
    const { dropped, requests, faults, freezes } = await run(recovered, ...WINDOW);
    expect([dropped.frozen, requests, faults]).toEqual([1, 4, 0]);
    expect(freezes.list).toMatchObject([{ pe: 1, cause: 'software', rid: null, pest0: null }]);
  });

  test('does not touch the PE of the same number on another PHB', async () => {
    const rows = [read(0, 1, 1), '1000,freeze,0,0,1,0,0,0', read(2000, 1, 0), read(2000, 1, 1)];
    expect((await run(rows, ...WINDOW)).dropped.frozen).toBe(1);
  });
});

describe('a PELT-V row', () => {
  const fault = '1000,read,0,8,1,64,0x20000000000,0';
  const set = '0,peltv,0,256,1,1,0,7';

  test('makes a neighbour freeze with its PE, and not the other way round', async () => {
    const { freezes, dropped } = await run([set, read(1, 7), fault, read(2000, 7)], ...WINDOW);
    expect(freezes.list.map(({ pe, cause }) => [pe, cause])).toEqual([
      [1, 'tvt-address'],
      [7, 'pelt-v'],
    ]);
    expect(dropped.frozen).toBe(1);
    const other = '0,peltv,0,256,7,1,0,1';
    expect((await run([other, read(1, 7), fault, read(2000, 7)], ...WINDOW)).dropped.frozen).toBe(
      0,
    );
  });

  test('of length 0 takes the neighbour out again', async () => {
    const rows = [set, '0,peltv,0,256,1,0,0,7', read(1, 7), fault, read(2000, 7)];
    expect((await run(rows, ...WINDOW)).freezes.count).toBe(1);
  });

  test.each([
    ['0,peltv,0,256,1,2,0,7', 'peltv: length: expected 1 (set) or 0 (cleared), got 2'],
    ['0,peltv,0,256,1,1,0,512', 'peltv: value: expected a PE# 0..511 on phb4, got 512'],
  ])('%s is refused', async (row, message) => {
    const file = writeCsv(path('peltv.csv'), [read(0, 1), row]);
    const { code, stderr } = await tcesim('run', '--trace', file);
    expect([code, stderr]).toEqual([3, `tcesim: ${file}: trace row 1 (from 0): ${message}\n`]);
  });
});

test('a fence drops what any PE of its PHB sends, until the reset', async () => {
  const rows = [
    ...[read(0, 1), '1000,fence,0,0,0,0,0,0', read(2000, 1), read(2100, 2), read(2200, 1, 1)],
    ...['3000,reset,0,0,0,0,0,0', read(4000, 1), read(4100, 2)],
  ];
  const { dropped, requests, fences, misses } = await run(rows, ...WINDOW);
  expect([dropped, requests]).toEqual([{ frozen: 0, fenced: 2 }, 6]);
  expect(fences).toMatchObject([{ phb: 0 }]);
  // The reset emptied the TCE cache: PE 1 of PHB 0 misses again.
  expect(misses).toBe(4);
});

test('with GTE4GB the second window serves from 4 GiB on', async () => {
  const at = (ns: number, address: string) => `${ns},read,0,256,1,64,${address},0`;
  const rows = [at(0, '0x10000'), at(1000, '0x100010000'), at(2000, '0x800000000010000')];
  const windows = ['--window', '64K:1G:levels=1', '--window', '64K:4G:levels=1'];
  const select = ['--set', 'pe.tveSelect=gte4gb', '--map', 'touched'];
  const result = await run(rows, ...windows, ...select);
  expect([result.misses, result.faultsByKind['tvt-address']]).toEqual([2, 1]);
  expect(result.windows.map(({ busAddress, misses }) => [busAddress, misses])).toEqual([
    ['0x0', 1],
    ['0x100000000', 1],
  ]);
  expect(result.tables.windows.map(({ busAddress }) => busAddress)).toEqual(['0x0', '0x100000000']);
});

test('a ring with strict mapping runs without a fault in a window, nothing else mapped', async () => {
  const ring = ['trace', 'generate', 'ring', '--strict', 'yes', '--requests', '300'];
  await succeed(...ring, '--devices', '2', '-o', path('ring.arrow'));
  const trace = ['--trace', path('ring.arrow'), '--window', '64K:1T:levels=2'];
  const { faults, dropped, dmas } = await runJson(...trace);
  expect([faults, dropped.frozen, dmas]).toEqual([0, 0, 300]);
});
