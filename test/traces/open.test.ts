import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openTrace } from '../../traces/open.ts';
import { rowsOf, samplePath, temporaryFile, temporaryPath } from './rows.ts';

test.each([
  ['p9-nvme-e1000e.arrow', 'import:capture-jsonl'],
  ['p9-vfio.jsonl', 'import:capture-jsonl'],
  ['p9-fio.qemu.log', 'import:qemu-log'],
  ['pseries-stock.qemu.log', 'import:qemu-log'],
])('%s is recognised by its content', async (name, source) => {
  expect((await openTrace(samplePath(name))).metadata).toMatchObject({ source, clock: 'order' });
});

test('a log of QEMU may begin with other lines, with or without a time stamp', async () => {
  const path = temporaryFile(
    'x',
    'char device redirected\nspapr_iommu_ddw_remove liobn=80000001\n',
  );
  expect((await openTrace(path)).metadata.source).toBe('import:qemu-log');
});

test('a log of QEMU is known by what QEMU writes in front of any event, however late the known ones come', async () => {
  const other = '4242@1700000000.123456:pci_cfg_read ne2k_pci 00:00 @0x4 -> 0x1af4\n';
  const put = 'spapr_iommu_put liobn=80000000 ioba=0x1000 tce=0x3a420003 ret=0\n';
  const path = temporaryFile('x', `${other.repeat(2000)}${put}`);
  expect((await openTrace(path)).metadata.source).toBe('import:qemu-log');
});

test('a log without anything in front of its events may have known ones 1 MiB from its beginning', async () => {
  const other = 'pci_cfg_read ne2k_pci 00:00 @0x4 -> 0x1af4\n';
  const put = 'spapr_iommu_put liobn=80000000 ioba=0x1000 tce=0x3a420003 ret=0\n';
  const path = temporaryFile('x', `${other.repeat(20_000)}${put}`);
  const trace = await openTrace(path);
  expect(trace.metadata.source).toBe('import:qemu-log');
  expect(await rowsOf(trace)).toHaveLength(2);
});

test('an unknown file is refused with the formats that are known', async () => {
  const path = temporaryFile('x.txt', 'Dear reader,\nthis is a letter.\n');
  await expect(openTrace(path)).rejects.toThrow(
    /x\.txt: not a known trace; known: arrow, capture-jsonl, qemu-log, .*csv, .*trace import --help/,
  );
});

test('an empty file, a directory and a missing file are told apart', async () => {
  await expect(openTrace(temporaryFile('e', ''))).rejects.toThrow(/e: the file is empty$/);
  const folder = temporaryPath('d');
  mkdirSync(folder);
  await expect(openTrace(folder)).rejects.toThrow(/d: expected a file, got a directory$/);
  await expect(openTrace(temporaryPath('m'))).rejects.toThrow(/m: no such file$/);
});

test('a line without end is refused, not kept in memory', async () => {
  const path = temporaryFile('long', `["kill",0,"0x0"]\n["${'x'.repeat(2 ** 21)}`);
  const source = await openTrace(path);
  await expect(source.batches().next()).rejects.toThrow(
    /long:2: a line of more than 1048576 bytes$/,
  );
});
