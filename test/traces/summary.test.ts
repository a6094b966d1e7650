import { describe, expect, test } from 'vitest';
import { DISTINCT_PAGES_MAX } from '../../traces/distinct-pages.ts';
import { Op, REFUSED } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { openTrace } from '../../traces/open.ts';
import { summarize } from '../../traces/summary.ts';
import { samplePath, sourceOf } from './rows.ts';

const PAGE_SIZES = [4096, 65_536, 2_097_152];

async function pagesOf(rows: Parameters<typeof sourceOf>[0]) {
  return (await summarize(sourceOf(rows))).pages.map(({ pages }) => pages);
}

describe('a summary', () => {
  test('counts rows, bytes, lengths, devices and refusals', async () => {
    const summary = await summarize(
      sourceOf([
        { op: Op.read, timeNs: 3n, phb: 1, rid: 8, pe: 2, length: 64, address: 0n },
        { op: Op.write, timeNs: 4n, phb: 1, rid: 16, pe: 3, length: 1500, value: REFUSED },
        { op: Op.kill, timeNs: 9n, phb: 4, value: REFUSED },
      ]),
    );
    expect(summary).toMatchObject({
      rows: 3,
      operations: { read: 1, write: 1, kill: 1 },
      firstNs: 3n,
      lastNs: 9n,
      phbs: [1, 4],
      rids: [8, 16],
      pes: [2, 3],
      readBytes: 64,
      writtenBytes: 1500,
      lengthMin: 64,
      lengthMax: 1500,
      refused: 1,
    });
  });

  test('of the shipped capture agrees with its own count of DMA and kills', async () => {
    const summary = await summarize(await openTrace(samplePath('p9-nvme-e1000e.arrow')));
    expect((summary.operations.read ?? 0) + (summary.operations.write ?? 0)).toBe(36_166);
    expect(summary.operations.kill).toBe(17_361);
    expect(summary.pes).toEqual([253, 509]);
    expect(summary.refused).toBe(0);
  });

  test('of nothing is all zeros', async () => {
    expect(await summarize(sourceOf([]))).toMatchObject({ rows: 0, lengthMin: 0, lengthMax: 0 });
  });
});

describe('distinct pages', () => {
  const read = (address: bigint, length = 16, pe = 1) => ({ op: Op.read, address, length, pe });

  test('are counted once, for each size', async () => {
    expect(await pagesOf([read(0n), read(8n), read(0x1000n), read(0x20_0000n)])).toEqual([3, 2, 2]);
    expect((await summarize(sourceOf([read(0n)]))).pages.map(({ pageBytes }) => pageBytes)).toEqual(
      PAGE_SIZES,
    );
  });

  test('are all those that a request crosses', async () => {
    expect(await pagesOf([read(0x1f_fff8n, 16)])).toEqual([2, 2, 2]);
    expect(await pagesOf([read(0xffn, 65_536)])).toEqual([17, 2, 1]);
    expect(await pagesOf([read(0xffff_fff8n, 16)])).toEqual([2, 2, 2]);
  });

  test('of two PEs at one address are two', async () => {
    expect(await pagesOf([read(0n, 16, 1), read(0n, 16, 2)])).toEqual([2, 2, 2]);
  });

  test('above and below bit 59 are different', async () => {
    expect(await pagesOf([read(0n), read(1n << 59n)])).toEqual([2, 2, 2]);
  });

  test('beyond the bound are only known to be more', async () => {
    const requests = DISTINCT_PAGES_MAX + 5;
    const source = generate('sequential', { requests: `${requests}`, window: '8G', length: '4K' });
    const { pages } = await summarize(source);
    expect(pages).toEqual([
      { pageBytes: 4096, pages: DISTINCT_PAGES_MAX, capped: true },
      { pageBytes: 65_536, pages: Math.ceil(requests / 16), capped: false },
      { pageBytes: 2_097_152, pages: Math.ceil(requests / 512), capped: false },
    ]);
  });
});
