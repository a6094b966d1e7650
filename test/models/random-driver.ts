/** A driver of the host on a PE that VFIO does not have: its mappings take tables and buffers, too. */
import { expect } from 'vitest';
import {
  type DmaBuffer,
  type DmaFailure,
  HostDma,
  PCI_DEVICE,
} from '../../models/kernel/host-dma/host-dma.ts';
import { HostTable, isHostTableFailure } from '../../models/kernel/host-dma/host-table.ts';
import { hostWindow } from '../../models/kernel/host-dma/host-window.ts';
import type { DmaSegment } from '../../models/kernel/host-dma/scatter-list.ts';
import type { RandomHost } from './random-host.ts';
import { readTable } from './random-ledger.ts';

const GiB = 1n << 30n;
const BUFFERS = 1n << 46n;

/** So few address bits that its part of the window fills up. */
const DEVICE = {
  ...PCI_DEVICE,
  mask: 0x3f_ffffn,
  coherentMask: 0x3f_ffffn,
  segmentBytesMax: 1n << 20n,
};

/** A mapping that the driver has to undo: IO pages, and how. */
interface Mapping {
  readonly pages: number;
  undo(): void;
}

export class HostDriver {
  private readonly host: RandomHost;
  private readonly table: HostTable;
  private readonly dma: HostDma;
  private readonly mappings: Mapping[] = [];
  private coherentBytes = 0n;
  /** After an oops nobody runs any more. */
  private isDead = false;

  private constructor(host: RandomHost, table: HostTable) {
    const { era, pageBits, ledger } = host;
    this.host = host;
    this.table = table;
    const kernel = { era, basePageShift: pageBits, allocator: ledger, isMergingOff: false };
    this.dma = new HostDma(table, kernel, DEVICE);
  }

  /** The driver of a machine of 1 GiB. */
  static start(host: RandomHost): HostDriver {
    const { era, pageBits, memory, ledger } = host;
    const machine = {
      era,
      basePageShift: pageBits,
      memoryMaxBytes: GiB,
      memoryEnd: GiB,
      mmio32Start: 2n * GiB,
      isBypassOff: true,
    };
    const home = { era, memory, allocator: ledger, group: { kill: () => {} } };
    const table = HostTable.create(hostWindow(machine), home);
    if (isHostTableFailure(table)) throw new Error('no memory for the window of the host');
    const driver = new HostDriver(host, table);
    driver.touchEverything();
    return driver;
  }

  /** Bytes of its table and its buffers. */
  get bytes(): bigint {
    const { hardwareBlocks, geometry } = this.table.table;
    return BigInt(hardwareBlocks) * BigInt(geometry.levelBytes) + this.coherentBytes;
  }

  /** One call of the DMA API. */
  step(random: () => number): void {
    if (this.isDead) return;
    const dice = random();
    const use = { direction: 'bidirectional', processor: Math.floor(random() * 64) } as const;
    const buffer = (): DmaBuffer => ({
      realAddress: BUFFERS + BigInt(Math.floor(random() * 2 ** 30)),
      bytes: BigInt(Math.floor(random() * 300_000)) + 1n,
    });
    if (dice < 0.35 && this.mappings.length > 0) {
      const [mapping] = this.mappings.splice(Math.floor(random() * this.mappings.length), 1);
      mapping.undo();
    } else if (dice < 0.65) {
      this.mapPage(buffer(), use);
    } else if (dice < 0.85) {
      this.mapList(Array.from({ length: 5 }, buffer), use);
    } else {
      this.allocCoherent(BigInt(Math.floor(random() * 2 ** 18)) + 1n, use.processor);
    }
  }

  /** The bitmap and the table hold what the driver has, and nothing else. */
  check(): void {
    if (this.isDead) return;
    const pages = this.mappings.reduce((sum, mapping) => sum + mapping.pages, 0);
    // Entry 0 is nobody's.
    expect(this.table.pools.takenEntries, 'bus addresses of the host').toBe(pages + 1);
    const { root, geometry } = this.table.table;
    const { levels, levelBytes } = geometry;
    const { tces } = readTable(this.host.memory, Number(root), levels, levelBytes);
    expect(tces.size, 'TCEs of the host').toBe(pages);
  }

  /** Gives everything back. */
  stop(): void {
    for (const mapping of this.mappings.splice(0)) mapping.undo();
    expect(this.table.destroy()).toBe(this.isDead);
  }

  /** Makes every leaf within reach, so that a mapping seldom meets one that finds no memory. */
  private touchEverything(): void {
    const use = { direction: 'toDevice', processor: 0 } as const;
    let mapped = -1;
    while (this.mappings.length > mapped) {
      mapped = this.mappings.length;
      this.mapPage({ realAddress: BUFFERS, bytes: 1n }, use);
    }
    for (const mapping of this.mappings.splice(0)) mapping.undo();
  }

  private mapPage(buffer: DmaBuffer, use: Parameters<HostDma['mapPage']>[1]): void {
    const result = this.dma.mapPage(buffer, use);
    if (result.outcome !== 'mapped') {
      this.noteFailure(result);
      return;
    }
    const { busAddress } = result;
    const pages = this.pagesOf(busAddress, buffer.bytes);
    this.mappings.push({ pages, undo: () => this.dma.unmapPage(busAddress, buffer.bytes) });
  }

  private mapList(buffers: readonly DmaBuffer[], use: Parameters<HostDma['mapList']>[1]): void {
    const result = this.dma.mapList(buffers, use);
    if (result.outcome !== 'mapped') {
      this.noteFailure(result);
      return;
    }
    const { segments } = result;
    const pagesOf = ({ busAddress, bytes }: DmaSegment) => this.pagesOf(busAddress, bytes);
    const pages = segments.reduce((sum, segment) => sum + pagesOf(segment), 0);
    this.mappings.push({ pages, undo: () => this.dma.unmapList(segments) });
  }

  private allocCoherent(bytes: bigint, processor: number): void {
    const result = this.dma.allocCoherent(bytes, processor);
    if (result.outcome !== 'mapped') {
      this.noteFailure(result);
      return;
    }
    const pageBits = BigInt(this.host.pageBits);
    const size = ((bytes + (1n << pageBits) - 1n) >> pageBits) << pageBits;
    const taken = 1n << BigInt((size - 1n).toString(2).length);
    this.coherentBytes += taken;
    this.mappings.push({
      pages: Number(size >> BigInt(this.table.pageShift)),
      undo: () => {
        this.coherentBytes -= taken;
        this.dma.freeCoherent({ ...result, bytes });
      },
    });
  }

  private pagesOf(address: bigint, bytes: bigint): number {
    const shift = BigInt(this.table.pageShift);
    return Number(((address + bytes - 1n) >> shift) - (address >> shift)) + 1;
  }

  private noteFailure({ outcome }: DmaFailure): void {
    if (outcome === 'oops') this.isDead = true;
  }
}
