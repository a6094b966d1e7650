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
import { Word, wordOf } from '../word.ts';
import { assumedLength } from './assumed-dma.ts';
import type { ImportLog } from './import.ts';
import type { PciFunction } from './pci-name.ts';
import { PhbNumbering } from './phb-numbering.ts';
import { assumedReal } from './window-limit.ts';

/** A longer mapping than 16 TiB is a mistake: no machine has so much memory in one piece. */
export const MAPPING_BYTES_MAX = 2 ** 44;
/** A row's length has 32 bits; this is a multiple of every I/O page. */
export const ROW_BYTES_MAX = 2 ** 31;
const SMALLEST_PAGE = 4096;
const HALF = 2 ** 32;

/** Bus addresses of a device. */
export interface BusRange {
  readonly start: Word;
  readonly bytes: number;
}

/** A mapping as the log tells it. */
export interface Mapping extends BusRange {
  /** Undefined: the log does not tell whose it is; RID 0 then. */
  readonly device: PciFunction | undefined;
  /** Real address that `start` leads to; undefined: not told. */
  readonly real: Word | undefined;
  /** Bits of a TCE; undefined: not told. */
  readonly permission: number | undefined;
}

/** What the user said of the rows to make. */
export interface KernelRowOptions {
  /** Bytes of an I/O page, a power of two up to 1 GiB. */
  readonly pageBytes: number;
  /** Whether each mapping is followed by a DMA over its length. */
  readonly touches: boolean;
}

/** A row of H_PUT_TCE or a relative. */
interface TceRow {
  readonly op: number;
  readonly phb: number;
  readonly address: Word;
  readonly count: number;
  readonly tce: Word;
}

/** A virtual PHB of a guest is one PE. */
const GUEST_PE = 1;

/** A row of a device. */
interface DeviceRow {
  readonly device: PciFunction | undefined;
  readonly address: Word;
  readonly length: number;
  readonly value: Word;
}

const NO_VALUE = new Word();
const REFUSED_VALUE = wordOf(REFUSED);

export class KernelRows {
  private readonly phbs = new PhbNumbering();
  private readonly pes = new PeNumbering();
  private lastNs = new Word();

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly options: KernelRowOptions,
  ) {}

  /** Bytes of an I/O page. */
  get pageBytes(): number {
    return this.options.pageBytes;
  }

  /** Throws InputError where a range cannot be mapped or unmapped, or its real address cannot be true. */
  check(start: Word, bytes: number, real?: Word): void {
    const { pageBytes } = this;
    if (bytes < 1 || bytes > MAPPING_BYTES_MAX) {
      const wanted = `1 .. ${MAPPING_BYTES_MAX} bytes`;
      throw new InputError(`size: expected ${wanted}, got ${bytes}`);
    }
    if (!isBelowLimit(start, bytes) || (real && !isBelowLimit(real, bytes))) {
      const got = `${bytes} bytes at ${hex(start.toBigInt())}`;
      throw new InputError(`size: expected an end below 2^64, got ${got}`);
    }
    if (real && ((start.low ^ real.low) & (pageBytes - 1)) !== 0) {
      const got = `${hex(start.toBigInt())} and ${hex(real.toBigInt())}`;
      const page = formatSize(BigInt(pageBytes));
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
  map(timeNs: Word, mapping: Mapping): void {
    const { start, real, device } = mapping;
    if (!real) this.log.assume('real address of a mapping');
    if (mapping.permission === undefined) this.log.assume('direction of a mapping');
    const permission = mapping.permission ?? TCE_PCI_READ_WRITE;
    const address = this.pageOf(start);
    const value = this.pageOf(real ?? assumedReal(start));
    value.low |= permission;
    for (let left = this.pagesBytes(start, mapping.bytes); left > 0; left -= ROW_BYTES_MAX) {
      const length = Math.min(left, ROW_BYTES_MAX);
      this.add(timeNs, Op.map, { device, address, length, value });
      address.advance(length);
      value.advance(length);
    }
    if (this.options.touches) this.touch(timeNs, mapping, permission);
  }

  /** The end of a mapping, or of several that lie side by side. */
  unmap(timeNs: Word, device: PciFunction | undefined, range: BusRange): void {
    const address = this.pageOf(range.start);
    for (let left = this.pagesBytes(range.start, range.bytes); left > 0; left -= ROW_BYTES_MAX) {
      const length = Math.min(left, ROW_BYTES_MAX);
      this.add(timeNs, Op.unmap, { device, address, length, value: NO_VALUE });
      address.advance(length);
    }
  }

  /** A DMA that its PHB refused; the log does not tell how long it was. */
  refused(timeNs: Word, device: PciFunction, address: Word, isWrite: boolean): void {
    this.log.assume('length of a refused DMA');
    const length = assumedLength(address.low);
    const op = isWrite ? Op.write : Op.read;
    this.add(timeNs, op, { device, address, length, value: REFUSED_VALUE });
  }

  /** TCEs that a guest writes by a hypercall. */
  tces(timeNs: Word, { op, phb, address, count, tce }: TceRow): void {
    const row = this.begin(timeNs, op);
    const { columns } = this.rows;
    columns.phb[row] = phb;
    columns.pe[row] = GUEST_PE;
    columns.length[row] = count;
    address.store(columns.address, row);
    tce.store(columns.value, row);
  }

  /** A real address and permissions for TCEs that the log does not show. */
  assumedTce(busAddress: Word): Word {
    const tce = assumedReal(busAddress);
    tce.low = (tce.low & -SMALLEST_PAGE) | TCE_PCI_READ_WRITE;
    return tce;
  }

  /** One DMA over a mapping's own bytes; a device that may do both reads. */
  private touch(timeNs: Word, { device, start, bytes, real }: Mapping, permission: number): void {
    const op = (permission & TCE_PCI_READ) === 0 ? Op.write : Op.read;
    for (let done = 0; done < bytes; done += ROW_BYTES_MAX) {
      const length = Math.min(bytes - done, ROW_BYTES_MAX);
      const value = real ? real.plus(done) : NO_VALUE;
      this.add(timeNs, op, { device, address: start.plus(done), length, value });
    }
  }

  /** Bytes of the whole I/O pages that a range lies in. */
  private pagesBytes(start: Word, bytes: number): number {
    const { pageBytes } = this;
    const offset = start.low & (pageBytes - 1);
    return Math.ceil((offset + bytes) / pageBytes) * pageBytes;
  }

  private pageOf(address: Word): Word {
    return new Word().set(address.high, address.low & -this.pageBytes);
  }

  private add(timeNs: Word, op: number, { device, address, length, value }: DeviceRow): void {
    const phb = device ? this.phbs.number(device.domain) : 0;
    const rid = device?.rid ?? 0;
    const row = this.begin(timeNs, op);
    const { columns } = this.rows;
    columns.phb[row] = phb;
    columns.rid[row] = rid;
    columns.pe[row] = this.pes.number(op, rid);
    columns.length[row] = length;
    address.store(columns.address, row);
    value.store(columns.value, row);
  }

  /** A new row. Time never goes back in a trace; processors' clocks sometimes do. */
  private begin(timeNs: Word, op: number): number {
    if (timeNs.isBelow(this.lastNs)) {
      this.log.assume('time of a row that lies before the one in front');
    } else this.lastNs = timeNs;
    const row = this.rows.claim();
    this.lastNs.store(this.rows.columns.timeNs, row);
    this.rows.columns.op[row] = op;
    return row;
  }
}

/** Whether bytes from an address on end at 2^64 at the latest. */
function isBelowLimit({ high, low }: Word, bytes: number): boolean {
  return (high >>> 0) + Math.floor(((low >>> 0) + bytes - 1) / HALF) < HALF;
}
