/** Words of the command line that cannot be used: one line that names the flag, what was wanted, what was got. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { parseNumberList } from '../../sim/window/number-list.ts';
import { type PlanWords, plan } from './ask.ts';

const folder = mkdtempSync(join(tmpdir(), 'tcesim-window-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FRAGMENTED = join(folder, 'buddyinfo');
writeFileSync(FRAGMENTED, 'Node 0, zone   Normal   4000 900 200 40 6 1 0 0 0 \n');
const CUT = join(folder, 'cut');
writeFileSync(
  CUT,
  'Node 0, zone   Normal   4000 900 200 40 6 1 0 0 0 \nNode 1, zone   Normal   4000 90\n',
);
const SEVENTY = Array.from({ length: 70 }, (_, at) => `${at + 1}G`).join(',');

const CASES: [Partial<PlanWords>, RegExp][] = [
  [{ window: '1X' }, /^--window: expected a size such as 64K or 2G, got '1X'$/],
  [
    { window: '1T,' },
    /^--window: expected a size, got an empty one after the last comma in '1T,'$/,
  ],
  [{ window: ',1T' }, /^--window: expected a size, got an empty one before a comma in ',1T'$/],
  [{ window: '16777216T' }, /^--window: expected a size below 2\^64, got '16777216T'$/],
  [{ page: '3K' }, /^--page: expected a power of two, got '3K'$/],
  [{ page: '0' }, /^--page: expected a power of two, got '0'$/],
  [{ levels: '5..1' }, /^--levels: expected 2, 1,3 or 1\.\.3, between 1 and 5, got '5\.\.1'$/],
  [{ levels: '1..17' }, /^--levels: .* got '1\.\.17'$/],
  [{ levels: '1-3' }, /^--levels: expected 2, 1,3 or 1\.\.3, between 1 and 5, got '1-3'$/],
  [{ levels: 'two' }, /^--levels: .* got 'two'$/],
  [{ levels: '1,,2' }, /^--levels: .* got '1,,2'$/],
  [{ kernel: '3.10' }, /^--kernel: expected 4\.2 or later.*got '3\.10'$/],
  [{ kernel: 'six' }, /^--kernel: expected VERSION/],
  [{ phb: 'phb6' }, /^--phb: unknown PHB 'phb6'; known: phb3, phb4, phb4-small, phb5$/],
  [
    { kernel: '6.12-pseries', hypervisor: 'powervn' },
    /^--hypervisor: unknown 'powervn', did you mean 'powervm'\?$/,
  ],
  [{ policy: 'qmeu' }, /^--policy: unknown program 'qmeu', did you mean 'qemu'\?$/],
  [{ policy: 'toString' }, /^--policy: unknown program 'toString'; known: /],
  [{ policy: 'qemu,dpdk' }, /^--policy: expected one program, got 'qemu,dpdk'$/],
  [{ hypervisor: 'qemu' }, /^--hypervisor: expected with a pseries kernel only, got 'qemu'$/],
  [
    { kernel: '6.12-pseries', phb: 'phb4' },
    /^--phb: expected with a powernv kernel only, got 'phb4'$/,
  ],
  [{ ddwTces: '4K' }, /^--ddw-tces: expected with a pseries kernel only/],
  [
    { kernel: '6.12-pseries', hypervisor: 'qemu', ddwTces: '4K' },
    /^--ddw-tces: expected with --hypervisor powervm only, got '4K'$/,
  ],
  [{ registered: '128G' }, /^--registered: expected at most .* 64G \(--ram\), got 128G$/],
  [
    { buddyinfo: FRAGMENTED, ram: '64M' },
    /^--ram: expected at least .* has free, 451072K, got 64M$/,
  ],
  [{ buddyinfo: FRAGMENTED, kernel: '4.18' }, /^--ram: expected with --buddyinfo and Linux 4\.18,/],
  [{ buddyinfo: FRAGMENTED, kernel: '6.12-pseries' }, /^--ram: expected .* unless --ddw-tces says/],
  [{ minFree: '1G' }, /^--min-free: expected with --ram, which shares it out, got '1G'$/],
  [{ pageSize: '64K' }, /^--page-size: expected with --buddyinfo only, got '64K'$/],
  [{ policy: 'dpdk', slot: '1' }, /^--policy: DPDK wants bus address 0, expected slot 0/],
  [{ memlock: '8Q' }, /^--memlock: expected a size such as 64K or 2G, got '8Q'$/],
  [{ ram: '0' }, /^--ram: expected more than 0 and less than 1P, got '0'$/],
  [{ ram: '1P' }, /^--ram: expected more than 0 and less than 1P, got '1P'$/],
  [{ registered: '1000' }, /^--registered: expected a multiple of 64K, got '1000'$/],
  [{ registered: '64K', backing: '2M' }, /^--registered: expected a multiple of 2M, got '64K'$/],
  [{ backing: '4K' }, /^--backing: expected at least the kernel's page, 64K, got '4K'$/],
  [{ slot: '2' }, /^--slot: expected 0 or 1, got '2'$/],
  [{ node: '0' }, /^--node: expected with --buddyinfo only, got '0'$/],
  [{ buddyinfo: join(folder, 'missing') }, /missing: no such file$/],
  [{ buddyinfo: CUT }, /cut:2: expected 9 counts as in line 1, got 2$/],
  [{ buddyinfo: FRAGMENTED, node: '3' }, /^--node: expected a node of the file, 0, got '3'$/],
  [{ buddyinfo: FRAGMENTED, node: 'x' }, /^--node: expected a node of the file, 0, got 'x'$/],
  [
    { buddyinfo: FRAGMENTED, kernel: '6.12-4k' },
    /expected a kernel with pages of 4K, got 9 orders/,
  ],
  [{ window: SEVENTY, page: '4K,64K,2M' }, /at most 1000 combinations, got 1050$/],
];

test.each(CASES)('%j is refused in one line', (words, message) => {
  const ask = () => plan({ window: '1T', ...words });
  expect(ask).toThrow(InputError);
  expect(ask).toThrow(message);
});

test('a list of numbers keeps its order and drops what was there already', () => {
  const range = { most: 9, wanted: 'numbers' };
  expect(parseNumberList('3,1..4,2', 'n', range)).toEqual([3, 1, 2, 4]);
  expect(parseNumberList(' 0 ,9', 'n', range)).toEqual([0, 9]);
});
