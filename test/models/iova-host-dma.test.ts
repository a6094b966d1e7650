import { describe, expect, test } from 'vitest';
import { ERA_4_19, ERA_5_17, type Era } from '../../models/kernel/era.ts';
import {
  type DmaDevice,
  HostDma,
  type MapPageResult,
  PCI_DEVICE,
} from '../../models/kernel/host-dma/host-dma.ts';
import { HostTable, isHostTableFailure } from '../../models/kernel/host-dma/host-table.ts';
import { type HostMachine, hostWindow } from '../../models/kernel/host-dma/host-window.ts';
import { IovaPools } from '../../models/kernel/host-dma/iova-pools.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { isRefused, tableGeometry } from '../../models/table/geometry.ts';
import { isLevelFailure, TceTable } from '../../models/table/tce-table.ts';

const GiB = 1n << 30n;
const K64 = 65_536n;
/** Where the drivers' buffers lie; the tables come from elsewhere. */
const BUFFER = 0x20_0000_0000n;
const FROM = { direction: 'fromDevice', processor: 0 } as const;
const TO = { direction: 'toDevice', processor: 0 } as const;

/** A 64-bit mask: the whole window. */
const WIDE: DmaDevice = { ...PCI_DEVICE, mask: (1n << 64n) - 1n, coherentMask: (1n << 64n) - 1n };

/** A PE whose kills are remembered as [page shift, bus address, pages]. */
class KilledPe {
  readonly kills: [number, bigint, number][] = [];

  kill(pageShift: number, address: bigint, pages: number): void {
    this.kills.push([pageShift, address, pages]);
  }
}

interface Options {
  readonly era?: Era;
  readonly device?: DmaDevice;
  readonly isMergingOff?: boolean;
  readonly freeBlocks?: readonly number[];
  /** A window of so many entries of 64K in the place of the default one. */
  readonly entries?: number;
}

/** A 64K kernel on a POWER9 with 512 GiB, a device on its default window. */
class TestPe {
  readonly group = new KilledPe();
  readonly memory = new PhysicalMemory(allocateMemory(16 * 2 ** 20));
  readonly buddy: Buddy;
  readonly host: HostTable;
  readonly dma: HostDma;

  constructor({ era = ERA_5_17, device = WIDE, isMergingOff = false, ...rest }: Options = {}) {
    const { freeBlocks, entries } = rest;
    this.buddy = new Buddy({
      pageShift: 16,
      base: 0n,
      ...(freeBlocks ? { freeBlocks } : { ramBytes: 4n * GiB }),
    });
    const home = { era, memory: this.memory, allocator: this.buddy, group: this.group };
    this.host = entries === undefined ? this.defaultTable(home) : this.tableOf(entries, era);
    const kernel = { era, basePageShift: 16, allocator: this.buddy, isMergingOff };
    this.dma = new HostDma(this.host, kernel, device);
  }

  /** The TCE of a bus address. */
  tceOf(busAddress: bigint): bigint {
    return this.host.table.get(Number(busAddress >> BigInt(this.host.pageShift)));
  }

  private defaultTable(home: Parameters<typeof HostTable.create>[1]): HostTable {
    const machine: HostMachine = {
      era: home.era,
      basePageShift: 16,
      memoryMaxBytes: 512n * GiB,
      memoryEnd: 512n * GiB,
      mmio32Start: 2n * GiB,
      isBypassOff: true,
    };
    const host = HostTable.create(hostWindow(machine), home);
    if (isHostTableFailure(host)) throw new Error('no block for the root');
    return host;
  }

  private tableOf(entries: number, era: Era): HostTable {
    const windowBytes = BigInt(entries) * K64;
    const geometry = tableGeometry({ pageShift: 16, windowBytes, levels: 1, basePageShift: 16 });
    if (isRefused(geometry)) throw new Error(geometry.reason);
    const table = TceTable.create(geometry, {
      memory: this.memory,
      allocator: this.buddy,
      gfp: 'kernel',
      growth: 'onDemand',
      mirror: 'none',
    });
    if (isLevelFailure(table)) throw new Error('no block for the table');
    const largePoolIsLastResort = era !== ERA_4_19;
    const space = { pageShift: 16, entries, offset: 0, largePoolIsLastResort };
    return new HostTable(table, new IovaPools(space), this.group);
  }
}

function busAddressOf(result: MapPageResult): bigint {
  if (result.outcome !== 'mapped') throw new Error(result.reason);
  return result.busAddress;
}

describe('a page', () => {
  test('of 64K is mapped at entry 1 with its offset kept, one TCE and one kill', () => {
    const pe = new TestPe();
    const result = pe.dma.mapPage({ realAddress: BUFFER + 0x1234n, bytes: 1500n }, FROM);
    expect(result).toEqual({ outcome: 'mapped', busAddress: 0x1_1234n });
    expect(pe.tceOf(0x1_0000n)).toBe(BUFFER | 3n);
    expect(pe.group.kills).toEqual([[16, 0x1_0000n, 1]]);
    expect(pe.host.costs).toEqual({ stores: 1, clears: 0, kills: 1, killedPages: 1 });
  });

  test('that the device only reads has no write bit; one that it writes may be read', () => {
    const pe = new TestPe();
    const at = (use: typeof FROM | typeof TO) =>
      busAddressOf(pe.dma.mapPage({ realAddress: BUFFER, bytes: K64 }, use));
    expect(pe.tceOf(at(TO))).toBe(BUFFER | 1n);
    expect(pe.tceOf(at(FROM))).toBe(BUFFER | 3n);
  });

  test('that two IO pages share takes two TCEs, in one kill', () => {
    const pe = new TestPe();
    pe.dma.mapPage({ realAddress: BUFFER + K64 - 1n, bytes: 2n }, FROM);
    expect(pe.group.kills).toEqual([[16, 0x1_0000n, 2]]);
    expect(pe.tceOf(0x2_0000n)).toBe((BUFFER + K64) | 3n);
  });

  test('is unmapped by zeroing and one kill, and its entry is free again', () => {
    const pe = new TestPe();
    const bus = busAddressOf(pe.dma.mapPage({ realAddress: BUFFER + 8n, bytes: 9000n }, FROM));
    const taken = pe.host.pools.takenEntries;
    expect(pe.dma.unmapPage(bus, 9000n)).toBe(true);
    expect(pe.tceOf(bus)).toBe(0n);
    expect(pe.host.pools.takenEntries).toBe(taken - 1);
    expect(pe.group.kills).toHaveLength(2);
    expect(pe.host.costs).toEqual({ stores: 1, clears: 1, kills: 2, killedPages: 2 });
  });

  test('outside the window is not unmapped: no kill, nothing freed', () => {
    const pe = new TestPe();
    expect(pe.dma.unmapPage(512n * GiB, K64)).toBe(false);
    expect(pe.group.kills).toEqual([]);
  });

  test('of the kernel begins at 16 entries when IO pages are of 4K; a part of it anywhere', () => {
    const pe = new TestPe({ era: ERA_4_19 });
    const whole = { realAddress: BUFFER, bytes: K64 };
    const part = { realAddress: BUFFER + 0x800n, bytes: 1500n };
    const split = { realAddress: BUFFER + 0xf00n, bytes: 1500n };
    // 16 entries are a large request: the top quarter of 2 GiB.
    expect(pe.dma.mapPage(whole, FROM)).toEqual({ outcome: 'mapped', busAddress: 0x6000_0000n });
    expect(pe.dma.mapPage(part, FROM)).toEqual({ outcome: 'mapped', busAddress: 0x1800n });
    expect(pe.dma.mapPage(split, FROM)).toEqual({ outcome: 'mapped', busAddress: 0x1_0f00n });
    expect(pe.host.costs.stores).toBe(16 + 1 + 2);
    // After a large request of 17 entries the next whole page waits for a multiple of 16.
    pe.dma.mapPage({ realAddress: BUFFER + 1n, bytes: K64 }, FROM);
    expect(busAddressOf(pe.dma.mapPage(whole, FROM))).toBe(0x6003_0000n);
  });

  test('never lands on the MMIO space between 2 and 4 GiB', () => {
    const pe = new TestPe();
    const bytes = 1n * GiB;
    const large = { ...WIDE, segmentBoundary: (1n << 40n) - 1n };
    const dma = new HostDma(
      pe.host,
      { era: ERA_5_17, basePageShift: 16, allocator: pe.buddy, isMergingOff: false },
      { ...large, mask: 8n * GiB - 1n },
    );
    // The mask brings a large request down to the first pool: below 2 GiB, then above 4 GiB.
    const first = busAddressOf(dma.mapPage({ realAddress: BUFFER, bytes }, FROM));
    const second = busAddressOf(dma.mapPage({ realAddress: BUFFER, bytes }, FROM));
    expect([first, second]).toEqual([K64, 4n * GiB]);
  });
});

describe('a scatter list', () => {
  const pages = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      realAddress: BUFFER + BigInt(at * 7) * K64,
      bytes: K64,
    }));

  test('becomes one segment when the device takes it: a kill an element, one to unmap', () => {
    const pe = new TestPe({ device: { ...WIDE, segmentBytesMax: 1n << 20n } });
    const result = pe.dma.mapList(pages(3), FROM);
    const segments = [{ busAddress: 0x1_0000n, bytes: 3n * K64 }];
    expect(result).toEqual({ outcome: 'mapped', segments });
    expect(pe.tceOf(0x3_0000n)).toBe((BUFFER + 14n * K64) | 3n);
    expect(pe.group.kills).toHaveLength(3);
    pe.dma.unmapList(segments);
    expect(pe.group.kills.slice(3)).toEqual([[16, 0x1_0000n, 3]]);
    expect(pe.host.pools.isInUse).toBe(false);
  });

  test('is not merged beyond the largest segment, and not at all with novmerge', () => {
    const countOf = (options: Options) => {
      const result = new TestPe(options).dma.mapList(pages(4), FROM);
      return result.outcome === 'mapped' ? result.segments.map(({ bytes }) => bytes / K64) : [];
    };
    const device = { ...WIDE, segmentBytesMax: 3n * K64 };
    expect(countOf({ device })).toEqual([3n, 1n]);
    expect(countOf({ device, isMergingOff: true })).toEqual([1n, 1n, 1n, 1n]);
    expect(countOf({})).toEqual([1n, 1n, 1n, 1n]);
  });

  test('keeps apart what does not fill its page', () => {
    const pe = new TestPe({ device: { ...WIDE, segmentBytesMax: 1n << 20n } });
    const [first, second] = pages(2);
    const result = pe.dma.mapList([{ ...first, bytes: K64 - 1n }, second], FROM);
    expect(result).toMatchObject({
      segments: [
        { busAddress: 0x1_0000n, bytes: K64 - 1n },
        { busAddress: 0x2_0000n, bytes: K64 },
      ],
    });
  });

  test('is cut by an empty element', () => {
    const pe = new TestPe({ device: { ...WIDE, segmentBytesMax: 1n << 20n } });
    const [first, second] = pages(2);
    const empty = { realAddress: BUFFER, bytes: 0n };
    const result = pe.dma.mapList([first, empty, second], FROM);
    expect(result).toMatchObject({ segments: [{ bytes: K64 }, { bytes: K64 }] });
  });

  test('that begins with an empty element stays mapped after unmapping, as in the kernel', () => {
    const pe = new TestPe();
    const result = pe.dma.mapList([{ realAddress: BUFFER, bytes: 0n }, ...pages(1)], FROM);
    if (result.outcome !== 'mapped') throw new Error(result.reason);
    expect(result.segments).toEqual([
      { busAddress: 0n, bytes: 0n },
      { busAddress: 0x1_0000n, bytes: K64 },
    ]);
    pe.dma.unmapList(result.segments);
    expect(pe.tceOf(0x1_0000n)).toBe(BUFFER | 3n);
    expect(pe.host.pools.isInUse).toBe(true);
  });

  test('that does not fit is undone as a whole; -EIO, before 5.15 no segments', () => {
    for (const [era, code] of [
      [ERA_5_17, -5],
      [ERA_4_19, 0],
    ] as const) {
      // 64 entries: 1..46 in the small pool, 48..62 in the large one.
      const pe = new TestPe({ era, entries: 64, device: { ...WIDE, segmentBytesMax: 2n * K64 } });
      const before = pe.host.pools.takenEntries;
      const result = pe.dma.mapList(pages(63), FROM);
      const table = (0xc000_0000_0000_0000n + pe.host.table.root).toString(16);
      const mapped = era === ERA_4_19 ? 46n : 61n;
      const address = (0xc000_0000_0000_0000n + BUFFER + mapped * 7n * K64).toString(16);
      expect(result).toMatchObject({
        outcome: 'exhausted',
        code,
        log: `iommu_alloc failed, tbl ${table} vaddr ${address} npages 1`,
      });
      expect(pe.host.pools.takenEntries).toBe(before);
      expect(pe.host.costs.clears).toBe(Number(mapped));
      expect(pe.host.costs.stores).toBe(Number(mapped));
      expect(pe.tceOf(0x1_0000n)).toBe(0n);
      expect(pe.dma.exhaustedRequests).toBe(1);
    }
  });
});

describe('a coherent buffer', () => {
  test('takes whole pages, and begins on the bus at a multiple of the power of two above them', () => {
    const pe = new TestPe();
    pe.dma.mapPage({ realAddress: BUFFER, bytes: 1n }, FROM);
    const free = pe.buddy.freeBytes;
    const result = pe.dma.allocCoherent(2n * K64 + 1n, 0);
    if (result.outcome !== 'mapped') throw new Error(result.reason);
    // Three pages: order 2 in memory and on the bus; the hint stands at entry 16.
    expect(result.busAddress).toBe(16n * K64);
    expect(free - pe.buddy.freeBytes).toBe(4n * K64);
    expect(pe.tceOf(18n * K64)).toBe((result.realAddress + 2n * K64) | 3n);
    expect(pe.tceOf(19n * K64)).toBe(0n);
    expect(pe.dma.freeCoherent({ ...result, bytes: 2n * K64 + 1n })).toBe(true);
    expect(pe.buddy.freeBytes).toBe(free);
    expect(pe.tceOf(16n * K64)).toBe(0n);
  });

  test('of order 13 and of no bytes are too large', () => {
    const { dma } = new TestPe();
    const log = 'iommu_alloc_consistent size too large: 0x10010000';
    expect(dma.allocCoherent((K64 << 12n) + 1n, 0)).toMatchObject({ outcome: 'oversized', log });
    expect(dma.allocCoherent(0n, 0)).toMatchObject({ outcome: 'oversized' });
  });

  test('of order 12 finds no block on a 64K kernel, whose largest order is 8', () => {
    expect(new TestPe().dma.allocCoherent(K64 << 12n, 0)).toMatchObject({ outcome: 'noMemory' });
  });

  test('that no bus address is left for gives its memory back, without a line in the log', () => {
    const pe = new TestPe({ entries: 64 });
    const free = pe.buddy.freeBytes;
    const result = pe.dma.allocCoherent(64n * K64, 0);
    expect(result).toMatchObject({ outcome: 'exhausted' });
    expect(result).not.toHaveProperty('log');
    expect(pe.buddy.freeBytes).toBe(free);
  });

  test('heeds its own mask', () => {
    const device = { ...WIDE, coherentMask: 64n * K64 - 1n };
    const pe = new TestPe({ device });
    const processor = 1;
    const mapped = pe.dma.mapPage({ realAddress: BUFFER, bytes: 1n }, { ...FROM, processor });
    const coherent = pe.dma.allocCoherent(K64, processor);
    expect(busAddressOf(mapped)).toBe(96n * GiB);
    // The hint of its pool, 1572880, cut to the 64 entries within reach.
    expect(coherent).toMatchObject({ busAddress: 16n * K64 });
  });
});

describe('a level that finds no block', () => {
  test('is an oops, whatever the driver does; its entries stay taken', () => {
    const pe = new TestPe({ freeBlocks: [1, 0, 0, 0, 0, 0, 0, 0, 0] });
    const result = pe.dma.mapPage({ realAddress: BUFFER, bytes: 1n }, FROM);
    expect(result).toMatchObject({
      outcome: 'oops',
      log: 'Failed to allocate a TCE memory, level shift=16',
      allocation: { tree: 'hardware', level: 0, order: 0 },
    });
    expect(pe.host.pools.isInUse).toBe(true);
    expect(pe.group.kills).toEqual([]);
  });
});

describe('the end of a table', () => {
  test('gives all its memory back, and tells what was still mapped', () => {
    const pe = new TestPe();
    const bus = busAddressOf(pe.dma.mapPage({ realAddress: BUFFER, bytes: 1n }, FROM));
    expect(pe.host.destroy()).toBe(true);
    expect(pe.buddy.freeBytes).toBe(4n * GiB);
    const clean = new TestPe();
    clean.dma.unmapPage(busAddressOf(clean.dma.mapPage({ realAddress: bus, bytes: 1n }, FROM)), 1n);
    expect(clean.host.destroy()).toBe(false);
  });
});

describe('packets of 1500 bytes', () => {
  /** Packets that a window of 256 MiB holds at once, on pages of 64K. */
  function packetsHeld(era: Era): number {
    const pe = new TestPe({ era, entries: 4096 });
    for (let packet = 0; ; packet += 1) {
      const realAddress = BUFFER + BigInt(packet) * 2048n;
      const result = pe.dma.mapPage({ realAddress, bytes: 1500n }, { ...FROM, processor: packet });
      if (result.outcome === 'mapped') continue;
      expect(result.log).toMatch(
        /^iommu_alloc failed, tbl c[0-9a-f]{15} vaddr c[0-9a-f]{15} npages 1$/,
      );
      return packet;
    }
  }

  test('eat a window of 256 MiB in 64K pages: 3070, with the large pool 4093', () => {
    expect(packetsHeld(ERA_4_19)).toBe(3072 - 2);
    expect(packetsHeld(ERA_5_17)).toBe(4096 - 3);
  });
});

describe('a device that', () => {
  test('has a segment boundary of no power of two is refused', () => {
    const device = { ...WIDE, segmentBoundary: 0xfffen };
    expect(() => new TestPe({ device })).toThrow(/segment boundary: .* got 0xfffe/);
  });

  test('cannot reach the window is refused', () => {
    const pe = new TestPe();
    const offset = 2 ** 43;
    const pools = new IovaPools({ ...pe.host.pools.space, entries: 1024, offset });
    const far = new HostTable(pe.host.table, pools, pe.group);
    const kernel = { era: ERA_5_17, basePageShift: 16, allocator: pe.buddy, isMergingOff: false };
    expect(() => new HostDma(far, kernel, PCI_DEVICE)).toThrow(
      /DMA mask: .* window at 0x800000000000000, got 0xffffffff/,
    );
  });
});
