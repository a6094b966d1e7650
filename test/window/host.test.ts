/** The host that is asked: what it keeps back, where its blocks come from, what is assumed of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readBuddyinfo } from '../../models/memory/buddyinfo.ts';
import { accountOf } from '../../sim/memory/buddy-account.ts';
import { planReport } from '../../sim/window/plan-report.ts';
import { hostRecord } from '../../sim/window/records.ts';
import { circumstances, line, type PlanWords, plan } from './ask.ts';

const folder = mkdtempSync(join(tmpdir(), 'tcesim-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

function buddyinfo(name: string, ...zones: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, zones.map((zone) => `Node ${zone}\n`).join(''));
  return path;
}

/** All remarks of a plan. */
function remarks(words: PlanWords): string {
  return planReport(plan(words))
    .sections.flatMap((section) => section.remarks)
    .join('\n');
}

/** A row of the Host section. */
function hostRow(words: PlanWords, name: string): string | undefined {
  const [host] = planReport(plan(words)).sections;
  return host.tables[0].rows.find(([first]) => first === name)?.[1];
}

const LOW = buddyinfo('low', '0, zone Normal 4 2 1 0 0 0 0 0 0');
const TWO_NODES = buddyinfo(
  'two-nodes',
  '0, zone Normal 1 0 0 0 0 0 0 0 0',
  '8, zone Normal 4000 900 200 40 6 1 0 0 0',
);

describe('a watermark', () => {
  const words = { window: '1T', levels: '2', buddyinfo: LOW };

  test('refuses what the free lists have, as tcesim buddy says', () => {
    expect(line({ ...words, ram: '1T' })).toMatchObject({
      result: 'ENOMEM',
      availableOrder: 2,
      reason: expect.stringMatching(
        /such a block is free, but .* must stay free \(watermark\), of /,
      ),
    });
    const info = readBuddyinfo('Node 0, zone Normal 4 2 1 0 0 0 0 0 0', 'low');
    const { tables } = accountOf(info, { ramBytes: 1n << 40n });
    expect(tables.every(({ largestWindow }) => largestWindow === null)).toBe(true);
  });

  test('is not kept where nobody knows how large the machine is', () => {
    expect(line(words).result).toBe('created');
    expect(hostRow(words, 'must stay free')).toMatch(/^not known without --ram/);
  });

  test('is told with the host: 3/8 of min_free_kbytes for requests that cannot wait', () => {
    // 4 * sqrt(2^30 KiB) are 128 MiB.
    expect(hostRow({ ...words, ram: '1T' }, 'must stay free')).toMatch(
      /^about 48 MiB in each zone/,
    );
    const { keptFreeBytes } = hostRecord(circumstances({ buddyinfo: LOW, ram: '1T' }));
    expect(keptFreeBytes).toBe(48 * 2 ** 20);
  });

  test('follows vm.min_free_kbytes', () => {
    // 768 KiB less 3/8 of 512 KiB leave room for the two roots.
    expect(line({ ...words, ram: '64M', minFree: '512K' }).result).toBe('created');
    expect(line({ ...words, ram: '64M', minFree: '4M' }).result).toBe('ENOMEM');
  });
});

describe('several nodes', () => {
  const words = { window: '1T', levels: '2', buddyinfo: TWO_NODES };

  test('give the root from the one that has a block, the nearest first', () => {
    expect(line(words).rootNodes).toBe('0+8');
    expect(remarks(words)).toContain("the root block came from node 0, the mirror's from node 8.");
    expect(line({ ...words, node: '8' }).rootNodes).toBe('8+8');
    expect(line({ ...words, window: '2G', page: '4K', levels: '2' }).rootNodes).toBe('0+8');
  });

  test("stand in the host's rows one by one, the PHB's first", () => {
    expect(hostRow(words, 'node 0 Normal')).toMatch(/^the PHB's, 64 KiB free/);
    expect(hostRow({ ...words, node: '8' }, 'node 8 Normal')).toMatch(/^the PHB's, 440.5 MiB free/);
    const { zones } = hostRecord(circumstances({ buddyinfo: TWO_NODES, node: '8' }));
    expect(zones?.map(({ node, freeBytes }) => [node, freeBytes])).toEqual([
      [8, 7048 * 65536],
      [0, 65536],
    ]);
  });

  test('that are one say nothing of nodes', () => {
    expect(remarks({ ...words, buddyinfo: LOW })).not.toContain('node');
  });
});

test('a file with other columns is read with --page-size', () => {
  const eleven = buddyinfo('eleven', '0, zone Normal 9 0 0 0 0 0 0 0 0 0 0');
  const words = { window: '1T', levels: '2', buddyinfo: eleven };
  expect(() => line(words)).toThrow(/expected 9 counts \(64K pages\) or 13/);
  expect(line({ ...words, pageSize: '64K' }).result).toBe('created');
});

describe('PowerVM', () => {
  const words = { window: '64G', levels: '1', kernel: '6.12-pseries-64k' };

  test('has a budget that is assumed, and says so', () => {
    expect(hostRow(words, 'DDW block')).toMatch(
      /^32,768 TCEs \[assumed\], window at 2\^59 \[assumed\]/,
    );
    expect(hostRecord(circumstances({ kernel: words.kernel })).ddw).toEqual({
      blockTces: 32768,
      blockTcesAssumed: true,
      startAddress: '0x800000000000000',
      startAddressAssumed: true,
    });
  });

  test('takes the budget that the user knows, to the TCE', () => {
    expect(line({ ...words, ddwTces: '1048576' }).result).toBe('created');
    expect(line({ ...words, ddwTces: '1048575' })).toMatchObject({
      result: 'EINVAL',
      reason: '1048576 TCEs wanted, the largest DDW block has 1048575',
    });
    const known = hostRecord(circumstances({ kernel: words.kernel, ddwTces: '1M' })).ddw;
    expect(known).toMatchObject({ blockTces: 2 ** 20, blockTcesAssumed: false });
  });

  test('makes tables that the host has no orders for', () => {
    expect(line({ ...words, ddwTces: '1M' })).toMatchObject({ order: null, availableOrder: null });
  });

  test('puts a window in slot 0 behind the default window, which is told', () => {
    expect(remarks({ ...words, ddwTces: '1M' })).toContain('Slot 0, and yet at 2^59');
    expect(remarks({ ...words, slot: '1', ddwTces: '1M' })).not.toContain('Slot 0');
  });

  test('before Linux 6.11 has no DDW block, and CREATE answers nothing', () => {
    const old = { ...words, kernel: '5.17-pseries-64k' };
    expect(hostRow(old, 'DDW block')).toBeUndefined();
    const [, { tables }] = planReport(plan(old)).sections;
    expect(tables[0].rows[0].slice(0, 2)).toEqual(['1', '-']);
    expect(tables[0].rows[0][5]).toMatch(/^no CREATE: attach answers EPERM: .* since 6\.11/);
  });
});

test('a number of ulimit -l is read as bytes, and doubted', () => {
  const words = { window: '2G', levels: '1' };
  expect(hostRow({ ...words, memlock: '8192' }, 'ulimit -l')).toMatch(/--memlock 8192K$/);
  expect(hostRow({ ...words, memlock: '8192K' }, 'ulimit -l')).toBe('8 MiB');
  expect(hostRow({ ...words, memlock: '1048576' }, 'ulimit -l')).toBe('1 MiB');
});

test('a window of pages larger than those behind it is created, and told to be of no use', () => {
  const words = { window: '2T', page: '2M', levels: '1' };
  expect(line(words).result).toBe('created');
  expect(remarks(words)).toMatch(/^Created, but of no use yet: memory in pages of 64K cannot be/);
  expect(remarks({ ...words, policy: 'dpdk' })).toContain('\nBut memory in pages of 64K cannot');
  expect(remarks({ ...words, backing: '2M' })).not.toContain('of no use');
});

test('a refusal without a block in question has no orders in its line', () => {
  const [, { tables }] = planReport(plan({ window: '1T', levels: '1..3' })).sections;
  expect(tables[0].rows.map((row) => row.slice(2, 5))).toEqual([
    ['11', '8', '128 MiB'],
    ['0', '8', '64 KiB'],
    ['-', '-', '-'],
  ]);
});
