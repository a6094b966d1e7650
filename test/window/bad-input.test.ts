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
  [{ window: '1T,' }, /^--window: expected a size such as 64K or 2G, got ''$/],
  [{ page: '3K' }, /^--page: expected a power of two, got '3K'$/],
  [{ page: '0' }, /^--page: expected a power of two, got '0'$/],
  [{ levels: '5..1' }, /^--levels: expected numbers 0\.\.16 such as .*, got '5\.\.1'$/],
  [{ levels: '1..17' }, /^--levels: .* got '1\.\.17'$/],
  [{ levels: 'two' }, /^--levels: .* got 'two'$/],
  [{ levels: '1,,2' }, /^--levels: .* got '1,,2'$/],
  [{ kernel: '3.10' }, /^--kernel: expected 4\.2 or later.*got '3\.10'$/],
  [{ kernel: 'six' }, /^--kernel: expected VERSION/],
  [{ phb: 'phb44' }, /unknown PHB 'phb44', did you mean 'phb4'\?$/],
  [{ hypervisor: 'powervn' }, /^--hypervisor: unknown 'powervn', did you mean 'powervm'\?$/],
  [{ policy: 'qmeu' }, /^--policy: unknown program 'qmeu', did you mean 'qemu'\?$/],
  [{ policy: 'toString' }, /^--policy: unknown program 'toString'; known: /],
  [{ policy: 'dpdk', keepDefault: true }, /^--policy: DPDK wants bus address 0, expected slot 0/],
  [{ memlock: '8Q' }, /^--memlock: expected a size such as 64K or 2G, got '8Q'$/],
  [{ ram: '0' }, /^--ram: expected more than 0 and less than 1P, got '0'$/],
  [{ ram: '1P' }, /^--ram: expected more than 0 and less than 1P, got '1P'$/],
  [{ registered: '1000' }, /^--registered: expected a multiple of 64K, got '1000'$/],
  [{ registered: '64K', backing: '2M' }, /^--registered: expected a multiple of 2M, got '64K'$/],
  [{ backing: '4K' }, /^--backing: expected at least the kernel's page, 64K, got '4K'$/],
  [{ slot: '2' }, /^--slot: expected 0 or 1, got '2'$/],
  [{ slot: '0', keepDefault: true }, /^--slot: expected 1 with --keep-default/],
  [{ node: '0' }, /^--node: expected with --buddyinfo only, got '0'$/],
  [{ buddyinfo: join(folder, 'missing') }, /missing: no such file$/],
  [{ buddyinfo: CUT }, /cut:2: expected 9 counts as in line 1, got 2$/],
  [{ buddyinfo: FRAGMENTED, node: '3' }, /node: expected one of 0, got 3$/],
  [{ buddyinfo: FRAGMENTED, node: 'x' }, /^--node: expected a node's number, got 'x'$/],
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
  expect(parseNumberList('3,1..4,2', 'n', 9)).toEqual([3, 1, 2, 4]);
  expect(parseNumberList(' 0 ,9', 'n', 9)).toEqual([0, 9]);
});
