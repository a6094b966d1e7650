import { describe, expect, test } from 'vitest';
import { ERA_5_17 } from '../../models/kernel/era.ts';
import { reportContainer } from '../../models/kernel/vfio/container-report.ts';
import { create, map, outcome, PE, PHB3, TestHost, withMemory } from './vfio-host.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
/** Pages of 64K in 1 GiB. */
const GiB_PAGES = 16_384;
const TiB = 1n << 40n;

describe('MAP', () => {
  test('before any REGISTER is EPERM, before everything else', () => {
    const host = new TestHost().attachWithoutDefault();
    expect(outcome(map(host, 3n, 5n))).toBe('EPERM');
  });

  test('makes the pending default window first', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    withMemory(host);
    expect(outcome(map(host, 0n, 65_536n))).toBe('ok');
    expect(host.container.windows).toHaveLength(1);
  });

  test.each([
    ['a bus address in no window', 'ENXIO', [TiB, 5n, {}]],
    ['a size that splits a page', 'EINVAL', [3n, 5n, {}]],
    ['an address that splits a page', 'EINVAL', [3n, 65_536n, { processAddress: 4096n }]],
    ['no access', 'EINVAL', [3n, 65_536n, { read: false, write: false }]],
    ['a bus address that splits a page', '1', [3n, 65_536n, {}]],
    ['memory that is not registered', 'EINVAL', [0n, 65_536n, { processAddress: 0n }]],
    ['a page half registered', 'EINVAL', [0n, 2n * GiB, {}]],
  ] as const)('of %s is %s', (_what, expected, [busAddress, bytes, options]) => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    expect(outcome(map(host, busAddress, bytes, options))).toBe(expected);
    expect(host.regions.find(GiB, GiB)?.mappedEntries).toBe(0);
  });

  test.each([
    ['size', [0n, 5n, {}]],
    ['address of the memory', [0n, 65_536n, { processAddress: 4096n }]],
    ['bus address', [3n, 65_536n, {}]],
  ] as const)('that splits a page by its %s says so', (what, [busAddress, bytes, options]) => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    const answer = JSON.stringify(map(host, busAddress, bytes, options));
    expect(answer).toContain(`"${what}: expected a multiple of 64K"`);
  });

  test('of no bytes succeeds and touches no entry', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    expect(map(host, 0n, 0n)).toEqual({ rc: 0, beyondTable: 0 });
    expect(reportContainer(host.container).windows[0]).toMatchObject({ hardwareBlocks: 1 });
  });

  test('for writing lets the device read as well, for reading does not let it write', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    map(host, 0n, 65_536n, { read: false });
    map(host, 65_536n, 65_536n, { write: false });
    const { table } = host.container.windows[0];
    expect([table.get(0), table.get(1)]).toEqual([GiB | 3n, GiB | 1n]);
  });

  test('wants memory in pages at least as large as the IO page', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 21, 1);
    expect(map(host, 0n, 2n * MiB)).toMatchObject({
      errno: 'EINVAL',
      reason:
        'the IO page of 2M at userspace address 0x40000000 is larger than the pages of 64K behind it',
    });
    host.addMemory(8n * GiB, GiB, 24);
    host.container.register(8n * GiB, GiB);
    expect(outcome(map(host, 0n, 2n * MiB, { processAddress: 8n * GiB }))).toBe('ok');
  });

  test('can fail late for a leaf, drops all of its own pages and what stood there before', () => {
    // Room for two roots and two pairs of leaves.
    const host = new TestHost({ freeBlocks: [6, 0, 0, 0, 0, 0, 0, 0, 0] });
    withMemory(host.attachWithoutDefault());
    create(host, TiB, 16, 2);
    expect(outcome(map(host, 0n, 65_536n))).toBe('ok');
    const bus = 8191n * 65_536n;
    expect(outcome(map(host, bus, 65_536n))).toBe('ok');
    expect(map(host, bus, GiB)).toMatchObject({
      errno: 'ENOMEM',
      allocation: { tree: 'mirror', level: 0, order: 0, largestFreeOrder: -1, freeBytes: 0n },
    });
    const { table } = host.container.windows[0];
    expect(table.get(0)).toBe(GiB | 3n);
    expect(table.get(8191)).toBe(0n);
    expect(host.regions.find(GiB, GiB)?.mappedEntries).toBe(1);
    expect(reportContainer(host.container).failedAllocations).toMatchObject([
      { call: 'MAP 0x1fff0000', order: 0, bytes: 65_536n },
    ]);
  });

  test('past the end of a one-level table is counted, and the table stays whole', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, 512n * MiB, 16, 1);
    const last = 512n * MiB - 65_536n;
    expect(map(host, last, 4n * 65_536n)).toEqual({ rc: 0, beyondTable: 3 });
    expect(host.container.unmap(last, 4n * 65_536n)).toEqual({ rc: 0, beyondTable: 3 });
    expect(host.container.windows[0].table.get(8191)).toBe(0n);
  });

  test('past the end of a window writes where the hardware still reaches', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    expect(map(host, TiB - 65_536n, 131_072n)).toEqual({ rc: 0, beyondTable: 0 });
    expect(host.container.windows[0].table.get(2 ** 24)).toBe((GiB + 65_536n) | 3n);
    expect(outcome(map(host, TiB, 65_536n))).toBe('ENXIO');
  });

  test('reaches the page behind a small window that was rounded up', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, 65_536n, 16, 1);
    expect(outcome(map(host, 512n * MiB - 65_536n, 65_536n))).toBe('ok');
    expect(outcome(map(host, 512n * MiB, 65_536n))).toBe('ENXIO');
    expect(reportContainer(host.container).windows[0].effectiveBytes).toBe(512n * MiB);
  });
});

describe('kills', () => {
  test('are one a call on a PHB4, for MAP and UNMAP, failed ones included', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    const before = host.phb.kills.length;
    map(host, 0n, GiB);
    host.container.unmap(0n, GiB);
    map(host, 0n, 65_536n, { processAddress: 0n });
    expect(host.phb.kills.slice(before)).toEqual(new Array(3).fill((1n << 62n) | BigInt(PE)));
  });

  test('are one a page on a PHB3, and none when the first page fails', () => {
    const host = withMemory(new TestHost({ phb: PHB3 }).attachWithoutDefault());
    create(host, TiB, 16, 2);
    const before = host.phb.kills.length;
    map(host, 0x30000n, 131_072n);
    map(host, 0n, 65_536n, { processAddress: 0n });
    expect(host.phb.kills.slice(before)).toEqual([0x2000_0000_0003_0005n, 0x2000_0000_0004_0005n]);
  });

  test('go to every group of the container, and so does every window', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    host.container.attach(host.groupOf(9));
    expect(host.phb.tvt.get(18)).toBe(host.phb.tvt.get(2 * PE));
    const before = host.phb.kills.length;
    map(host, 0n, 65_536n);
    expect(host.phb.kills.slice(before).map((kill) => Number(kill & 0x1ffn))).toEqual([9, PE]);
  });
});

describe('registered memory', () => {
  test('is refused twice, overlapping, and misaligned', () => {
    const host = withMemory(new TestHost());
    const { container, locked } = host;
    host.addMemory(2n * GiB, GiB);
    expect(outcome(container.register(GiB, GiB))).toBe('EBUSY');
    expect(outcome(container.register(GiB, 2n * GiB))).toBe('EINVAL');
    expect(outcome(container.register(4096n, 65_536n))).toBe('EINVAL');
    expect(outcome(container.register((1n << 64n) - 65_536n, 65_536n))).toBe('EINVAL');
    expect(locked.lockedBytes).toBe(GiB);
  });

  test('of two containers is pinned and charged once', () => {
    const host = withMemory(new TestHost());
    const second = host.openContainer();
    expect(outcome(second.register(GiB, GiB))).toBe('ok');
    expect(host.locked.lockedBytes).toBe(GiB);
    expect(outcome(host.container.unregister(GiB, GiB))).toBe('ok');
    expect(host.locked.lockedBytes).toBe(GiB);
    expect(outcome(second.unregister(GiB, GiB))).toBe('ok');
    expect(host.locked.lockedBytes).toBe(0n);
    expect(outcome(second.unregister(GiB, GiB))).toBe('ENOENT');
  });

  test('that is still mapped leaves the container and stays pinned', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, TiB, 16, 2);
    map(host, 0n, 65_536n);
    const locked = host.locked.lockedBytes;
    expect(outcome(host.container.unregister(GiB, GiB))).toBe('ok');
    expect(host.locked.lockedBytes).toBe(locked);
    expect(outcome(host.container.unregister(GiB, GiB))).toBe('ENOENT');
    expect(outcome(map(host, 65_536n, 65_536n))).toBe('ok');
  });

  test('that is still mapped is EBUSY in an era that looks, with the number of TCEs', () => {
    const vfio = { ...ERA_5_17.vfio, unregisterLeavesMappedPinned: false };
    const era = { ...ERA_5_17, vfio };
    const host = withMemory(new TestHost({ era }).attachWithoutDefault());
    create(host, TiB, 16, 2);
    const refusal = (reason: string) => ({ rc: -16, reason });
    map(host, 0n, 65_536n);
    expect(host.container.unregister(GiB, GiB)).toMatchObject(
      refusal('1 TCE points into the range'),
    );
    map(host, 65_536n, 65_536n);
    expect(host.container.unregister(GiB, GiB)).toMatchObject(
      refusal('2 TCEs point into the range'),
    );
    host.container.unmap(0n, 131_072n);
    expect(outcome(host.container.unregister(GiB, GiB))).toBe('ok');
  });
});

describe('a failed call', () => {
  test('MAP of memory that is not registered has made the mirror of its leaf, as the kernel does', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, 1n << 40n, 16, 2);
    expect(outcome(map(host, 0n, 65_536n, { processAddress: 64n * GiB }))).toBe('EINVAL');
    const { hardwareBlocks, mirrorBlocks } = host.container.windows[0].table;
    expect([hardwareBlocks, mirrorBlocks]).toEqual([1, 2]);
  });

  test('REGISTER looks for the memory before it looks for another region in the way', () => {
    const host = withMemory(new TestHost());
    expect(host.container.register(GiB, 2n * GiB).rc).toBe(GiB_PAGES);
  });

  test('REGISTER that ends at a border of 2^21 pages is EFAULT, one page later the count of one', () => {
    const chunk = 1n << 37n;
    const host = new TestHost();
    host.addMemory(1n << 40n, chunk);
    expect(host.container.register(1n << 40n, chunk + 65_536n).rc).toBe(-14);
    host.addMemory((1n << 40n) + chunk, 65_536n);
    expect(host.container.register(1n << 40n, chunk + 131_072n).rc).toBe(1);
    expect(host.locked.lockedBytes).toBe(0n);
  });
});
