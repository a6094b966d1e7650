/**
 * Where the memory of a device model lies on the bus, and when it is mapped. `fixed`: a program maps a pool
 * of buffers once and uses them again and again, as SPDK and DPDK do through VFIO. `strict`: every I/O maps
 * its buffer at a bus address of its own and unmaps it at completion, as Linux on POWER does; addresses come
 * from the pools of its allocator (models/kernel/host-dma/iova-pools.ts: next fit from the pool's hint), as
 * one processor asks for them. `batched`: as strict, but unmapping waits until there are N to do, as in the
 * flush queues of other IOMMUs' drivers (drivers/iommu/dma-iommu.c); POWER has none, so this asks what it
 * would be worth. Real memory is not what the policies differ in: a buffer stays at its real address.
 */
import { InputError } from '../../models/input-error.ts';
import { IovaPools } from '../../models/kernel/host-dma/iova-pools.ts';
import { TCE_PCI_READ, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import type { DeviceRows } from './device-rows.ts';

export const IOVA_POLICIES = ['fixed', 'strict', 'batched'] as const;
export type IovaPolicy = (typeof IOVA_POLICIES)[number];

/** The largest window of a device model. */
export const WINDOW_BYTES_MAX = 2 ** 40;

/** A policy and the window that it works in. */
export interface IovaSettings {
  readonly policy: IovaPolicy;
  readonly pageBytes: number;
  readonly windowBytes: number;
  /** `batched`: unmaps that are done together. */
  readonly batch: number;
}

/** Real memory as the drivers get it: page after page, shared by the devices of a trace. */
export class RealMemory {
  /** Above 4 GiB, out of the way of what firmware and the kernel keep below. */
  private next = 2 ** 32;

  /** The real address of `bytes` more bytes, whole pages. */
  take(bytes: number): number {
    const address = this.next;
    this.next += bytes;
    return address;
  }
}

/** Bus addresses that are kept free for 32-bit MMIO and MSIs (skiboot's M32 space). */
const MMIO_START = 2 ** 31;
const MMIO_END = 2 ** 32;
/** A mapping's length is a 32-bit number; a larger one is several rows. */
const MAP_BYTES_MAX = 2 ** 31;
/** A segment does not cross 4 GiB (Linux's preset of dma_get_seg_boundary). */
const SEGMENT_BYTES = 2 ** 32;

/** Pages on the bus, by number; given back, they are handed out again. */
interface BusPages {
  take(pages: number): number | undefined;
  give(first: number, pages: number): void;
}

/** A run of pages that a slot's buffer is mapped at. */
interface Run {
  readonly first: number;
  readonly pages: number;
}

/** The DMA memory of one device: what it keeps mapped, and numbered buffers that I/Os use in turn. */
export class DmaMemory {
  private readonly bus: BusPages;
  private slotBytes = 0;
  private realOfSlots = 0;
  /** `fixed`: bus address of slot 0. */
  private busOfSlots = 0;
  private readonly mapped = new Map<number, Run>();
  private waiting: Run[] = [];

  /** Begins with the window itself: its rows go to `rows`. */
  constructor(
    private readonly rows: DeviceRows,
    private readonly settings: IovaSettings,
    private readonly real: RealMemory,
  ) {
    const { policy, pageBytes, windowBytes } = settings;
    this.bus = policy === 'fixed' ? new PagesInOrder(settings) : new PagesOfPools(settings);
    // No level count: the replay takes the fewest that the host can allocate.
    rows.add(Op.create, 0, Math.log2(pageBytes), windowBytes);
  }

  /**
   * Bus address of memory that the device may read and write from now on: queues, rings, lists. Throws
   * InputError where the window has no room for it.
   */
  coherent(bytes: number, what: string): number {
    const pages = this.pagesOf(bytes);
    const first = this.bus.take(pages);
    if (first === undefined) {
      const { windowBytes } = this.settings;
      throw new InputError(
        `window: expected room for ${bytes} bytes of ${what}, got ${windowBytes}`,
      );
    }
    const real = this.real.take(pages * this.settings.pageBytes);
    this.mapRows({ first, pages }, real, TCE_PCI_READ | TCE_PCI_WRITE);
    return first * this.settings.pageBytes;
  }

  /** Sets up buffers 0 to `count` - 1, on pages of their own; `fixed` maps them all. */
  reserveSlots(count: number, bytes: number): void {
    this.slotBytes = this.pagesOf(bytes) * this.settings.pageBytes;
    const all = count * this.slotBytes;
    if (this.settings.policy === 'fixed') this.busOfSlots = this.coherent(all, 'buffers');
    else this.realOfSlots = this.real.take(all);
  }

  /**
   * The bus address of a buffer for its next I/O, mapped for `permission` (bits of a TCE); undefined where
   * there are no bus addresses left.
   */
  map(slot: number, bytes: number, permission: number): number | undefined {
    const { policy, pageBytes } = this.settings;
    if (policy === 'fixed') return this.busOfSlots + slot * this.slotBytes;
    const pages = this.pagesOf(bytes);
    let first = this.bus.take(pages);
    if (first === undefined && this.waiting.length > 0) {
      this.flush();
      first = this.bus.take(pages);
    }
    if (first === undefined) return undefined;
    const run = { first, pages };
    this.mapped.set(slot, run);
    this.mapRows(run, this.realOfSlots + slot * this.slotBytes, permission);
    return first * pageBytes;
  }

  /** The I/O of a buffer is over. */
  unmap(slot: number): void {
    const run = this.mapped.get(slot);
    if (!run) return;
    this.mapped.delete(slot);
    this.waiting.push(run);
    const { policy, batch } = this.settings;
    if (policy === 'strict' || this.waiting.length >= batch) this.flush();
  }

  /** Unmaps what waits, neighbours together, and only then lets its addresses be used again. */
  flush(): void {
    const { pageBytes } = this.settings;
    for (const { first, pages } of joined(this.waiting)) {
      const end = pages * pageBytes;
      for (let at = 0; at < end; at += MAP_BYTES_MAX) {
        this.rows.add(Op.unmap, first * pageBytes + at, Math.min(MAP_BYTES_MAX, end - at));
      }
    }
    for (const { first, pages } of this.waiting) this.bus.give(first, pages);
    this.waiting = [];
  }

  private mapRows({ first, pages }: Run, real: number, permission: number): void {
    const { pageBytes } = this.settings;
    const end = pages * pageBytes;
    for (let at = 0; at < end; at += MAP_BYTES_MAX) {
      const bytes = Math.min(MAP_BYTES_MAX, end - at);
      this.rows.add(Op.map, first * pageBytes + at, bytes, real + at + permission);
    }
  }

  private pagesOf(bytes: number): number {
    return Math.ceil(bytes / this.settings.pageBytes);
  }
}

/** One page after the other, none used twice; nothing is ever given back. */
class PagesInOrder implements BusPages {
  private readonly pageBytes: number;
  private readonly end: number;
  /** Drivers take bus address 0 for none. */
  private next = 1;

  constructor({ pageBytes, windowBytes }: IovaSettings) {
    this.pageBytes = pageBytes;
    this.end = windowBytes / pageBytes;
  }

  take(pages: number): number | undefined {
    const mmio = MMIO_START / this.pageBytes;
    const isAcross = this.next < MMIO_END / this.pageBytes && this.next + pages > mmio;
    const first = isAcross ? MMIO_END / this.pageBytes : this.next;
    if (first + pages > this.end) return undefined;
    this.next = first + pages;
    return first;
  }

  give(): void {}
}

/** Linux's allocator. */
class PagesOfPools implements BusPages {
  private readonly pools: IovaPools;
  private readonly boundary: number;

  constructor({ pageBytes, windowBytes }: IovaSettings) {
    this.pools = new IovaPools({
      pageShift: Math.log2(pageBytes),
      entries: windowBytes / pageBytes,
      offset: 0,
      reserved: { start: MMIO_START / pageBytes, end: MMIO_END / pageBytes },
      largePoolIsLastResort: true,
    });
    this.boundary = SEGMENT_BYTES / pageBytes;
  }

  take(pages: number): number | undefined {
    return this.pools.allocate({
      pages,
      processor: 0,
      mask: Number.MAX_SAFE_INTEGER,
      alignOrder: 0,
      boundary: this.boundary,
    });
  }

  give(first: number, pages: number): void {
    this.pools.free(first, pages);
  }
}

/** Runs in order of address, those that touch as one. */
function joined(runs: readonly Run[]): Run[] {
  const sorted = [...runs].sort((a, b) => a.first - b.first);
  const out: Run[] = [];
  for (const run of sorted) {
    const last = out.at(-1);
    if (last && last.first + last.pages === run.first) {
      out[out.length - 1] = { first: last.first, pages: last.pages + run.pages };
    } else {
      out.push(run);
    }
  }
  return out;
}
