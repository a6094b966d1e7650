import { describe, expect, test } from 'vitest';
import { ERA_5_17 } from '../../models/kernel/era.ts';
import { reportContainer } from '../../models/kernel/vfio/container-report.ts';
import { parseSize } from '../../models/size.ts';
import { create, map, outcome, PE, PHB4, TestHost, withMemory } from './vfio-host.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
const TiB = 1n << 40n;
const SLOT_1 = 1n << 59n;
/** The fragmented host: 440 MiB free, nothing of 4 MiB in one piece. */
const FRAGMENTED = [4000, 900, 200, 40, 6, 1, 0, 0, 0];

describe('CREATE', () => {
  test('without REMOVE(0) makes two windows, and the one asked for lands at bit 59', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    expect(create(host, TiB, 16, 2)).toEqual({ rc: 0, startAddress: SLOT_1 });
    const [first, second] = reportContainer(host.container).windows;
    expect(first).toMatchObject({ slot: 0, requestedBytes: 2n * GiB, pageShift: 12, levels: 1 });
    expect(second).toMatchObject({ slot: 1, startAddress: SLOT_1, requestedBytes: TiB });
    expect([...host.phb.tvt.keys()].sort()).toEqual([2 * PE, 2 * PE + 1]);
  });

  test('after REMOVE(0) lands at bus address 0', () => {
    const host = new TestHost().attachWithoutDefault();
    expect(create(host, TiB, 16, 2)).toEqual({ rc: 0, startAddress: 0n });
  });

  test('takes the lowest free slot, and refuses a third window', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, GiB, 16, 1);
    expect(create(host, GiB, 16, 1)).toMatchObject({ startAddress: SLOT_1 });
    expect(outcome(create(host, GiB, 16, 1))).toBe('ENOSPC');
    host.container.remove(0n);
    expect(create(host, GiB, 16, 1)).toMatchObject({ startAddress: 0n });
  });

  test.each([
    ['1G', 16, 0, 'EINVAL'],
    ['1G', 16, 6, 'EINVAL'],
    ['1T', 16, 3, 'EINVAL'],
    ['0', 16, 1, 'EINVAL'],
    ['3G', 16, 1, 'EINVAL'],
    ['2M', 21, 1, 'ok'],
    ['256K', 21, 1, 'ok'],
    ['128K', 21, 1, 'EINVAL'],
    ['64K', 16, 1, 'ok'],
    ['64T', 16, 2, 'ok'],
    ['1G', 24, 1, 'EINVAL'],
    ['1G', 80, 1, 'EINVAL'],
    ['1T', 16, 1, 'ENOMEM'],
  ])('of %s with page shift %i and %i levels on a 64K host with PHB4: %s', (...request) => {
    const [window, pageShift, levels, expected] = request;
    const host = new TestHost().attachWithoutDefault();
    const windowBytes = parseSize(window, 'window');
    expect(outcome(create(host, windowBytes, pageShift, levels))).toBe(expected);
  });

  test('GET_INFO offers five levels, and on a 64K host no page size gets even four', () => {
    const host = new TestHost().attachWithoutDefault();
    expect(host.container.getInfo()).toMatchObject({ windows: { levelsMax: 5 } });
    const most = [12, 16, 21, 30].map((pageShift) => {
      return [5, 4, 3, 2, 1].find((levels) => {
        const result = create(host, TiB, pageShift, levels);
        host.container.remove(0n);
        return outcome(result) === 'ok';
      });
    });
    expect(most).toEqual([3, 2, 2, 1]);
  });

  test('says which order was wanted, what was there, and for whom, when no block is free', () => {
    const host = new TestHost({ freeBlocks: FRAGMENTED });
    host.container.attach(host.group);
    const result = create(host, TiB, 16, 2);
    expect(result).toMatchObject({
      rc: -12,
      errno: 'ENOMEM',
      reason:
        'default window of 2G: level 0 of the hardware table wants a block of order 6 (4 MiB), ' +
        'the largest free is order 5 (2 MiB), 440.5 MiB free in all',
    });
    expect(reportContainer(host.container)).toMatchObject({
      failedAllocationCount: 1,
      failedAllocations: [{ call: 'default window', order: 6, largestFreeOrder: 5 }],
    });
  });

  test('succeeds on the same host with two levels once the default window is out of the way', () => {
    const host = new TestHost({ freeBlocks: FRAGMENTED }).attachWithoutDefault();
    expect(outcome(create(host, 2n * GiB, 12, 1))).toBe('ENOMEM');
    expect(outcome(create(host, 2n * GiB, 12, 2))).toBe('ok');
  });

  test('leaves a default window pending that could not be made, and tries again', () => {
    const host = new TestHost({ freeBlocks: FRAGMENTED });
    host.container.attach(host.group);
    expect(outcome(create(host, TiB, 16, 2))).toBe('ENOMEM');
    expect(outcome(create(host, TiB, 16, 2))).toBe('ENOMEM');
    host.container.remove(0n);
    expect(create(host, TiB, 16, 2)).toMatchObject({ startAddress: 0n });
  });

  test('gives the code of the firmware as an error number and takes everything back', () => {
    const host = new TestHost().attachWithoutDefault();
    host.container.attach(host.groupOf(7, { ...PHB4, pageShifts: [12] }));
    host.container.attach(host.groupOf(8, PHB4));
    const free = host.buddy.freeBytes;
    expect(create(host, GiB, 16, 1)).toMatchObject({ rc: -1, errno: 'EPERM' });
    expect([host.locked.lockedBytes, host.buddy.freeBytes]).toEqual([0n, free]);
    expect([...host.phb.tvt.values()].every((tve) => tve === 0n)).toBe(true);
  });

  test('without a group is ENXIO, like GET_INFO and REMOVE', () => {
    const { container } = new TestHost();
    expect(outcome(container.create({ windowBytes: 0n, pageShift: 99, levels: 0 }))).toBe('ENXIO');
    expect(outcome(container.getInfo())).toBe('ENXIO');
    expect(outcome(container.remove(0n))).toBe('ENXIO');
  });
});

describe('locked memory', () => {
  test('of the default 8 MiB is exactly a default window', () => {
    const host = new TestHost({ limitBytes: 8n * MiB }).attachWithoutDefault();
    expect(outcome(create(host, 2n * GiB, 12, 1))).toBe('ok');
    expect(host.locked.lockedBytes).toBe(8n * MiB);
    const poorer = new TestHost({ limitBytes: 8n * MiB - 65_536n }).attachWithoutDefault();
    expect(create(poorer, 2n * GiB, 12, 1)).toMatchObject({
      errno: 'ENOMEM',
      reason: '8 MiB of locked memory wanted, 0 B of 7.9 MiB in use (RLIMIT_MEMLOCK)',
    });
    expect(poorer.locked.lockedBytes).toBe(0n);
  });

  test('is charged for the whole table though only two roots exist', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, TiB, 16, 2);
    expect(reportContainer(host.container)).toMatchObject({
      lockedBytes: 268_566_528n,
      leakedBytes: 0n,
      windows: [{ allocatedBytes: 131_072n, fullBytes: 268_566_528n, lockedBytes: 268_566_528n }],
    });
    host.container.remove(0n);
    expect(host.locked.lockedBytes).toBe(0n);
  });

  test('leaks with every CREATE that fails after the charge, until nothing can be created', () => {
    const host = new TestHost({ limitBytes: 600n * MiB }).attachWithoutDefault();
    expect(outcome(create(host, TiB, 16, 1))).toBe('ENOMEM');
    expect(host.locked.leakedBytes).toBe(256n * MiB);
    expect(outcome(create(host, TiB, 16, 3))).toBe('EINVAL');
    expect(host.locked.leakedBytes).toBe(256n * MiB + 268_697_600n);
    // Nothing exists, yet the account is too full even for the window that would have worked.
    expect(create(host, TiB, 16, 2)).toMatchObject({
      errno: 'ENOMEM',
      reason: expect.stringContaining('RLIMIT_MEMLOCK'),
    });
    expect(host.container.windows).toEqual([]);
  });

  test('does not leak with a CREATE that is refused before the charge', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, GiB, 16, 6);
    create(host, 3n * GiB, 16, 1);
    create(host, GiB, 24, 1);
    expect([host.locked.lockedBytes, host.locked.leakedBytes]).toEqual([0n, 0n]);
  });

  test('comes back in an era without the leak', () => {
    const vfio = { ...ERA_5_17.vfio, failedCreateStaysCharged: false };
    const era = { ...ERA_5_17, vfio };
    const host = new TestHost({ era }).attachWithoutDefault();
    create(host, TiB, 16, 1);
    expect([host.locked.lockedBytes, host.locked.leakedBytes]).toEqual([0n, 0n]);
  });
});

describe('REMOVE', () => {
  test('takes any address inside a window, and none outside', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, TiB, 16, 2);
    expect(outcome(host.container.remove(TiB))).toBe('EINVAL');
    expect(outcome(host.container.remove(SLOT_1))).toBe('EINVAL');
    expect(outcome(host.container.remove(TiB - 1n))).toBe('ok');
    expect(host.phb.tvt.get(2 * PE)).toBe(0n);
    expect(outcome(host.container.remove(0n))).toBe('EINVAL');
  });

  test('of the pending default window costs nothing and lasts', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    const kills = host.phb.kills.length;
    expect(outcome(host.container.remove(0n))).toBe('ok');
    expect([host.locked.lockedBytes, host.phb.kills.length]).toEqual([0n, kills]);
    expect(outcome(host.container.remove(0n))).toBe('EINVAL');
  });

  test('of another address makes nothing pending go away', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    expect(outcome(host.container.remove(4096n))).toBe('EINVAL');
    expect(create(host, GiB, 16, 1)).toMatchObject({ startAddress: SLOT_1 });
  });

  test('gives every block back, mapped pages included', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    const free = host.buddy.freeBlocks;
    create(host, TiB, 16, 2);
    map(host, 0n, GiB);
    host.container.remove(0n);
    expect(host.buddy.freeBlocks).toEqual(free);
    expect(host.regions.find(GiB, GiB)?.mappedEntries).toBe(0);
  });
});

describe('attaching', () => {
  test('takes both of the host windows away', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    expect(host.phb.tvt).toEqual(
      new Map([
        [2 * PE, 0n],
        [2 * PE + 1, 0n],
      ]),
    );
  });

  test('the same group twice is EBUSY', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    expect(outcome(host.container.attach(host.group))).toBe('EBUSY');
  });
});
