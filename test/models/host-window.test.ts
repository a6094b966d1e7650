import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12 } from '../../models/kernel/era.ts';
import {
  bypassWindow,
  type DmaMode,
  dmaMode,
  type MaskedDevice,
  rebuiltTable,
} from '../../models/kernel/host-dma/dma-mode.ts';
import { HostTable, isHostTableFailure } from '../../models/kernel/host-dma/host-table.ts';
import { type HostMachine, hostWindow } from '../../models/kernel/host-dma/host-window.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { isRefused, tableGeometry } from '../../models/table/geometry.ts';
import { isLevelFailure, TceTable } from '../../models/table/tce-table.ts';
import { decodeTve, encodeBypass } from '../../models/tve.ts';

const GiB = 1n << 30n;
const TiB = 1n << 40n;

/** A POWER9 with 512 GiB under a 64K kernel of 5.17. */
const HOST: HostMachine = {
  era: ERA_5_17,
  basePageShift: 16,
  memoryMaxBytes: 512n * GiB,
  memoryEnd: 512n * GiB,
  mmio32Start: 2n * GiB,
  isBypassOff: false,
};

const withMemory = (bytes: bigint, basePageShift = 16): HostMachine => ({
  ...HOST,
  basePageShift,
  memoryMaxBytes: bytes,
  memoryEnd: bytes,
});

function homeOf({ basePageShift }: HostMachine, freeBlocks?: readonly number[]) {
  return {
    memory: new PhysicalMemory(allocateMemory(16 * 2 ** 20)),
    allocator: new Buddy({
      pageShift: basePageShift,
      base: 0n,
      ...(freeBlocks ? { freeBlocks } : { ramBytes: GiB }),
    }),
    group: { kill: () => {} },
  };
}

describe('the default window since 5.4', () => {
  test('of 512 GiB in 64K pages has two levels of one page each', () => {
    const { windowBytes, geometry } = hostWindow(HOST);
    expect(windowBytes).toBe(512n * GiB);
    expect(geometry).toMatchObject({ pageShift: 16, levels: 2, order: 0, levelShift: 16 });
  });

  test('stops at 8 TiB = 1 << 43: 16384 first-level TCEs, 128 KiB', () => {
    for (const bytes of [8n * TiB, 16n * TiB, 63n * TiB]) {
      const { windowBytes, geometry } = hostWindow(withMemory(bytes));
      expect(windowBytes).toBe(1n << 43n);
      expect(geometry).toMatchObject({
        levels: 2,
        entriesPerLevel: 16_384,
        levelBytes: 128 * 1024,
        order: 1,
        tceCount: 2 ** 27,
      });
    }
    expect(hostWindow(withMemory(8n * TiB - 1n)).windowBytes).toBe(4n * TiB);
  });

  test('of a 4K kernel stops at 512 GiB, in blocks of order 5', () => {
    const { windowBytes, geometry } = hostWindow(withMemory(2n * TiB, 12));
    expect(windowBytes).toBe(512n * GiB);
    expect(geometry).toMatchObject({ pageShift: 12, levels: 2, levelShift: 17, order: 5 });
  });

  test('is rounded down to a power of two, whatever the memory', () => {
    expect(hostWindow(withMemory(96n * GiB + 1n)).windowBytes).toBe(64n * GiB);
    expect(hostWindow(withMemory(3n * GiB)).windowBytes).toBe(2n * GiB);
  });

  test('keeps 2 to 4 GiB free for MMIO, if it reaches so far', () => {
    expect(hostWindow(HOST).reserved).toEqual({ start: 32_768, end: 65_536 });
    expect(hostWindow(withMemory(512n * GiB, 12)).reserved).toEqual({
      start: 2 ** 19,
      end: 2 ** 20,
    });
    expect(hostWindow(withMemory(2n * GiB))).not.toHaveProperty('reserved');
    const early = { ...withMemory(2n * GiB), mmio32Start: GiB };
    expect(hostWindow(early).reserved).toEqual({ start: 16_384, end: 32_768 });
  });

  test('has no mirror: one block at creation, one with the first page', () => {
    const home = homeOf(HOST);
    const table = HostTable.create(hostWindow(HOST), { ...home, era: ERA_5_17 });
    if (isHostTableFailure(table)) throw new Error('no block for the root');
    expect(GiB - home.allocator.freeBytes).toBe(65_536n);
    expect(table.set(1, 1, TiB, 'toDevice')).toBeUndefined();
    expect(GiB - home.allocator.freeBytes).toBe(131_072n);
    expect(table.table.mirrorBlocks).toBe(0);
  });

  test('maps 512 GiB of memory with 1024 leaves', () => {
    const { geometry } = hostWindow(HOST);
    expect(geometry.nodesPerLevel).toEqual([1, 1024]);
  });

  test('is not made on a host without a block for its root, and nothing is kept', () => {
    const machine = withMemory(16n * TiB);
    const home = homeOf(machine, [50, 0, 0, 0, 0, 0, 0, 0, 0]);
    const answer = HostTable.create(hostWindow(machine), { ...home, era: ERA_5_17 });
    expect(answer).toMatchObject({ tree: 'hardware', level: 1, order: 1, largestFreeOrder: 0 });
    expect(home.allocator.freeBytes).toBe(50n * 65_536n);
  });
});

describe('the default window before 5.4', () => {
  test('has 4K pages up to 2 GiB and nothing reserved but entry 0; two levels with 4.19.220, one before', () => {
    for (const [era, levels] of [
      [ERA_4_2, 1],
      [ERA_4_19, 2],
    ] as const) {
      const window = hostWindow({ ...HOST, era });
      expect(window.windowBytes).toBe(2n * GiB);
      expect(window.geometry).toMatchObject({ pageShift: 12, levels, tceCount: 524_288 });
      expect(window).not.toHaveProperty('reserved');
    }
    expect(hostWindow({ ...withMemory(GiB + 7n), era: ERA_4_19 }).windowBytes).toBe(GiB);
  });

  test('is one block of 4 MiB until 4.18, and a root of 64K in 4.19', () => {
    for (const [era, bytes] of [
      [ERA_4_2, 4n * 1024n * 1024n],
      [ERA_4_19, 65_536n],
    ] as const) {
      const machine = { ...HOST, era };
      const home = homeOf(machine);
      const table = HostTable.create(hostWindow(machine), { ...home, era });
      if (isHostTableFailure(table)) throw new Error('no block');
      expect(table.table.hardwareBlocks).toBe(1);
      expect(GiB - home.allocator.freeBytes).toBe(bytes);
      expect(table.pools.takenEntries).toBe(1);
    }
  });

  test('of no memory at all is an error of the caller', () => {
    expect(() => hostWindow(withMemory(0n))).toThrow(/memory of the host: expected some/);
  });
});

describe('bypass', () => {
  test('lets memory through from bit 59 on, rounded up to a power of two', () => {
    const window = bypassWindow(withMemory(513n * GiB));
    expect(window).toEqual({ start: 1n << 59n, bytes: TiB });
    expect(decodeTve(encodeBypass(0n, (window as { bytes: bigint }).bytes))).toMatchObject({
      kind: 'bypass',
      end: TiB,
    });
  });

  test('is off with iommu=nobypass, and where memory passes what the TVE can say', () => {
    expect(bypassWindow({ ...HOST, isBypassOff: true })).toBeUndefined();
    expect(bypassWindow(withMemory(1n << 49n))?.bytes).toBe(1n << 49n);
    expect(bypassWindow(withMemory((1n << 49n) + 1n))).toBeUndefined();
  });
});

describe('the mode of a device', () => {
  const bits = (count: number) => (1n << BigInt(count)) - 1n;
  const mode = (mask: bigint, machine = HOST, of: Partial<MaskedDevice> = {}): DmaMode =>
    dmaMode(machine, {
      mask,
      isBehindPhb3: false,
      isAloneInPe: true,
      isOfOneVendor: true,
      ...of,
    });
  const PHB3 = { isBehindPhb3: true };

  test('is bypass from the last byte of memory at bit 59 on, and not one address below', () => {
    const reach = (1n << 59n) + 512n * GiB - 1n;
    expect(mode(reach)).toMatchObject({ kind: 'bypass', log: 'Using 64-bit DMA iommu bypass' });
    expect(mode(bits(64))).toMatchObject({ window: { start: 1n << 59n, bytes: 512n * GiB } });
    expect(mode(reach - 1n)).toMatchObject({ kind: 'window', log: 'Using 32-bit DMA via iommu' });
  });

  test('is the window for 47 bits on PHB4, and a rebuilt TVE#0 on PHB3', () => {
    expect(mode(bits(47)).kind).toBe('window');
    expect(mode(bits(47), HOST, PHB3)).toMatchObject({
      kind: 'rebuilt',
      window: { start: 4n * GiB, bytes: TiB },
      geometry: { pageShift: 28, levels: 1, tceCount: 8192, levelBytes: 65_536 },
      log: 'Using 64-bit DMA iommu bypass (through TVE#0)',
    });
  });

  test('on PHB3 needs a mask beyond memory and 4 GiB', () => {
    const reach = 512n * GiB + 4n * GiB;
    expect(mode(reach + 1n, HOST, PHB3).kind).toBe('rebuilt');
    expect(mode(reach, HOST, PHB3).kind).toBe('window');
    expect(mode(bits(32), withMemory(GiB), PHB3).kind).toBe('window');
  });

  test('with iommu=nobypass is the window, but a PHB3 rebuilds its TVE all the same', () => {
    const machine = { ...HOST, isBypassOff: true };
    expect(mode(bits(64), machine).kind).toBe('window');
    expect(mode(bits(64), machine, PHB3).kind).toBe('rebuilt');
  });

  test('is never a rebuilt TVE in a shared PE; 4.19 asks for one vendor only', () => {
    const shared = { ...PHB3, isAloneInPe: false };
    const old = { ...HOST, era: ERA_4_19 };
    expect(mode(bits(47), HOST, shared).kind).toBe('window');
    expect(mode(bits(47), old, shared).kind).toBe('rebuilt');
    expect(mode(bits(47), old, { ...shared, isOfOneVendor: false }).kind).toBe('refused');
  });

  test('is refused by 4.19 for 33 to 63 bits that nothing serves; others use the window', () => {
    const old = { ...HOST, era: ERA_4_19 };
    expect(mode(bits(40), old)).toMatchObject({
      kind: 'refused',
      refusal: { rc: -12, errno: 'ENOMEM' },
    });
    expect(mode(bits(33), old).kind).toBe('refused');
    expect(mode(bits(32), old).kind).toBe('window');
    expect(mode(bits(64), { ...old, isBypassOff: true }).kind).toBe('window');
    for (const era of [ERA_4_2, ERA_5_17, ERA_6_12]) {
      expect(mode(bits(40), { ...HOST, era }).kind).toBe('window');
    }
  });

  test('is never a rebuilt TVE before 4.14', () => {
    expect(mode(bits(47), { ...HOST, era: ERA_4_2 }, PHB3).kind).toBe('window');
  });
});

describe('a rebuilt TVE#0', () => {
  test('has every 256 MiB of memory from 4 GiB on, readable and writable, and nothing below', () => {
    const machine = withMemory(3n * GiB + 1n);
    const home = homeOf(machine);
    const table = rebuiltTable(machine, home);
    if (isLevelFailure(table)) throw new Error('no block');
    expect(table.get(15)).toBe(0n);
    expect(table.get(16)).toBe(3n);
    expect(table.get(17)).toBe(0x1000_0003n);
    expect(table.get(28)).toBe(0xc000_0003n);
    expect(table.get(29)).toBe(0n);
    expect(GiB - home.allocator.freeBytes).toBe(65_536n);
  });

  test('of 64 TiB asks for 4 MiB in one block', () => {
    const machine = withMemory(64n * TiB);
    const home = homeOf(machine, [900, 30, 30, 30, 30, 30, 0, 0, 0]);
    expect(rebuiltTable(machine, home)).toMatchObject({ order: 6, largestFreeOrder: 5 });
  });
});

test('an NVLink2 table would be 4656 MiB to its last address; on demand 32 GiB take 4 MiB', () => {
  const top = 0x2440_0000_0000n + 0x20_0000_0000n;
  expect(((top >> 16n) * 8n) >> 20n).toBe(4656n);
  const request = { pageShift: 16, levels: 2, windowBytes: 64n * TiB, basePageShift: 16 };
  const geometry = tableGeometry(request);
  if (isRefused(geometry)) throw new Error(geometry.reason);
  const leafTop = Number(top >> 16n) / geometry.entriesPerLevel;
  expect((leafTop * geometry.levelBytes) / 2 ** 20).toBe(4656);
  const home = homeOf(HOST);
  const table = TceTable.create(geometry, {
    ...home,
    gfp: 'atomic',
    growth: 'onDemand',
    mirror: 'none',
  });
  if (isLevelFailure(table)) throw new Error('no block for the root');
  const root = table.hardwareBlocks;
  table.setRun(0x2440_0000_0000 / 65_536, Number((32n * GiB) >> 16n), 3n, 65_536);
  expect(((table.hardwareBlocks - root) * geometry.levelBytes) / 2 ** 20).toBe(4);
});
