import { describe, expect, test } from 'vitest';
import { blkparseFormat } from '../../traces/import/blkparse.ts';
import { countsOf, dmaOf, feedLines } from './feed.ts';

/** The man page's line, and lines of the same form. */
const MAN_PAGE = '  8,0    3        1     0.000000000   697  G   W 223490 + 8 [kjournald]';
const LINES = [
  MAN_PAGE,
  '  8,0    3        2     0.000001829   697  P   N [kjournald]',
  '  8,0    3        3     0.000002197   697  Q   W 223490 + 8 [kjournald]',
  '  8,0    3        4     0.000005533   697  M   W 223498 + 8 [kjournald]',
  '  8,0    3        9     0.000012344   697  D   W 223490 + 16 [kjournald]',
  '  8,0    1        4     0.000100000     0  D   R 1024 + 24 [fio]',
  '  8,0    3       10     0.000400000     0  C   W 223490 + 16 [0]',
  '  8,0    1        5     0.000500000     0  C   R 1024 + 24 [0]',
  'CPU0 (sda):',
  ' Reads Queued:           1,       12KiB\t Writes Queued:          1,        8KiB',
];

test('issue and complete become the DMA of NVMe commands, at their times', async () => {
  const { rows, log } = await feedLines(blkparseFormat, LINES);
  const dma = rows.filter(({ op }) => op === 'read' || op === 'write');
  expect(dma.map(({ op, length, timeNs }) => [op, length, timeNs])).toEqual([
    ['read', 64, 12344n],
    ['read', 8192, 12344n],
    ['read', 64, 100_000n],
    // Three pages: two of them stand in a list.
    ['read', 16, 100_000n],
    ['write', 16, 400_000n],
    ['write', 12_288, 500_000n],
    ['write', 16, 500_000n],
  ]);
  expect(Object.fromEntries(log.counts)).toEqual({
    'action G': 1,
    'action P': 1,
    'action Q': 1,
    'action M': 1,
    summary: 2,
  });
});

test('every line is accounted for: issues and completions, others by their reason', async () => {
  const { log } = await feedLines(blkparseFormat, LINES);
  const counted = [...log.counts.values()].reduce((sum, count) => sum + count, 0);
  const used = LINES.filter((line) => / [DC] +[A-Z]+ \d/.test(line)).length;
  expect(used + counted).toBe(LINES.length);
});

test('times count from the first line', async () => {
  const shifted = LINES.map((line) => line.replace(' 0.', ' 5.'));
  const there = await feedLines(blkparseFormat, shifted);
  const here = await feedLines(blkparseFormat, LINES);
  expect(there.rows).toEqual(here.rows);
});

describe('lines of other forms', () => {
  test('an elapsed time in parentheses, as -t prints it, is passed over', async () => {
    const { rows, log } = await feedLines(blkparseFormat, [
      '8,16 0 1 0.000000000 4 D R 8 + 8 (    1234) [dd]',
      '8,16 0 2 0.000001000 0 C R 8 + 8 (  998877) [0]',
    ]);
    expect(dmaOf(rows).length).toBe(3);
    expect(log.counts.size).toBe(0);
  });

  test('a flush has a command and a completion, no data', async () => {
    const { rows } = await feedLines(blkparseFormat, [
      '259,0 0 1 0.000000000 4 D FN [kworker/0:1H]',
      '259,0 0 2 0.000001000 0 C FN 0 [0]',
    ]);
    expect(dmaOf(rows).map((row) => row.split(' ')[2])).toEqual(['64', '16']);
  });

  test('a discard reads its range of 16 bytes and none of its sectors', async () => {
    const { rows } = await feedLines(blkparseFormat, [
      '259,0 0 1 0.000000000 4 D DS 0 + 4194304 [fstrim]',
      '259,0 0 2 0.000001000 0 C DS 0 + 4194304 [0]',
    ]);
    expect(rows.filter(({ op }) => op === 'read').map(({ length }) => length)).toEqual([64, 16]);
  });

  test('a packet command is counted', async () => {
    const { rows, log } = await feedLines(blkparseFormat, [
      '8,0 0 1 0.000000000 4 D R 252 (12 01 00 00 fc 00 ..) [udevd]',
    ]);
    expect(rows).toEqual([]);
    expect(log.counts.get('packet command (D)')).toBe(1);
  });

  test('a completion without its issue is counted, and so is nonsense', async () => {
    const { rows, log } = await feedLines(blkparseFormat, [
      '8,0 0 1 0.000000000 4 C R 8 + 8 [0]',
      '8,0 0 1 0.000000000 4 D R eight [0]',
      'what is this',
    ]);
    expect(rows).toEqual([]);
    expect(log.counts.get('completion of an I/O that is not open')).toBe(1);
    expect(log.counts.get('malformed line')).toBe(2);
    expect(log.first.map(({ line }) => line)).toEqual([2, 3]);
  });
});

test('disks are PEs of their own, each with its window', async () => {
  const { rows } = await feedLines(blkparseFormat, [
    '8,0 0 1 0.000000000 4 D W 8 + 8 [dd]',
    '8,16 0 1 0.000000000 4 D W 8 + 8 [dd]',
    '8,16 0 2 0.000001000 4 C W 8 + 8 [0]',
  ]);
  const ends = rows.filter(({ op, length }) => op === 'write' && length === 16);
  expect(ends.map(({ pe, rid }) => [pe, rid])).toEqual([[2, 0x108]]);
  expect(countsOf(rows).create).toBe(2);
});

test('a queue that the trace overfills makes room by completing its oldest I/O', async () => {
  const issue = (sector: number) => `8,0 0 1 0.00000000${sector} 4 D R ${sector} + 1 [dd]`;
  const { rows, log } = await feedLines(
    blkparseFormat,
    [issue(1), issue(2), issue(3), issue(4), '8,0 0 9 0.000001000 0 C R 1 + 1 [0]'],
    { depth: '3' },
  );
  // Two commands fit into three entries; the third and the fourth push the first two out.
  expect(rows.filter(({ op, length }) => op === 'write' && length === 16)).toHaveLength(2);
  expect(log.assumed.get('completion of an I/O, because the queue was full')).toBe(2);
  expect(log.counts.get('completion of an I/O that is not open')).toBe(1);
});

test('detection: the format, and none of its neighbours', () => {
  expect(blkparseFormat.matches([MAN_PAGE])).toBe(true);
  expect(blkparseFormat.matches(['128166372002993263,usr,0,Read,1024,4096,30'])).toBe(false);
  expect(blkparseFormat.matches(['1430@1795325310.501909:spapr_iommu_pci_put liobn=0x1'])).toBe(
    false,
  );
});
