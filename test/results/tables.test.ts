/** What becomes of windows whose tables the host cannot hold, and of DMAs that no window takes. */
import { expect, test } from 'vitest';
import { succeed, workFolder } from '../cli/command.ts';
import { runJson, writeCsv } from './run.ts';

const path = workFolder();
const read = (address: string) => `1,read,0,256,1,64,${address},0`;

test('a DMA to a page that nobody mapped is a page fault, and the run succeeds', async () => {
  const trace = writeCsv(path('unmapped.csv'), [read('0x10000')]);
  const { faultsByKind, requests } = await runJson('--trace', trace, '--window', '64K:1G');
  expect(requests).toBe(1);
  expect(faultsByKind['page-fault']).toBe(1);
});

test('a DMA of a PE without any window is a fault', async () => {
  const trace = writeCsv(path('windowless.csv'), [read('0x10000')]);
  const { faultsByKind } = await runJson('--trace', trace);
  expect(faultsByKind['tve-invalid']).toBe(1);
});

// TVE[48:50] + 1 levels; 5..7 in the field are more than the PHB walks (phb.md, V9).
test.each([
  ['0x240000a505', 6],
  ['0x240000c505', 7],
  ['0x240000e505', 8],
])('a TVE of %s, %i levels, makes its DMA a fault', async (tve) => {
  const trace = writeCsv(path('levels.csv'), [`0,tve,0,0,0,0,2,${tve}`, read('0x10000')]);
  const { faultsByKind, faults, walkReads } = await runJson('--trace', trace);
  expect(faultsByKind['tve-invalid']).toBe(1);
  expect(faults).toBe(1);
  expect(walkReads[0] ?? 0).toBe(0);
});

test('a TVE of 5 levels is walked', async () => {
  const trace = writeCsv(path('five.csv'), ['0,tve,0,0,0,0,2,0x2400008105', read('0x10000')]);
  const { faultsByKind } = await runJson('--trace', trace);
  expect(faultsByKind['page-fault']).toBe(1);
});

// 64 GiB of 4 KiB pages: 2^24 TCEs, 128 MiB, order 11 of 64 KiB pages; Linux gives order 8 at most.
test('a table that is larger than any block is refused with both orders', async () => {
  const trace = writeCsv(path('large.csv'), [read('0')]);
  const args = ['--trace', trace, '--window', '4K:64G:levels=1', '--map', 'touched'];
  const { tables } = await runJson(...args);
  expect(tables.calls[0]).toMatchObject({ call: 'CREATE', answer: 'ENOMEM', count: 1 });
  expect(tables.failedAllocations[0]).toMatchObject({
    order: 11,
    bytes: 2 ** 27,
    largestFreeOrder: 8,
  });
  const text = (await succeed('run', ...args)).replaceAll(/\s+/g, ' ');
  expect(text).toContain('order 11 (128 MiB)');
  expect(text).toContain("the kernel's largest is order 8");
});

// 16 TiB of 64 KiB pages on 2 levels: 14 index bits, 128 KiB a table, order 1. The two roots fit.
test('on a fragmented host CREATE succeeds and a later MAP does not', async () => {
  const trace = writeCsv(path('fragmented.csv'), [read('0')]);
  const window = ['--window', '64K:16T:levels=2', '--map', 'touched'];
  const free = ['--set', 'host.freeBlocks=5,2,0,0,0,0,0,0,0'];
  const { tables, faultsByKind } = await runJson('--trace', trace, ...window, ...free);
  expect(tables.calls).toMatchObject([
    { call: 'CREATE', answer: 'ok', count: 1 },
    { call: 'MAP', answer: 'ENOMEM', count: 1 },
  ]);
  expect(tables.failedAllocations[0]).toMatchObject({
    order: 1,
    bytes: 2 ** 17,
    largestFreeOrder: 0,
    freeBytes: 5 * 65_536,
  });
  expect(faultsByKind['page-fault']).toBe(1);
});

test('with two more blocks of order 1 the same MAP succeeds', async () => {
  const trace = writeCsv(path('enough.csv'), [read('0')]);
  const window = ['--window', '64K:16T:levels=2', '--map', 'touched'];
  const free = ['--set', 'host.freeBlocks=5,4,0,0,0,0,0,0,0'];
  const { tables, faults } = await runJson('--trace', trace, ...window, ...free);
  expect(tables.failedAllocationCount).toBe(0);
  expect(faults).toBe(0);
  // Root and leaf, and the mirror's: four blocks of order 1.
  expect(tables.memory).toEqual([
    {
      phb: 0,
      pageBytes: 65_536,
      freeBefore: [5, 4, 0, 0, 0, 0, 0, 0, 0],
      freeAfter: [5, 0, 0, 0, 0, 0, 0, 0, 0],
    },
  ]);
});

test('a host without memory is told, not an error', async () => {
  const trace = writeCsv(path('none.csv'), [read('0')]);
  const { tables, faults } = await runJson(
    ...['--trace', trace, '--window', '64K:1G', '--set', 'host.ram=0'],
  );
  expect(tables.failedAllocations[0]).toMatchObject({ largestFreeOrder: -1, freeBytes: 0 });
  expect(faults).toBe(1);
});
