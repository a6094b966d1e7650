/** `tcesim walk --tables`: one translation on dumped tables. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { succeed, tcesim, workFolder } from '../cli/command.ts';
import { RECORDED, twoLevels, writeDump } from './dump.ts';

const path = workFolder();

async function walkJson(file: string, ...more: string[]) {
  return JSON.parse(await succeed('walk', '--tables', file, '--format', 'json', ...more));
}

/** The recorded leaves of a TVE, by bus address within the window. */
function recordedLeaves(seq: number, tve: number): [string, string][] {
  const rows = readFileSync(RECORDED, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return rows.find((row) => row.seq === seq && row.phb === 0 && row.tve === tve).leaves;
}

// DUMP 3 has two levels of 64 KiB tables, DUMP 11 three and pages of 4 KiB.
test.each([
  [3, 16],
  [11, 12],
])('DUMP %i: every recorded leaf is found where it was, and read in its blocks', async (seq, shift) => {
  const leaves = recordedLeaves(seq, 1018);
  expect(leaves).toHaveLength(16);
  for (const [address, tce] of leaves.slice(0, 4)) {
    const args = ['--dump', String(seq), '--pe', '509', '--address', address];
    const { realAddress, reads, source } = await walkJson(RECORDED, ...args);
    const page = (BigInt(tce) >> BigInt(shift)) << BigInt(shift);
    expect(BigInt(realAddress)).toBe(page);
    expect(reads.at(-1)).toMatchObject({ tce, isInMemory: true });
    expect(source).toMatchObject({ dump: seq, phb: 0, pe: 509, index: 1018, isDumped: true });
  }
});

test('bit 59 of the address chooses the second TVE, and the last DUMP is the default', async () => {
  const [[address, tce]] = recordedLeaves(22, 1019);
  const bus = `0x${((1n << 59n) | BigInt(address)).toString(16)}`;
  const { select, realAddress, source, tve } = await walkJson(
    RECORDED,
    '--pe',
    '509',
    '--address',
    bus,
  );
  expect([select, source.index, source.dump]).toEqual([1, 1019, 22]);
  expect(tve.value).toBe('0x0000000021902505');
  expect(BigInt(realAddress)).toBe((BigInt(tce) >> 16n) << 16n);
});

test('a TVE that is not in the dump is disabled, and the report says so', async () => {
  const file = writeDump(path('one.jsonl'), twoLevels());
  const args = ['--address', '0x800000000000000'];
  const { fault, source } = await walkJson(file, ...args);
  expect([fault, source.index, source.isDumped]).toEqual(['tve-invalid', 3, false]);
  expect(await succeed('walk', '--tables', file, ...args)).toContain(
    '3 in the TVT of PHB 0, PE 1, not in the dump',
  );
});

test('an entry that a block does not list is a known 0', async () => {
  const file = writeDump(path('hole.jsonl'), twoLevels());
  const { fault, reads } = await walkJson(file, '--address', '0x50000');
  expect(fault).toBe('page-fault');
  expect(reads.at(-1)).toMatchObject({ address: '0x1003028', tce: '0x0', isInMemory: true });
});

test('a read-only page refuses a write', async () => {
  const file = writeDump(path('ro.jsonl'), twoLevels());
  expect(await walkJson(file, '--address', '0x10040')).toMatchObject({ realAddress: '0x10010040' });
  expect(await walkJson(file, '--address', '0x10040', '--write')).toMatchObject({
    fault: 'access-fault',
  });
});

test('--tve tries another TVE on the dumped memory', async () => {
  const file = writeDump(path('other.jsonl'), twoLevels());
  // One level of 4 KiB, 64K pages, with the leaf as its root.
  const args = ['--tve', '0x10030105', '--address', '0x10040'];
  const { realAddress, source, reads } = await walkJson(file, ...args);
  expect([realAddress, source]).toEqual(['0x10010040', null]);
  expect(reads).toMatchObject([{ address: '0x1003008', tce: '0x10010001' }]);
});

test.each([
  ['none', []],
  ["'7'", ['--pe', '7']],
  ["'1:509'", ['--pe', '1:509']],
])('a PE that is not clear (%s) is asked for with those of the dump', async (got, args) => {
  const { code, stderr } = await tcesim('walk', '--tables', RECORDED, '--address', '0', ...args);
  expect(code).toBe(3);
  expect(stderr).toContain('--pe: expected 0:509 or 1:0, the PHB:PE of DUMP 22 of ');
  expect(stderr).toContain(`, got ${got}\n`);
});

test('one PE# on two PHBs is told apart by the PHB', async () => {
  const other = twoLevels({ phb: 1, val: '0x0', pages: [] });
  const file = writeDump(path('phbs.jsonl'), twoLevels(), other);
  const { code, stderr } = await tcesim('walk', '--tables', file, '--address', '0', '--pe', '1');
  expect([code, stderr.includes('expected 0:1 or 1:1')]).toEqual([3, true]);
  expect((await walkJson(file, '--address', '0', '--pe', '0:1')).fault).toBeNull();
  expect((await walkJson(file, '--address', '0', '--pe', '1:1')).fault).toBe('tve-invalid');
});

test.each([
  [
    ['--tables', RECORDED, '--memory', 'm', '--address', '0'],
    '--tables and --memory both bring tables',
  ],
  [['--tables', RECORDED, '--check', 'c'], '--tables and --check both bring tables'],
  [
    ['--tables', RECORDED, '--tve', '1', '--pe', '1', '--address', '0'],
    '--pe chooses a TVE of the dump',
  ],
  [['--tve', '1', '--pe', '1', '--address', '0'], '--pe wants --tables FILE'],
  [['--tve', '1', '--dump', '1', '--address', '0'], '--dump wants --tables FILE'],
  [['--tables', RECORDED], 'expected --address and --tve or --tables'],
])('%j is a matter of usage', async (args, message) => {
  const { code, stderr } = await tcesim('walk', ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
