import { describe, expect, test } from 'vitest';
import { REFUSED } from '../../traces/format.ts';
import { ftraceFormat } from '../../traces/import/ftrace.ts';
import { brief, ftraceLines, importKernel } from './kernel-lines.ts';

const RID = 0xc200;

describe('events/iommu', () => {
  const map = 'map: IOMMU: iova=0x10000 - 0x12000 paddr=0x50000 size=8192';
  const unmap = 'unmap: IOMMU: iova=0x10000 - 0x12000 size=8192 unmapped_size=8192';

  test('before 5.17 have no end of the range', async () => {
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines([
        'map: IOMMU: iova=0x0000000ffff36000 paddr=0x00000001164d8000 size=4096',
        'unmap: IOMMU: iova=0x0000000ffff36000 size=4096 unmapped_size=4096',
      ]),
    );
    expect(rows.map(brief)).toEqual([
      ['map', 0, 0xffff36000n, 4096, 0x1164d8003n],
      ['unmap', 0, 0xffff36000n, 4096, 0n],
    ]);
  });

  test('belong to the only attached device', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines(['attach_device_to_domain: IOMMU: device=0003:01:00.0', map, unmap]),
    );
    expect(rows.map(({ phb, rid }) => [phb, rid])).toEqual([
      [3, 0x100],
      [3, 0x100],
    ]);
    expect([...source.skipped.assumed]).toEqual([['direction of a mapping', 1]]);
  });

  test('belong to the one attached last, which is counted, where there are several', async () => {
    const attach = (name: string) => `attach_device_to_domain: IOMMU: device=${name}`;
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        attach('0000:01:00.0'),
        attach('0000:02:00.0'),
        map,
        'detach_device_from_domain: IOMMU: device=0000:02:00.0',
        unmap,
      ]),
    );
    expect(rows.map(({ rid, pe }) => [rid, pe])).toEqual([
      [0x200, 1],
      [0x100, 2],
    ]);
    expect(source.skipped.assumed.get('device of a mapping')).toBe(1);
  });

  test('belong to the device of the option where nobody names one', async () => {
    const { rows, source } = await importKernel(ftraceFormat, ftraceLines([map, unmap]), {
      device: '0000:c2:00.0',
    });
    expect(rows.map(({ rid }) => rid)).toEqual([RID, RID]);
    expect(source.skipped.assumed.has('device of a mapping')).toBe(false);
  });

  test('take device and direction from the DMA line behind them, whoever is attached', async () => {
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines([
        'attach_device_to_domain: IOMMU: device=0000:01:00.0',
        map,
        'io_page_fault: IOMMU:nvme 0000:05:00.0 iova=0x9000 flags=0x0',
        'dma_map_page: 0000:02:00.0 dir=FROM_DEVICE dma_addr=10010 size=8000 phys_addr=50010 attrs=',
        unmap,
        'dma_unmap_page: 0000:02:00.0 dir=FROM_DEVICE dma_addr=10010 size=8000 attrs=',
      ]),
    );
    expect(rows.map(brief)).toEqual([
      ['map', 0x200, 0x10000n, 8192, 0x50002n],
      ['read', 0x500, 0x9000n, 16, REFUSED],
      ['unmap', 0x200, 0x10000n, 8192, 0n],
    ]);
  });

  test('whose end is not what the size says are malformed', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        'map: IOMMU: iova=0x10000 - 0x13000 paddr=0x50000 size=8192',
        'unmap: IOMMU: iova=0x10000 - 0x11000 size=8192 unmapped_size=8192',
        'map: IOMMU: iova=0xffffffffffffe000 - 0x0 paddr=0x50000 size=8192',
      ]),
    );
    expect(rows.map(({ address }) => address)).toEqual([0xffffffffffffe000n]);
    expect(source.skipped.first.map(({ reason }) => reason)).toEqual([
      'map: end of iova: expected 0x12000 by the size, got 0x13000',
      'unmap: end of iova: expected 0x12000 by the size, got 0x11000',
    ]);
  });

  test('unmap what is there: nothing is nothing', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines(['unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=0']),
    );
    expect(rows).toEqual([]);
    expect([...source.skipped.counts]).toEqual([['unmap of nothing', 1]]);
  });

  test('longer than a row can hold are several rows', async () => {
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines(['map: IOMMU: iova=0x0 - 0x140000000 paddr=0x100000000 size=5368709120']),
    );
    expect(rows.map(({ address, length, value }) => [address, length, value])).toEqual([
      [0n, 2 ** 31, 0x100000003n],
      [2n ** 31n, 2 ** 31, 0x180000003n],
      [2n ** 32n, 2 ** 30, 0x200000003n],
    ]);
  });

  test('fault as a read or a write, at most up to the end of the page', async () => {
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines([
        'io_page_fault: IOMMU:nvme 0000:01:00.0 iova=0x0000000000001ffc flags=0x0000',
        'io_page_fault: IOMMU: 0000:01:00.0 iova=0x0000000000002000 flags=0x0001',
        'io_page_fault: IOMMU:sdhci fd880000.sdhci iova=0x0000000000002000 flags=0x0001',
      ]),
    );
    expect(rows.map(brief)).toEqual([
      ['read', 0x100, 0x1ffcn, 4, REFUSED],
      ['write', 0x100, 0x2000n, 16, REFUSED],
    ]);
  });

  test('that cannot be are kept with their lines', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        'map: IOMMU: iova=0x10000 - 0x12000 paddr=0x50000',
        'map: IOMMU: iova=0x10000 - 0x12000 paddr=0x50000 size=0',
        'map: IOMMU: iova=0xfffffffffffff000 - 0x1000 paddr=0x50000 size=8192',
        'map: IOMMU: iova=0x10000 - 0x12000 paddr=0x50000 size=17592186044417',
        'map: IOMMU: iova=0x10000 - 0x12000 paddr=0x50800 size=8192',
      ]),
    );
    expect(rows).toEqual([]);
    expect(source.skipped.first.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 map: the arguments have another form',
      '2 map: size: expected 1 .. 17592186044416 bytes, got 0',
      '3 map: size: expected an end below 2^64, got 8192 bytes at 0xfffffffffffff000',
      '4 map: size: expected 1 .. 17592186044416 bytes, got 17592186044417',
      '5 map: real address: expected the same offset in its 4K page, got 0x10000 and 0x50800',
    ]);
  });
});

describe('a change that both families tell', () => {
  const map = (real: number, iova = 0xfffff000, bytes = 4096) =>
    `map: IOMMU: iova=0x${iova.toString(16)} paddr=0x${real.toString(16)} size=${bytes}`;
  const unmap = (iova = 0xfffff000, bytes = 4096) =>
    `unmap: IOMMU: iova=0x${iova.toString(16)} size=${bytes} unmapped_size=${bytes}`;
  const mapPage = (bus: number, direction: string, real: number) =>
    `dma_map_phys: 0000:0${bus}:00.0 dir=${direction} dma_addr=fffff000 size=4096 phys_addr=${real.toString(16)} attrs=`;
  const unmapPage = (bus: number) =>
    `dma_unmap_phys: 0000:0${bus}:00.0 dir=TO_DEVICE dma_addr=fffff000 size=4096 attrs=`;
  const [one, two] = [0x111111000, 0x222222000];

  test('is told by one thread: two devices at one bus address stay apart', async () => {
    const events = [
      ...[map(one), map(two), mapPage(1, 'TO_DEVICE', one), mapPage(2, 'FROM_DEVICE', two)],
      ...[unmapPage(1), unmapPage(2), unmap(), unmap()],
    ];
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines(events, [1, 2, 1, 2, 2, 1, 1, 2]),
    );
    expect(rows.map(brief)).toEqual([
      ['map', 0x100, 0xfffff000n, 4096, 0x111111001n],
      ['map', 0x200, 0xfffff000n, 4096, 0x222222002n],
      ['unmap', 0x200, 0xfffff000n, 4096, 0n],
      ['unmap', 0x100, 0xfffff000n, 4096, 0n],
    ]);
    expect([...source.skipped.counts]).toEqual([['told by events/iommu, too', 4]]);
    expect(source.skipped.assumed.size).toBe(0);
  });

  test('of idle threads, which all have pid 0, is told by one processor', async () => {
    const line = (processor: number, at: number, event: string) =>
      `<idle>-0 [00${processor}] d.... 1.00000${at}: ${event}`;
    const { rows } = await importKernel(ftraceFormat, [
      line(0, 0, unmap()),
      line(1, 1, unmap()),
      line(0, 2, unmapPage(1)),
      line(1, 3, unmapPage(2)),
    ]);
    expect(rows.map(({ op, rid }) => [op, rid])).toEqual([
      ['unmap', 0x100],
      ['unmap', 0x200],
    ]);
  });

  test('of one thread leads to one real address', async () => {
    const events = [
      map(one),
      map(two),
      mapPage(1, 'TO_DEVICE', one),
      mapPage(2, 'FROM_DEVICE', two),
    ];
    const { rows } = await importKernel(ftraceFormat, ftraceLines(events));
    expect(rows.map(({ rid, value }) => [rid, value])).toEqual([
      [0x100, 0x111111001n],
      [0x200, 0x222222002n],
    ]);
  });

  test('is one change: of two that are the same the last one', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([map(one), map(one), mapPage(1, 'TO_DEVICE', one)]),
    );
    expect(rows.map(({ rid }) => rid)).toEqual([0, 0x100]);
    expect(source.skipped.assumed.get('device of a mapping')).toBe(1);
  });

  test('may be a list in several pieces, which end in one', async () => {
    const list = 'dma_addrs={0xff000000,0xff002000} sizes={0x2000,0x1000}';
    const reals = 'phys_addrs={0x111111000,0x333333000,0x222222000}';
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        map(one, 0xff000000),
        map(0x333333000, 0xff001000),
        map(two, 0xff002000),
        `dma_map_sg: 0000:01:00.0 dir=TO_DEVICE ${list} ${reals} attrs=`,
        `dma_unmap_sg: 0000:01:00.0 dir=TO_DEVICE ${reals} attrs=`,
        unmap(0xff000000, 12288),
      ]),
    );
    expect(rows.map(brief)).toEqual([
      ['map', 0x100, 0xff000000n, 4096, 0x111111001n],
      ['map', 0x100, 0xff001000n, 4096, 0x333333001n],
      ['map', 0x100, 0xff002000n, 4096, 0x222222001n],
      ['unmap', 0x100, 0xff000000n, 12288, 0n],
    ]);
    expect(source.skipped.counts.get('told by events/iommu, too')).toBe(2);
  });

  test.each([
    ['99 s later, by another thread', 100, 2, []],
    ['99 s later', 100, 1, []],
    ['at once, by another thread', 1, 2, []],
    ['at once, by the same thread, which maps again', 1, 1, [map(one)]],
  ])('is no unmapping %s', async (_, seconds, pid, before) => {
    const events = [...before, unmap()];
    const lines = events.map(
      (event, at) => `qemu-${pid} [000] ..... ${seconds}.00010${at}: ${event}`,
    );
    const { rows, source } = await importKernel(ftraceFormat, [
      `nvme-1 [000] ..... 1.000000: ${unmapPage(1)}`,
      ...lines,
    ]);
    expect(rows.filter(({ op }) => op === 'unmap').map(brief)).toEqual([
      ['unmap', 0x100, 0xfffff000n, 4096, 0n],
      ['unmap', 0, 0xfffff000n, 4096, 0n],
    ]);
    expect([...source.skipped.counts]).toEqual([]);
  });
});
