/** Generated devices map what they use: the rows are followed as the kernel and the PHB would. */
import { describe, expect, test } from 'vitest';
import { generate } from '../../traces/generate/generate.ts';
import { succeed, workFolder } from '../cli/command.ts';
import { runJson } from '../results/run.ts';
import { type Row, rowsOf } from './rows.ts';

const path = workFolder();

async function rows(name: string, parameters: Record<string, string>): Promise<Row[]> {
  return rowsOf(generate(name, parameters));
}

const isDma = ({ op }: Row) => op === 'read' || op === 'write';

/** What is mapped, page by page; throws on what a PHB or the kernel would refuse. */
class Mappings {
  private readonly pages = new Map<string, bigint>();
  private readonly windows = new Map<number, { shift: bigint; bytes: bigint }>();
  /** Most pages that were mapped at a time. */
  most = 0;

  get count(): number {
    return this.pages.size;
  }

  follow(row: Row): void {
    if (row.op === 'create') {
      this.windows.set(row.pe, { shift: BigInt(row.length), bytes: row.value });
      return;
    }
    const window = this.windows.get(row.pe);
    if (!window || row.address + BigInt(row.length) > window.bytes) throw new Error('no window');
    const pages = this.pagesOf(row, window.shift);
    if (row.op === 'map') {
      this.map(row, pages, window.shift);
    } else if (row.op === 'unmap') {
      for (const page of pages) if (!this.pages.delete(page)) throw new Error(`${page} is free`);
    } else {
      const wanted = row.op === 'read' ? 1n : 2n;
      for (const page of pages) {
        if (((this.pages.get(page) ?? 0n) & wanted) === 0n) throw new Error(`${row.op} of ${page}`);
      }
    }
  }

  private map(row: Row, pages: string[], shift: bigint): void {
    if (row.address % (1n << shift) !== 0n || BigInt(row.length) % (1n << shift) !== 0n) {
      throw new Error('part of a page');
    }
    for (const [at, page] of pages.entries()) {
      if (this.pages.has(page)) throw new Error(`${page} is taken`);
      this.pages.set(page, row.value + (BigInt(at) << shift));
    }
    this.most = Math.max(this.most, this.pages.size);
  }

  private pagesOf({ pe, address, length }: Row, shift: bigint): string[] {
    const first = address >> shift;
    const last = (address + BigInt(length) - 1n) >> shift;
    return Array.from(
      { length: Number(last - first) + 1 },
      (_, at) => `${pe}:${first + BigInt(at)}`,
    );
  }
}

function follow(all: readonly Row[]): Mappings {
  const mappings = new Mappings();
  for (const row of all) mappings.follow(row);
  return mappings;
}

const POLICIES = ['strict', 'batched', 'fixed'];
const DEVICES = ['nic-rx', 'nic-tx', 'nvme'];

describe.each(DEVICES)('%s', (name) => {
  test.each(
    POLICIES,
  )('with iova=%s makes no DMA to a page that is not mapped for it', async (iova) => {
    for (const page of ['4K', '64K', '16M']) {
      const window = page === '16M' ? '64G' : '2G';
      const all = await rows(name, { requests: '20K', iova, page, window, devices: '2' });
      expect(() => follow(all)).not.toThrow();
      expect(all.filter(isDma).length).toBeGreaterThanOrEqual(20_000);
    }
  });

  test('cannot do without any one of its mappings', async () => {
    const all = await rows(name, { requests: '300', iova: 'strict' });
    const maps = [...all.keys()].filter((at) => all[at].op === 'map').slice(0, 12);
    for (const left of maps) {
      expect(() => follow(all.filter((_, at) => at !== left))).toThrow();
    }
  });

  test('with iova=fixed maps before the first DMA, and unmaps nothing', async () => {
    const all = await rows(name, { requests: '3000', iova: 'fixed' });
    const first = all.findIndex(isDma);
    expect(all.slice(first).every(isDma)).toBe(true);
    expect(all.slice(0, first).filter(({ op }) => op === 'map').length).toBeGreaterThan(0);
  });

  test('with iova=batched unmaps 64 buffers in a row, with strict those of a turn', async () => {
    const longest = async (iova: string) => {
      const all = await rows(name, { requests: '30K', iova, batch: '64' });
      let run = 0;
      return Math.max(...all.map(({ op }) => (run = op === 'unmap' ? run + 1 : 0)));
    };
    // A burst of nic-tx is 8 packets.
    expect(await longest('strict')).toBeLessThanOrEqual(name === 'nvme' ? 32 : 8);
    expect(await longest('batched')).toBe(64);
  });

  test('replays without a fault, with no window and no mapping given', async () => {
    const file = path(`${name}.arrow`);
    const size = ['--requests', '3000', '--devices', '2'];
    await succeed('trace', 'generate', name, ...size, '-o', file);
    const { faults, dropped, windows, misses } = await runJson('--trace', file);
    expect([faults, dropped.frozen, windows.length]).toEqual([0, 0, 2]);
    expect(misses).toBeGreaterThan(100);
  });

  test('has devices with windows of their own and no real page in common', async () => {
    const all = await rows(name, { requests: '600', devices: '2', iova: 'fixed' });
    expect(all.filter(({ op }) => op === 'create').map(({ pe }) => pe)).toEqual([1, 2]);
    const ends = [1, 2].map((pe) => {
      const maps = all.filter((row) => row.op === 'map' && row.pe === pe);
      const starts = maps.map(({ value }) => value & ~0xffffn);
      return { first: starts[0], end: (starts.at(-1) ?? 0n) + BigInt(maps.at(-1)?.length ?? 0) };
    });
    expect(ends[0].end).toBeLessThanOrEqual(ends[1].first);
  });
});

describe('nic-rx', () => {
  test('has a ring of mapped buffers, and for each packet unmaps one and maps another', async () => {
    const all = await rows('nic-rx', { requests: '300', ring: '16', iova: 'strict' });
    const first = all.findIndex(isDma);
    expect(all.slice(0, first).map(({ op }) => op)).toEqual([
      'create',
      'map',
      ...Array.from({ length: 16 }, () => 'map'),
    ]);
    const packets = all.slice(first);
    expect(packets.length).toBe(100 * 5);
    for (let at = 0; at < packets.length; at += 5) {
      const [read, payload, done, unmap, map] = packets.slice(at, at + 5);
      expect([read.op, payload.op, done.op, unmap.op, map.op]).toEqual([
        ...['read', 'write', 'write', 'unmap', 'map'],
      ]);
      expect([read.length, payload.length, done.address]).toEqual([16, 1514, read.address]);
      expect(unmap.address).toBe(payload.address & ~0xffffn);
    }
    expect(follow(all).count).toBe(17);
  });

  test('comes at the interval, packet by packet', async () => {
    const all = await rows('nic-rx', { requests: '3003', interval: '121.1', ring: '64' });
    const packets = all.filter(isDma);
    expect(packets[3000].timeNs).toBe(121_100n);
  });

  test('puts a frame of 9014 bytes into five buffers of 2K', async () => {
    const all = await rows('nic-rx', { requests: '15', mtu: '9000', ring: '16' });
    const payloads = all.filter(({ op, length }) => op === 'write' && length !== 16);
    expect(payloads.map(({ length }) => length)).toEqual([2048, 2048, 2048, 2048, 822]);
  });
});

describe('nic-tx', () => {
  test('maps a burst for reading, sends it, and unmaps it', async () => {
    const all = await rows('nic-tx', { requests: '24', burst: '4', iova: 'strict' });
    const first = all.findIndex(({ op, value }) => op === 'map' && (value & 3n) === 1n);
    expect(all.slice(first).map(({ op }) => op)).toEqual(
      [1, 2].flatMap(() => [
        ...['map', 'map', 'map', 'map'],
        ...[1, 2, 3, 4].flatMap(() => ['read', 'read', 'write']),
        ...['unmap', 'unmap', 'unmap', 'unmap'],
      ]),
    );
    expect(follow(all).count).toBe(1);
    expect(all.filter(({ op, length }) => op === 'read' && length === 1514).length).toBe(8);
  });

  test('goes round its ring', async () => {
    const all = await rows('nic-tx', { requests: '18', burst: '2', ring: '4', descriptor: '32' });
    const reads = all.filter(({ op, length }) => op === 'read' && length === 32);
    const [{ address: base }] = reads;
    expect(reads.map(({ address }) => Number(address - base))).toEqual([0, 32, 64, 96, 0, 32]);
  });
});

describe('nvme', () => {
  test('reads an entry and a list of 31 pages and moves 128K for each command', async () => {
    const all = await rows('nvme', { requests: '4000', depth: '8', reads: '0.5' });
    const dmas = countsOf(all.filter(isDma).map(({ op, length }) => `${op} ${length}`));
    expect(dmas.get('read 64')).toBe(1000);
    expect(dmas.get('read 248')).toBe(1000);
    expect(dmas.get('write 16')).toBe(1000);
    const disk = dmas.get('write 131072') ?? 0;
    expect(disk + (dmas.get('read 131072') ?? 0)).toBe(1000);
    expect(Math.abs(disk - 500)).toBeLessThan(6 * Math.sqrt(250));
  });

  test.each([
    ['4K', 3, []],
    ['8K', 3, []],
    ['12K', 4, [16]],
    ['4M', 5, [4096, 4096]],
    ['4100K', 6, [4096, 4096, 16]],
  ])('reads the PRP lists of %s: %i requests a command', async (block, requests, lists) => {
    const all = await rows('nvme', { requests: `${requests}`, block, reads: '1' });
    const dmas = all.filter(isDma);
    expect(dmas.length).toBe(requests);
    expect(dmas.slice(1, -2).map(({ length }) => length)).toEqual(lists);
  });

  test('has exactly so many commands outstanding once the queue is full', async () => {
    const all = await rows('nvme', { requests: '4000', depth: '5' });
    let outstanding = 0;
    let most = 0;
    for (const { op, length } of all) {
      if (op === 'read' && length === 64) outstanding += 1;
      if (op === 'write' && length === 16) outstanding -= 1;
      most = Math.max(most, outstanding);
    }
    expect([most, outstanding]).toEqual([5, 0]);
  });

  test('completes commands in another order than it began them', async () => {
    const all = await rows('nvme', { requests: '400', reads: '1', depth: '8', iova: 'strict' });
    const maps = all.filter(({ op, value }) => op === 'map' && (value & 3n) === 2n);
    const unmaps = all.filter(({ op }) => op === 'unmap');
    expect(unmaps.length).toBe(maps.length);
    expect(unmaps.map(({ address }) => address)).not.toEqual(maps.map(({ address }) => address));
  });
});

function countsOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
