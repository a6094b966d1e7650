import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DISTINCT_PAGES_MAX } from '../../traces/distinct-pages.ts';
import { Op, REFUSED, type TraceSource } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { openTrace } from '../../traces/open.ts';
import { REUSE_PAGES_MAX } from '../../traces/reuse-distance.ts';
import { type OwnerSummary, summarize } from '../../traces/summary.ts';
import { samplePath, sourceOf } from './rows.ts';

const PAGE_SIZES = [4096, 65_536, 2_097_152, 16_777_216];

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
    expect(await pagesOf([read(0n), read(8n), read(0x1000n), read(0x20_0000n)])).toEqual([
      3, 2, 2, 1,
    ]);
    expect((await summarize(sourceOf([read(0n)]))).pages.map(({ pageBytes }) => pageBytes)).toEqual(
      PAGE_SIZES,
    );
  });

  test('are all those that a request crosses', async () => {
    expect(await pagesOf([read(0x1f_fff8n, 16)])).toEqual([2, 2, 2, 1]);
    expect(await pagesOf([read(0xffn, 65_536)])).toEqual([17, 2, 1, 1]);
    expect(await pagesOf([read(0xffff_fff8n, 16)])).toEqual([2, 2, 2, 2]);
  });

  test('of two PEs at one address are two', async () => {
    expect(await pagesOf([read(0n, 16, 1), read(0n, 16, 2)])).toEqual([2, 2, 2, 2]);
  });

  test('above and below bit 59 are different', async () => {
    expect(await pagesOf([read(0n), read(1n << 59n)])).toEqual([2, 2, 2, 2]);
  });

  test('are exact up to the bound and estimated within 2 % beyond it', async () => {
    const requests = 4 * DISTINCT_PAGES_MAX;
    const source = generate('sequential', { requests: `${requests}`, window: '8G', length: '4K' });
    const { pages, devices } = await summarize(source);
    expect(pages.map(({ isEstimate }) => isEstimate)).toEqual([true, false, false, false]);
    const [small, ...others] = pages;
    expect(Math.abs(small.pages / requests - 1)).toBeLessThan(0.02);
    expect(others.map((count) => count.pages)).toEqual([16, 512, 4096].map((n) => requests / n));
    expect(devices).toHaveLength(1);
    expect(devices[0].pages.slice(1)).toEqual(others);
  });
});

describe('requests of many pages', () => {
  const read = (length: number, address = 0n) => ({ op: Op.read, length, address });

  test('are looked at in their first 4096 pages of a size, and the counts said to be too low', async () => {
    const { pages, reuse } = await summarize(sourceOf([read(0xffff_ffff)]));
    expect(pages).toEqual([
      { pageBytes: 4096, pages: 4096, isEstimate: false, isLowerBound: true },
      { pageBytes: 65_536, pages: 4096, isEstimate: false, isLowerBound: true },
      { pageBytes: 2_097_152, pages: 2048, isEstimate: false, isLowerBound: false },
      { pageBytes: 16_777_216, pages: 256, isEstimate: false, isLowerBound: false },
    ]);
    expect(reuse[0].accesses).toBe(4096);
  });

  test('of just 4096 pages are counted in full', async () => {
    const [small] = (await summarize(sourceOf([read(2 ** 24)]))).pages;
    expect([small.pages, small.isLowerBound]).toEqual([4096, false]);
  });

  test('count their larger pages where the first small ones were known', async () => {
    expect(await pagesOf([read(2 ** 24), read(2 ** 26)])).toEqual([4096, 1024, 32, 4]);
  });
});

describe('a trace of mappings alone', () => {
  test.each([
    'map',
    'unmap',
    'put',
    'indirect',
    'stuff',
  ] as const)('names devices and PEs: %s', async (op) => {
    const info = await summarize(sourceOf([{ op: Op[op], phb: 2, rid: 8, pe: 3, length: 1 }]));
    expect([info.rids, info.pes]).toEqual([[8], [3]]);
    const owners = [...info.devices, ...info.byPe];
    expect(
      owners.map(({ phb, rid, pe, reads, writes }) => [phb, rid ?? pe, reads, writes]),
    ).toEqual([
      [2, 8, 0, 0],
      [2, 3, 0, 0],
    ]);
    expect(owners[0]?.pages.map(({ pageBytes, pages }) => [pageBytes, pages])).toEqual(
      PAGE_SIZES.map((size) => [size, 0]),
    );
  });
});

describe('devices and PEs', () => {
  test('have their own rows, bytes and pages, apart by PHB', async () => {
    const row = { op: Op.read, rid: 8, pe: 1, length: 16, address: 0n };
    const { devices, byPe } = await summarize(
      sourceOf([row, { ...row, phb: 2 }, { ...row, op: Op.write, rid: 16, address: 0x1_0000n }]),
    );
    const tally = ({
      phb,
      rid,
      pe,
      reads,
      writes,
      readBytes,
      writtenBytes,
      pages,
    }: OwnerSummary) => [
      [phb, rid ?? pe],
      [reads, writes, readBytes, writtenBytes],
      pages.map((count) => count.pages),
    ];
    expect(devices.map(tally)).toEqual([
      [
        [0, 8],
        [1, 0, 16, 0],
        [1, 1, 1, 1],
      ],
      [
        [0, 16],
        [0, 1, 0, 16],
        [1, 1, 1, 1],
      ],
      [
        [2, 8],
        [1, 0, 16, 0],
        [1, 1, 1, 1],
      ],
    ]);
    expect(byPe.map(tally)).toEqual([
      [
        [0, 1],
        [1, 1, 16, 16],
        [2, 2, 1, 1],
      ],
      [
        [2, 1],
        [1, 0, 16, 0],
        [1, 1, 1, 1],
      ],
    ]);
  });
});

describe('rates', () => {
  const rows = [
    { op: Op.read, timeNs: 1_000n, length: 500 },
    { op: Op.write, timeNs: 3_000n, length: 1000 },
  ];

  test('are means over the span', async () => {
    const { rates } = await summarize(sourceOf(rows));
    expect(rates).toEqual({
      requestsPerSecond: 1e6,
      readBytesPerSecond: 250e6,
      writtenBytesPerSecond: 500e6,
    });
  });

  test('are absent where the trace has an order only', async () => {
    expect((await summarize(sourceOf(rows, { clock: 'order' }))).rates).toBeUndefined();
  });
});

describe('the digest', () => {
  const rows = Array.from({ length: 70_000 }, (_, at) => ({
    op: Op.write,
    timeNs: BigInt(at),
    address: REFUSED - BigInt(at),
  }));

  test('is SHA-256 of the digests of the columns', async () => {
    const one = {
      op: Op.kill,
      timeNs: 1n,
      phb: 2,
      rid: 3,
      pe: 4,
      length: 5,
      address: 6n,
      value: 7n,
    };
    const cells = [
      BigUint64Array.of(1n),
      Uint8Array.of(4),
      Uint8Array.of(2),
      Uint16Array.of(3),
      Uint16Array.of(4),
      Uint32Array.of(5),
      BigUint64Array.of(6n),
      BigUint64Array.of(7n),
    ];
    const whole = createHash('sha256');
    for (const column of cells) whole.update(createHash('sha256').update(column).digest());
    expect((await summarize(sourceOf([one]))).digest).toBe(`sha256:${whole.digest('hex')}`);
  });

  test('does not depend on the batches, and does on every cell', async () => {
    const source = sourceOf(rows);
    const small: TraceSource = {
      ...source,
      async *batches() {
        for (let from = 0; from < rows.length; from += 9000) {
          yield* sourceOf(rows.slice(from, from + 9000)).batches();
        }
      },
    };
    const { digest } = await summarize(source);
    expect((await summarize(small)).digest).toBe(digest);
    const changed = rows.with(69_999, { ...rows[69_999], op: Op.read });
    expect((await summarize(sourceOf(changed))).digest).not.toBe(digest);
  });
});

describe('reuse distances', () => {
  const touch = (page: number, pe = 1) => ({
    op: Op.read,
    address: BigInt(page) << 12n,
    length: 8,
    pe,
  });

  /** Counted by hand: other pages since the last access, for 4 KiB pages. */
  function counted(pages: readonly number[]): { first: number; distances: number[] } {
    const recent: number[] = [];
    const distances: number[] = [];
    for (const page of pages) {
      const at = recent.indexOf(page);
      if (at >= 0) {
        distances.push(at);
        recent.splice(at, 1);
      }
      recent.unshift(page);
    }
    return { first: recent.length, distances };
  }

  test('count the other pages since the last access', async () => {
    const [reuse] = (await summarize(sourceOf([1, 2, 3, 3, 1, 2, 4, 1].map((page) => touch(page)))))
      .reuse;
    // 3: 0; 1: 2; 2: 2; 1: 2.
    expect(reuse).toEqual({
      pageBytes: 4096,
      accesses: 8,
      first: 4,
      distances: [
        { below: 1, accesses: 1 },
        { below: 2, accesses: 1 },
        { below: 4, accesses: 4 },
      ],
      isEstimate: false,
    });
  });

  test('agree with a plain LRU list on random accesses', async () => {
    let state = 1;
    const pages = Array.from({ length: 5000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state % 700;
    });
    const { first, distances } = counted(pages);
    const [reuse] = (await summarize(sourceOf(pages.map((page) => touch(page))))).reuse;
    expect(reuse.first).toBe(first);
    for (const { below, accesses } of reuse.distances) {
      expect(accesses).toBe(distances.filter((distance) => distance < below).length);
    }
  });

  test('of two PEs are of different pages; a request touches all its pages', async () => {
    const [reuse] = (
      await summarize(sourceOf([touch(1, 1), touch(1, 2), { ...touch(0), length: 8192 }]))
    ).reuse;
    expect([reuse.accesses, reuse.first]).toEqual([4, 3]);
  });

  test('of a long sweep, repeated, are all near its pages, estimated from a sample', async () => {
    const pages = 4 * REUSE_PAGES_MAX;
    const source = generate('sequential', {
      requests: `${3 * pages}`,
      window: `${pages * 4}K`,
      page: '4K',
      length: '4K',
    });
    const [reuse] = (await summarize(source)).reuse;
    expect(reuse.isEstimate).toBe(true);
    expect(Math.abs(reuse.accesses / (3 * pages) - 1)).toBeLessThan(0.03);
    expect(Math.abs(reuse.first / pages - 1)).toBeLessThan(0.03);
    expect(reuse.distances.find(({ below }) => below === pages / 2)?.accesses).toBe(0);
    expect(reuse.distances.at(-1)?.accesses).toBe(reuse.accesses - reuse.first);
  });
});
