/** QEMU, DPDK and an administrator: their attempts in turn, what they cost, and how they end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { programRun, triedLevels } from '../window/ask.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
const SECOND = 1n << 59n;

const folder = mkdtempSync(join(tmpdir(), 'tcesim-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A host on which not one block is free. */
function exhausted(orders: number): string {
  const path = join(folder, `none-${orders}`);
  writeFileSync(path, `Node 0, zone Normal ${new Array(orders).fill(0).join(' ')}\n`);
  return path;
}

/** Answers of the calls, in turn: `ok`, or the name of the error. */
function answers(words: Parameters<typeof programRun>[0]): string[] {
  return programRun(words).outcome.attempts.map(({ call, result }) => {
    return `${call} ${'errno' in result ? result.errno : 'ok'}`;
  });
}

describe('QEMU', () => {
  // Nothing is free, so that every level count is tried.
  test.each([
    ['2G', '4K', '64k', [1, 2, 3]],
    ['1T', '64K', '64k', [2, 3]],
    ['64G', '64K', '64k', [1, 2, 3]],
    ['128G', '64K', '64k', [1, 2, 3]],
    ['256G', '64K', '64k', [2, 3]],
    ['2G', '4K', '4k', [2, 3, 4]],
    ['1G', '4K', '4k', [2, 3, 4]],
    ['1T', '4K', '4k', [2, 3, 4]],
    // 2^32 entries do not fit the 32 bits in which it counts them.
    ['16T', '4K', '64k', [3]],
    ['8T', '4K', '64k', [2, 3]],
  ])('for %s of %s pages on a %s kernel tries %j levels', (window, page, pages, levels) => {
    const words = {
      window,
      page,
      kernel: `6.12-${pages}`,
      buddyinfo: exhausted(pages === '64k' ? 9 : 13),
    };
    expect(triedLevels({ ...words, policy: 'qemu' })).toEqual(levels);
    expect(triedLevels({ ...words, policy: 'qemu-2024' })).toEqual(levels);
  });

  test('removes the default window first, and stops at the first window', () => {
    expect(answers({ window: '1T', policy: 'qemu' })).toEqual([
      'GET_INFO ok',
      'REMOVE ok',
      'CREATE ok',
    ]);
    expect(programRun({ window: '1T', policy: 'qemu' }).outcome.window).toEqual({
      windowBytes: 1n << 40n,
      pageShift: 16,
      levels: 2,
      startAddress: 0n,
    });
  });

  test('has a default window at 0 before the one at bit 59', () => {
    const { outcome, lockedBytes } = programRun({ window: '1T', policy: 'qemu', slot: '1' });
    expect(outcome.attempts.filter(({ call }) => call === 'CREATE')).toMatchObject([
      { windowBytes: GiB, pageShift: 12, levels: 1 },
      { windowBytes: 1n << 40n, pageShift: 16, levels: 2 },
    ]);
    expect(outcome.window?.startAddress).toBe(SECOND);
    expect(lockedBytes).toBe(4n * MiB + 268566528n);
  });

  test('takes the largest page of the host that guest and memory allow', () => {
    const pageShift = (page: string, backing?: string, phb = 'phb4') => {
      const words = { window: '64G', page, phb, ...(backing && { backing }) };
      return programRun({ ...words, policy: 'qemu' }).outcome.window?.pageShift;
    };
    expect(pageShift('2M')).toBe(16);
    expect(pageShift('2M', '2M')).toBe(21);
    expect(pageShift('16M', '16M')).toBe(21);
    expect(pageShift('16M', '16M', 'phb3')).toBe(24);
    expect(pageShift('4K', '1G')).toBe(12);
  });

  test('says so where the host has no page that is small enough', () => {
    const words = { window: '1G', page: '512', policy: 'qemu' };
    const mask = "Host doesn't support page size 0x200, the supported mask is 0x40211000";
    expect(programRun(words).outcome.messages).toEqual([`${mask}: Invalid argument`]);
    expect(programRun({ ...words, policy: 'qemu-2024' }).outcome.messages).toEqual([
      mask,
      'Failed to create SPAPR window: Invalid argument',
    ]);
  });

  test('turns ENOMEM into EINVAL by raising the level count, and leaks with each attempt', () => {
    const { outcome, leakedBytes } = programRun({
      window: '1T',
      policy: 'qemu-2024',
      buddyinfo: exhausted(9),
    });
    expect(outcome.attempts.slice(2)).toMatchObject([
      { levels: 2, result: { errno: 'ENOMEM' }, leakedBytes: 268566528n },
      { levels: 3, result: { errno: 'EINVAL' }, leakedBytes: 268566528n + 268697600n },
    ]);
    expect(leakedBytes).toBe(268566528n + 268697600n);
    expect(outcome.window).toBeUndefined();
    expect(outcome.messages).toEqual([
      'Failed to create a window, ret = -1 (Invalid argument)',
      'Failed to create SPAPR window: Invalid argument',
    ]);
  });

  test('prints one line since 2025', () => {
    const words = { window: '1T', policy: 'qemu', buddyinfo: exhausted(9) };
    expect(programRun(words).outcome.messages).toEqual([
      'Failed to create a window, ret = -1: Invalid argument',
    ]);
  });

  test('gives a window back that lies elsewhere than the guest wants', () => {
    const words = { kernel: '6.12-pseries-64k', hypervisor: 'qemu', window: '1G', page: '64K' };
    const { outcome } = programRun({ ...words, policy: 'qemu' });
    expect(outcome.attempts.at(-1)).toMatchObject({ call: 'REMOVE', startAddress: SECOND });
    expect(outcome.messages).toEqual([
      "Host doesn't support DMA window at 0, must be 800000000000000: Invalid argument",
    ]);
  });

  test('goes on without a window where its first level count is above its last', () => {
    const words = { window: '16E', page: '2M', backing: '2M', policy: 'qemu' };
    expect(() => programRun(words)).toThrow(/expected a size/);
    // 2^32 entries are 0 to it: 3 levels to begin with, 2 at most.
    const { outcome } = programRun({ ...words, window: '8P' });
    expect(outcome.attempts.map(({ call }) => call)).toEqual(['GET_INFO', 'REMOVE']);
    expect([outcome.window, outcome.messages]).toEqual([undefined, []]);
  });
});

describe('QEMU on a host with one level', () => {
  const host = { kernel: '6.12-pseries-64k', hypervisor: 'qemu', slot: '1' };

  test.each([
    ['128G', [1]],
    ['256G', [1]],
    ['4T', [1]],
  ])('since 2025 asks once for %s', (window, levels) => {
    const words = { ...host, window, policy: 'qemu' };
    expect(triedLevels(words).slice(1)).toEqual(levels);
  });

  test('since 2025 asks for no level at all where the table is small, and gets one', () => {
    const { outcome } = programRun({ ...host, window: '4G', policy: 'qemu' });
    expect(outcome.attempts.filter(({ call }) => call === 'CREATE')).toMatchObject([
      { levels: 0, result: { rc: 0 } },
      { levels: 0, result: { rc: 0 } },
    ]);
  });

  test('since 2025 does not ask where the entries overflow its 32 bits and seem to need two', () => {
    const { outcome, leakedBytes } = programRun({ ...host, window: '2048T', policy: 'qemu' });
    expect(outcome.messages).toEqual([
      "Host doesn't support multi-level TCE tables. Use larger IO page size. " +
        'Supported mask is 0x1211000: Invalid argument',
    ]);
    expect(leakedBytes).toBe(0n);
  });

  test('before 2025 asks for two and three levels from 256 GiB on, and leaks 4 GiB each time', () => {
    const words = { ...host, window: '256G', policy: 'qemu-2024' };
    expect(triedLevels(words).slice(1)).toEqual([2, 3]);
    const { leakedBytes, outcome } = programRun(words);
    expect(leakedBytes).toBe(2n * (4n * GiB - 65536n));
    expect(outcome.messages[0]).toBe('Failed to create a window, ret = -1 (Invalid argument)');
  });
});

describe('DPDK', () => {
  test('begins with one level, and a refused one costs 256 MiB of locked memory', () => {
    const { outcome, lockedBytes, leakedBytes } = programRun({ window: '1T', policy: 'dpdk' });
    expect(outcome.attempts).toMatchObject([
      { call: 'GET_INFO' },
      { call: 'REMOVE', startAddress: 0n },
      { call: 'CREATE', levels: 1, leakedBytes: 256n * MiB },
      { call: 'CREATE', levels: 2, leakedBytes: 256n * MiB },
    ]);
    expect(outcome.window?.startAddress).toBe(0n);
    expect(leakedBytes).toBe(256n * MiB);
    expect(lockedBytes).toBe(256n * MiB + 268566528n);
  });

  test('tries as many levels as GET_INFO offers, though the kernel takes three at most', () => {
    const words = { window: '1T', policy: 'dpdk', buddyinfo: exhausted(9) };
    expect(triedLevels(words)).toEqual([1, 2, 3, 4, 5]);
    expect(programRun(words).outcome.messages).toEqual([
      'EAL: Cannot create new DMA window, error 22 (Invalid argument)',
      'EAL: Consider using a larger hugepage size if supported by the system',
      'EAL: Could not create new DMA window!',
    ]);
  });

  test('rounds its window up to a power of two', () => {
    const { outcome } = programRun({ window: '33G', page: '2M', policy: 'dpdk' });
    expect(outcome.window).toMatchObject({ windowBytes: 64n * GiB, pageShift: 21, levels: 1 });
  });

  test('rounds in 64 bits: of nothing, and of more than half of all addresses, a window of 0', () => {
    const sizes = ['0', '9E'].map((window) => {
      const { outcome } = programRun({ window, policy: 'dpdk' });
      const last = outcome.attempts.at(-1);
      return last?.call === 'CREATE' ? last.windowBytes : undefined;
    });
    expect(sizes).toEqual([0n, 0n]);
  });

  test('does not take a window that lies elsewhere than at 0, and leaves it behind', () => {
    const words = { kernel: '6.12-pseries-64k', hypervisor: 'qemu', window: '1G' };
    const { outcome, lockedBytes } = programRun({ ...words, policy: 'dpdk' });
    expect(outcome.messages[0]).toBe('EAL: Received unsupported start address 0x800000000000000');
    expect(lockedBytes).toBe(131072n);
  });

  test('cannot have the second slot', () => {
    expect(() => programRun({ window: '1T', policy: 'dpdk', slot: '1' })).toThrow(
      /DPDK wants bus address 0/,
    );
  });
});

describe('an administrator', () => {
  test('raises the level count from the one asked for up to what GET_INFO offers', () => {
    const words = { window: '1T', policy: 'administrator', buddyinfo: exhausted(9) };
    expect(triedLevels({ ...words, levels: '2' })).toEqual([2, 3, 4, 5]);
    expect(triedLevels({ window: '1T', policy: 'administrator', levels: '1' })).toEqual([1, 2]);
  });

  test('who keeps the default window gets the second one', () => {
    const words = { window: '1T', policy: 'administrator', levels: '2' };
    const kept = programRun({ ...words, slot: '1' });
    expect(kept.outcome.attempts.map(({ call }) => call)).toEqual(['GET_INFO', 'CREATE']);
    expect(kept.outcome.window?.startAddress).toBe(SECOND);
    expect(programRun(words).outcome.window?.startAddress).toBe(0n);
  });

  test('burns the budget of the window that would have worked', () => {
    const words = { window: '1T', policy: 'administrator', memlock: '500M' };
    const { outcome, leakedBytes } = programRun({ ...words, levels: '1' });
    expect(leakedBytes).toBe(256n * MiB);
    expect(outcome.window).toBeUndefined();
    expect(programRun({ ...words, levels: '2' }).outcome.window?.levels).toBe(2);
  });
});

test('a program is not followed where Linux 4.2 would make millions of tables', () => {
  const words = { kernel: '4.2-64k', ram: '512T', window: '256T', page: '4K' };
  const { notSimulated, outcome } = programRun({ ...words, policy: 'qemu' });
  expect(notSimulated).toMatch(/at most 4,194,304 are simulated$/);
  expect([outcome.window, outcome.attempts.length]).toEqual([undefined, 2]);
});
