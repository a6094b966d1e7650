import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ftraceFormat } from '../../traces/import/ftrace.ts';
import { brief, ftraceLines, importKernel, kernelTrace } from './kernel-lines.ts';
import { rowsOf } from './rows.ts';

const DEVICE = '0001:01:00.0';
const RID = 0x100;

function importEvents(events: readonly string[], options: Record<string, string> = {}) {
  return importKernel(ftraceFormat, ftraceLines(events), options);
}

describe('a mapping', () => {
  test.each(['dma_map_page', 'dma_map_resource', 'dma_map_phys'])('%s', async (name) => {
    const ends = name.replace('map', 'unmap');
    const { rows } = await importEvents([
      `${name}: ${DEVICE} dir=TO_DEVICE dma_addr=1761e84a size=54 phys_addr=3a3be84a attrs=`,
      `${ends}: ${DEVICE} dir=TO_DEVICE dma_addr=1761e84a size=54 attrs=SKIP_CPU_SYNC|NO_WARN`,
    ]);
    expect(rows.map(brief)).toEqual([
      ['map', RID, 0x1761e000n, 4096, 0x3a3be001n],
      ['unmap', RID, 0x1761e000n, 4096, 0n],
    ]);
    expect(rows.map(({ phb, pe }) => [phb, pe])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('is widened to whole I/O pages of the size that the user says', async () => {
    const { rows } = await importEvents(
      [
        `dma_map_phys: ${DEVICE} dir=FROM_DEVICE dma_addr=1fff0 size=32 phys_addr=7fff0 attrs=`,
        `dma_unmap_phys: ${DEVICE} dir=FROM_DEVICE dma_addr=1fff0 size=32 attrs=`,
      ],
      { page: '64K' },
    );
    expect(rows.map(brief)).toEqual([
      ['map', RID, 0x10000n, 131072, 0x70002n],
      ['unmap', RID, 0x10000n, 131072, 0n],
    ]);
  });

  test('has its fields by key: another order and new ones do no harm', async () => {
    const { rows } = await importEvents([
      `dma_map_phys: ${DEVICE} size=8 new=x phys_addr=5000 dma_addr=1000 dir=BIDIRECTIONAL`,
    ]);
    expect(rows.map(brief)).toEqual([['map', RID, 0x1000n, 4096, 0x5003n]]);
  });

  test('that failed, a synchronization, and a device that is not PCI give no rows', async () => {
    const { rows, source } = await importEvents([
      `dma_map_phys: ${DEVICE} dir=TO_DEVICE dma_addr=ffffffffffffffff size=8 phys_addr=5000 attrs=`,
      `dma_alloc: ${DEVICE} dir=BIDIRECTIONAL dma_addr=0 size=8 virt_addr=0000000000000000 flags=GFP_KERNEL attrs=`,
      `dma_alloc_sgt_err: ${DEVICE} dir=TO_DEVICE dma_addr=0 size=8 virt_addr=(null) flags=GFP_KERNEL attrs=`,
      `dma_map_sg_err: ${DEVICE} dir=TO_DEVICE dma_addrs={0x5000} err=-12 attrs=`,
      `dma_sync_single_for_cpu: ${DEVICE} dir=FROM_DEVICE dma_addr=1000 size=8`,
      `dma_sync_sg_for_device: ${DEVICE} dir=FROM_DEVICE dma_addrs={0x1000} sizes={0x8}`,
      'dma_map_phys: 71000003 dir=TO_DEVICE dma_addr=1000 size=8 phys_addr=5000 attrs=',
    ]);
    expect(rows).toEqual([]);
    expect([...source.skipped.counts]).toEqual([
      ['failed mapping', 4],
      ['cache synchronization', 2],
      ['device that is not PCI', 1],
    ]);
  });

  test('whose fields are wrong or missing is kept with its line', async () => {
    const { source } = await importEvents([
      `dma_map_page: ${DEVICE} dir=NONE dma_addr=1000 size=8 phys_addr=5000 attrs=`,
      `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=1000 size=8 attrs=`,
      `dma_map_page: ${DEVICE} dir=TO_DEVICE dma_addr=1000 size=8K phys_addr=5000 attrs=`,
      `dma_map_sg: ${DEVICE} dir=TO_DEVICE dma_addrs={0x1000,0x2000} sizes={0x8} phys_addrs={0x5000} attrs=`,
      `dma_map_page:`,
    ]);
    expect(source.skipped.first.map(({ reason }) => reason)).toEqual([
      "dma_map_page: dir: expected BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE, got 'NONE'",
      "dma_map_page: phys_addr: expected a 64-bit hexadecimal number, got ''",
      "dma_map_page: size: expected a number of bytes, got '8K'",
      'dma_map_sg: sizes: expected 2, got 1',
      'dma_map_page: the arguments have another form',
    ]);
  });
});

describe('an allocation', () => {
  test.each([
    ['dma_alloc', '', 'dma_free'],
    ['dma_alloc', 'dir=BIDIRECTIONAL ', 'dma_free'],
    ['dma_alloc_pages', 'dir=FROM_DEVICE ', 'dma_free_pages'],
  ])('%s with %sis mapped to an assumed real address', async (name, direction, end) => {
    const { rows, source } = await importEvents([
      `${name}: ${DEVICE} ${direction}dma_addr=800000000010000 size=512 virt_addr=00000000ec0efb5c flags=GFP_KERNEL|__GFP_ZERO attrs=`,
      `${end}: ${DEVICE} ${direction}dma_addr=800000000010000 size=512 virt_addr=00000000ec0efb5c attrs=`,
    ]);
    const value = direction.includes('FROM') ? 0x10002n : 0x10003n;
    expect(rows.map(brief)).toEqual([
      ['map', RID, 0x800000000010000n, 4096, value],
      ['unmap', RID, 0x800000000010000n, 4096, 0n],
    ]);
    expect([...source.skipped.assumed]).toEqual([['real address of a mapping', 1]]);
  });

  test('dma_alloc_sgt has the real addresses of its pages', async () => {
    const { rows } = await importEvents([
      `dma_alloc_sgt: ${DEVICE} dir=TO_DEVICE dma_addr=10000 size=8192 phys_addrs={0x5000,0x9000} flags=GFP_KERNEL attrs=`,
      `dma_free_sgt: ${DEVICE} dir=TO_DEVICE dma_addr=10000 size=8192 phys_addrs={0x5000,0x9000}`,
    ]);
    expect(rows.map(brief)).toEqual([
      ['map', RID, 0x10000n, 4096, 0x5001n],
      ['map', RID, 0x11000n, 4096, 0x9001n],
      ['unmap', RID, 0x10000n, 8192, 0n],
    ]);
  });
});

describe('a scatter-gather list', () => {
  const map = (addresses: string, sizes: string, reals: string, counts = '') =>
    `dma_map_sg: ${DEVICE} dir=TO_DEVICE ${counts}dma_addrs={${addresses}} sizes={${sizes}} phys_addrs={${reals}} attrs=NO_WARN`;
  const unmap = (reals: string) =>
    `dma_unmap_sg: ${DEVICE} dir=TO_DEVICE phys_addrs={${reals}} attrs=`;

  test('of 6.12 and later is mapped entry by entry and unmapped by its real addresses', async () => {
    const reals = '0x5200,0x9000';
    for (const counts of ['', 'nents=2/2 ents=2/2 ']) {
      const { rows } = await importEvents([
        map('0x1200,0x8000', '0xe00,0x1000', reals, counts),
        unmap(reals),
      ]);
      expect(rows.map(brief)).toEqual([
        ['map', RID, 0x1000n, 4096, 0x5001n],
        ['map', RID, 0x8000n, 4096, 0x9001n],
        ['unmap', RID, 0x1000n, 4096, 0n],
        ['unmap', RID, 0x8000n, 4096, 0n],
      ]);
    }
  });

  test('that was merged deals its pages out evenly, in pages as large as its addresses say', async () => {
    const { rows, source } = await importEvents([
      map(
        '0x30320000',
        '0x50000',
        '0x6920000,0x69c0000,0x6b50000,0x6a20000',
        'nents=4/4 ents=1/1 ',
      ),
      map('0x1800', '0x3000', '0x5800,0x9000', 'nents=2/2 ents=1/1 '),
    ]);
    expect(rows.map(brief)).toEqual([
      ['map', RID, 0x30320000n, 0x10000, 0x6920001n],
      ['map', RID, 0x30330000n, 0x10000, 0x69c0001n],
      ['map', RID, 0x30340000n, 0x10000, 0x6b50001n],
      ['map', RID, 0x30350000n, 0x20000, 0x6a20001n],
      ['map', RID, 0x1000n, 0x2000, 0x5001n],
      ['map', RID, 0x3000n, 0x2000, 0x9001n],
    ]);
    expect([...source.skipped.assumed]).toEqual([['lengths within a merged list', 2]]);
  });

  test('of several merged segments gives each its share of the entries', async () => {
    const { rows } = await importEvents([
      map('0x10000,0x40000', '0x3000,0x1000', '0x51000,0x55000,0x57000,0x59000'),
    ]);
    expect(rows.map(({ address, value }) => [address, value])).toEqual([
      [0x10000n, 0x51001n],
      [0x11000n, 0x55001n],
      [0x12000n, 0x57001n],
      [0x40000n, 0x59001n],
    ]);
  });

  test('with more entries than pages has no real addresses that could be true', async () => {
    const { rows, source } = await importEvents([map('0x1000', '0x1000', '0x5000,0x9000')]);
    expect(rows.map(brief)).toEqual([['map', RID, 0x1000n, 4096, 0x1001n]]);
    expect([...source.skipped.assumed]).toEqual([['real address of a mapping', 1]]);
  });

  test('that is mapped twice ends oldest first; one that began before the log is counted', async () => {
    const { rows, source } = await importEvents([
      map('0x1000', '0x1000', '0x5000'),
      map('0x2000', '0x1000', '0x5000'),
      unmap('0x5000'),
      unmap('0x5000'),
      unmap('0x5000'),
    ]);
    expect(rows.slice(2).map(({ address }) => address)).toEqual([0x1000n, 0x2000n]);
    const reason = 'unmapping of a list whose mapping is not in the log';
    expect([...source.skipped.counts]).toEqual([[reason, 1]]);
  });

  test('beyond 128 entries is cut in the mapping, not in the unmapping, and found all the same', async () => {
    const list = (count: number, from: number) =>
      Array.from({ length: count }, (_, at) => `0x${(from + at * 4096).toString(16)}`).join();
    const sizes = Array.from({ length: 128 }, () => '0x1000').join();
    const counts = 'nents=128/200 ents=128/200 [TRUNCATED] ';
    const { rows, source } = await importEvents([
      map(list(128, 0x100000), sizes, list(128, 0x900000), counts),
      unmap(list(200, 0x900000)),
    ]);
    expect(rows.filter(({ op }) => op === 'map')).toHaveLength(128);
    expect(rows.filter(({ op }) => op === 'unmap')).toHaveLength(128);
    expect([...source.skipped.assumed]).toEqual([
      ['end of a scatter-gather list of more than 128', 1],
    ]);
  });
});

describe('touch=map', () => {
  test('adds one DMA to each mapping: its own bytes, in its direction', async () => {
    const line = (direction: string) =>
      `dma_map_phys: ${DEVICE} dir=${direction} dma_addr=1010 size=5000 phys_addr=5010 attrs=`;
    const { rows } = await importEvents(
      [
        line('TO_DEVICE'),
        line('FROM_DEVICE'),
        line('BIDIRECTIONAL'),
        `dma_alloc: ${DEVICE} dma_addr=20000 size=512 virt_addr=00000000ec0efb5c flags= attrs=`,
      ],
      { touch: 'map' },
    );
    expect(rows.filter(({ op }) => op !== 'map').map(brief)).toEqual([
      ['read', RID, 0x1010n, 5000, 0x5010n],
      ['write', RID, 0x1010n, 5000, 0x5010n],
      ['read', RID, 0x1010n, 5000, 0x5010n],
      ['read', RID, 0x20000n, 512, 0n],
    ]);
  });

  test('is in the metadata, as are the assumptions', () => {
    const { metadata } = kernelTrace(ftraceFormat, '# tracer: nop\n', { touch: 'map' });
    expect(metadata.parameters).toMatchObject({
      touch: 'map',
      windows: 'none in the log: the replay must be given one',
    });
  });
});

describe('the log of a PAPR guest', () => {
  const url = new URL('data/pseries-dma.ftrace.txt', import.meta.url);
  const text = readFileSync(url, 'utf8');
  const lines = text.trimEnd().split('\n');
  const count = (event: string) => lines.filter((line) => line.includes(`: ${event}: `)).length;

  test('has a row for each of its lines, and a reason for each without', async () => {
    const source = kernelTrace(ftraceFormat, text);
    const rows = await rowsOf(source);
    const skipped = sum([...source.skipped.counts.values()]);
    const events = ['dma_map_page', 'dma_unmap_page', 'dma_map_sg', 'dma_unmap_sg', 'dma_alloc'];
    const giving = sum(events.map(count));
    expect(source.lines).toBe(lines.length);
    expect(giving + skipped).toBe(lines.length);
    expect(source.skipped.counts.has('malformed line')).toBe(false);
    const listLength = (line: string, key: string) =>
      line.split(`${key}={`)[1]?.split('}')[0]?.split(',').length ?? 0;
    const maps = lines.filter((line) => line.includes(': dma_map_sg: '));
    const entries = maps.map((line) => listLength(line, 'phys_addrs'));
    // Of each list that is unmapped, its mapping: the one with the same real addresses.
    const unmapped = lines
      .filter((line) => line.includes(': dma_unmap_sg: '))
      .map((line) => /phys_addrs=\S+/.exec(line)?.[0] ?? '')
      .map((reals) => maps.find((line) => line.includes(`${reals} `)) ?? '');
    const segments = unmapped.map((line) => listLength(line, 'dma_addrs'));
    expect(rows.filter(({ op }) => op === 'map')).toHaveLength(
      sum([count('dma_map_page'), count('dma_alloc'), ...entries]),
    );
    expect(rows.filter(({ op }) => op === 'unmap')).toHaveLength(
      sum([count('dma_unmap_page'), ...segments]),
    );
  });

  test('never maps a page that is mapped, nor unmaps one that is not', async () => {
    const mapped = new Set<string>();
    let wrong = 0;
    for (const { op, phb, address, length } of await rowsOf(kernelTrace(ftraceFormat, text))) {
      for (let page = address; page < address + BigInt(length); page += 4096n) {
        const key = `${phb} ${page}`;
        if (op === 'map' ? mapped.has(key) : !mapped.delete(key)) wrong += 1;
        if (op === 'map') mapped.add(key);
      }
    }
    expect(wrong).toBe(0);
  });
});

test('the TCEs of the rows are those that the kernel wrote, by a probe on its pnv_tce_build', async () => {
  const url = new URL('data/powernv-tce-build.ftrace.txt', import.meta.url);
  const text = readFileSync(url, 'utf8');
  const page = 65_536n;
  const kernelSpace = 0xc000_0000_0000_0000n;
  // Permissions of TCEs by enum dma_data_direction.
  const permissions = [3n, 1n, 2n];
  const written: string[] = [];
  for (const [, index, pages, address, direction] of text.matchAll(
    /index=(\d+) npages=(\d+) uaddr=(\w+) dir=(\d)/g,
  )) {
    const real = (BigInt(address as string) - kernelSpace) / page;
    for (let at = 0n; at < BigInt(pages as string); at += 1n) {
      const permission = permissions[Number(direction)];
      // Coherent memory is not compared: its real address is not in the events.
      const where = permission === 3n ? 'assumed' : real + at;
      written.push(`${BigInt(index as string) + at} ${where} ${permission}`);
    }
  }
  const source = kernelTrace(ftraceFormat, text, { page: '64K' });
  const imported: string[] = [];
  for (const { op, address, length, value } of await rowsOf(source)) {
    if (op !== 'map') continue;
    for (let at = 0n; at < BigInt(length) / page; at += 1n) {
      const where = (value & 3n) === 3n ? 'assumed' : value / page + at;
      imported.push(`${address / page + at} ${where} ${value & 3n}`);
    }
  }
  expect(written.length).toBeGreaterThan(60);
  expect(imported).toEqual(written);
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
