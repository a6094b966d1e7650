/**
 * Rows of a kernel's log: mappings, unmappings and refused DMAs of PCI functions, TCEs of guests. Mappings
 * are widened to whole I/O pages, as the kernel does before it writes TCEs (arch/powerpc/kernel/iommu.c,
 * iommu_map_phys: the offset in the page is no part of the TCE). The log creates no windows, so no row does.
 */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { formatSize } from '../../models/size.ts';
import { TCE_PCI_READ, TCE_PCI_READ_WRITE } from '../../models/tce.ts';
import { Op, REFUSED } from '../format.ts';
import { PeNumbering } from '../numbering.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { ASSUMED_BYTES } from './assumed-dma.ts';
import type { ImportLog } from './import.ts';
import type { PciFunction } from './pci-name.ts';
import { PhbNumbering } from './phb-numbering.ts';

/** A longer mapping than 16 TiB is a mistake: no machine has so much memory in one piece. */
const MAPPING_BYTES_MAX = 1n << 44n;
/** A row's length has 32 bits; this is a multiple of every I/O page. */
const ROW_BYTES_MAX = 1n << 31n;
const ADDRESS_LIMIT = 1n << 64n;
const SMALLEST_PAGE = 4096n;
/** Where a log has no real address: the bus address within 1 TiB. */
const ASSUMED_REAL_MASK = (1n << 40n) - 1n;

/** Bus addresses of a device. */
export interface BusRange {
  readonly start: bigint;
  readonly bytes: bigint;
}

/** A mapping as the log tells it. */
export interface Mapping extends BusRange {
  /** Undefined: the log does not tell whose it is; RID 0 then. */
  readonly device: PciFunction | undefined;
  /** Real address that `start` leads to; undefined: not told. */
  readonly real: bigint | undefined;
  /** Bits of a TCE; undefined: not told. */
  readonly permission: number | undefined;
}

/** What the user said of the rows to make. */
export interface KernelRowOptions {
  /** Bytes of an I/O page, a power of two. */
  readonly pageBytes: bigint;
  /** Whether each mapping is followed by a DMA over its length. */
  readonly touches: boolean;
}

/** A row of H_PUT_TCE or a relative. */
interface TceRow {
  readonly op: number;
  readonly phb: number;
  readonly address: bigint;
  readonly count: number;
  readonly tce: bigint;
}

/** A virtual PHB of a guest is one PE. */
const GUEST_PE = 1;

export class KernelRows {
  private readonly phbs = new PhbNumbering();
  private readonly pes = new PeNumbering();
  private lastNs = 0n;

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly options: KernelRowOptions,
  ) {}

  /** Bytes of an I/O page. */
  get pageBytes(): bigint {
    return this.options.pageBytes;
  }

  /** Throws InputError where a range cannot be mapped or unmapped, or its real address cannot be true. */
  check({ start, bytes }: BusRange, real?: bigint): void {
    const { pageBytes } = this;
    if (bytes < 1n || bytes > MAPPING_BYTES_MAX) {
      const wanted = `1 .. ${MAPPING_BYTES_MAX} bytes`;
      throw new InputError(`size: expected ${wanted}, got ${bytes}`);
    }
    if (start + bytes > ADDRESS_LIMIT || (real ?? 0n) + bytes > ADDRESS_LIMIT) {
      throw new InputError(`size: expected an end below 2^64, got ${bytes} bytes at ${hex(start)}`);
    }
    if (real !== undefined && (start - real) % pageBytes !== 0n) {
      const got = `${hex(start)} and ${hex(real)}`;
      const page = formatSize(pageBytes);
      throw new InputError(
        `real address: expected the same offset in its ${page} page, got ${got}`,
      );
    }
  }

  /** Makes a domain's PHB known. Throws InputError when there are too many. */
  checkDevice(device: PciFunction): void {
    this.phbs.number(device.domain);
  }

  /** A mapping that was checked. */
  map(timeNs: bigint, mapping: Mapping): void {
    const { start, real, device } = mapping;
    if (real === undefined) this.log.assume('real address of a mapping');
    if (mapping.permission === undefined) this.log.assume('direction of a mapping');
    const permission = mapping.permission ?? TCE_PCI_READ_WRITE;
    const first = this.pageOf(start);
    const page = this.pageOf(real ?? start & ASSUMED_REAL_MASK);
    for (const { address, length } of this.pieces(mapping)) {
      const value = (page + address - first) | BigInt(permission);
      this.add(timeNs, Op.map, { device, address, length, value });
    }
    if (this.options.touches) this.touch(timeNs, mapping, permission);
  }

  /** The end of a mapping, or of several that lie side by side. */
  unmap(timeNs: bigint, device: PciFunction | undefined, range: BusRange): void {
    for (const { address, length } of this.pieces(range)) {
      this.add(timeNs, Op.unmap, { device, address, length, value: 0n });
    }
  }

  /** A DMA that its PHB refused; the log does not tell how long it was. */
  refused(timeNs: bigint, device: PciFunction, address: bigint, isWrite: boolean): void {
    this.log.assume('length of a refused DMA');
    const inPage = Number(SMALLEST_PAGE - (address % SMALLEST_PAGE));
    const length = Math.min(ASSUMED_BYTES, inPage);
    const op = isWrite ? Op.write : Op.read;
    this.add(timeNs, op, { device, address, length, value: REFUSED });
  }

  /** TCEs that a guest writes by a hypercall. */
  tces(timeNs: bigint, { op, phb, address, count, tce }: TceRow): void {
    const row = { op, phb, pe: GUEST_PE, length: count, address, value: tce };
    this.rows.add({ ...row, timeNs: this.onward(timeNs) });
  }

  /** A real address and permissions for TCEs that the log does not show. */
  assumedTce(busAddress: bigint): bigint {
    const page = busAddress & ASSUMED_REAL_MASK & ~(SMALLEST_PAGE - 1n);
    return page | BigInt(TCE_PCI_READ_WRITE);
  }

  /** One DMA over a mapping's own bytes; a device that may do both reads. */
  private touch(timeNs: bigint, { device, start, bytes, real }: Mapping, permission: number): void {
    const op = (permission & TCE_PCI_READ) === 0 ? Op.write : Op.read;
    for (let done = 0n; done < bytes; done += ROW_BYTES_MAX) {
      const length = Number(lesser(bytes - done, ROW_BYTES_MAX));
      const value = real === undefined ? 0n : real + done;
      this.add(timeNs, op, { device, address: start + done, length, value });
    }
  }

  /** The whole I/O pages of a range, cut to what a row can hold. */
  private *pieces({ start, bytes }: BusRange) {
    const { pageBytes } = this;
    const end = this.pageOf(start + bytes + pageBytes - 1n);
    for (let address = this.pageOf(start); address < end; address += ROW_BYTES_MAX) {
      yield { address, length: Number(lesser(end - address, ROW_BYTES_MAX)) };
    }
  }

  private pageOf(address: bigint): bigint {
    return address - (address % this.pageBytes);
  }

  private add(
    timeNs: bigint,
    op: number,
    row: { device: PciFunction | undefined; address: bigint; length: number; value: bigint },
  ): void {
    const { device, address, length, value } = row;
    const phb = device ? this.phbs.number(device.domain) : 0;
    const rid = device?.rid ?? 0;
    const pe = this.pes.number(op, rid);
    this.rows.add({ timeNs: this.onward(timeNs), op, phb, rid, pe, address, length, value });
  }

  /** Time never goes back in a trace; processors' clocks sometimes do. */
  private onward(timeNs: bigint): bigint {
    if (timeNs < this.lastNs) this.log.assume('time of a row that lies before the one in front');
    else this.lastNs = timeNs;
    return this.lastNs;
  }
}

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
