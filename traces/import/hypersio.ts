/**
 * Binary translation traces of HyperSIO (a patched QEMU's VT-d, `PREFIX_iotlb_trace.bin`): little-endian
 * records of 48 bytes: type 1 (i32), source id (u16), domain (u16), bus address, mask, level (1: pages of
 * 4 KiB, 2: 2 MiB, 3: 1 GiB), the page's entry (slpte), number of the next access (-1: none), 8 bytes each.
 * They are translations already, so no device model stands between: a record is a DMA with its real
 * address, and in front of the first one to a page, or when its entry has changed, a `map` row of it. Its
 * direction is a write where the page may only be written, else a read; its length is not known. No
 * window comes along. The order of the records is the only clock.
 */
import { TCE_PCI_READ_WRITE, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import { PeNumbering } from '../numbering.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BinaryRecords } from './binary-records.ts';
import type { BinaryFormat, BinaryParser, ImportLog } from './import.ts';

const RECORD_BYTES = 48;
const TYPE_TRANSLATION = 1;
/** Where the fields stand. */
const AT = { source: 4, address: 8, level: 24, entry: 32 } as const;
const LEVEL_MAX = 3n;
/** Real address bits of an entry; read and write are its lowest two, as those of a TCE. */
const ENTRY_ADDRESS = 0x000f_ffff_ffff_f000n;
const ENTRY_PERMISSION = BigInt(TCE_PCI_READ_WRITE);
/** A request of a cache line. */
const ASSUMED_BYTES = 64;
/** Pages whose entries are remembered; then the memory begins anew and maps them again. */
const REMEMBERED_MAX = 2 ** 22;
/** VT-d with five levels. */
const BUS_ADDRESS_BITS = 57n;

export const hypersioFormat: BinaryFormat = {
  name: 'hypersio',
  description: 'HyperSIO translation trace, 48-byte records',
  clock: () => 'order',
  parameters: {
    assumed: `a DMA is of ${ASSUMED_BYTES} bytes or up to its page's end, a read unless the page may only be written`,
  },
  matches: isHypersio,
  parser: (rows, log) => new HypersioParser(rows, log),
};

class HypersioParser implements BinaryParser {
  private readonly numbering = new PeNumbering();
  private readonly records = new BinaryRecords((view, at) => this.take(view, at));
  /** Entries by source and page. */
  private readonly entries = new Map<string, bigint>();
  private count = 0;

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
  ) {}

  accept(chunk: Uint8Array): void {
    this.records.accept(chunk);
  }

  finish(): void {
    if (this.records.isCut) this.log.malformed(this.count + 1, 'the file ends within a record');
  }

  private take(view: DataView, at: number): number {
    if (view.byteLength - at < RECORD_BYTES) return 0;
    this.count += 1;
    if (isTranslation(view, at)) this.translation(view, at);
    else this.log.malformed(this.count, `expected type ${TYPE_TRANSLATION}, level 1..${LEVEL_MAX}`);
    return RECORD_BYTES;
  }

  private translation(view: DataView, at: number): void {
    const rid = view.getUint16(at + AT.source, true);
    const address = view.getBigUint64(at + AT.address, true);
    const entry = view.getBigUint64(at + AT.entry, true);
    const pageBytes = 4096n << (9n * (view.getBigUint64(at + AT.level, true) - 1n));
    const offset = address & (pageBytes - 1n);
    const page = entry & ENTRY_ADDRESS & ~(pageBytes - 1n);
    const permission = Number(entry & ENTRY_PERMISSION) || TCE_PCI_READ_WRITE;
    const isWrite = permission === TCE_PCI_WRITE;
    const pe = this.numbering.number(Op.read, rid);
    this.map(rid, pe, address - offset, Number(pageBytes), page | BigInt(permission));
    this.log.assume(isWrite ? 'length of a DMA' : 'length and direction of a DMA');
    const left = pageBytes - offset;
    this.rows.add({
      op: isWrite ? Op.write : Op.read,
      rid,
      pe,
      address,
      length: left < BigInt(ASSUMED_BYTES) ? Number(left) : ASSUMED_BYTES,
      value: page | offset,
    });
  }

  private map(rid: number, pe: number, address: bigint, length: number, value: bigint): void {
    const key = `${rid} ${address}`;
    if (this.entries.get(key) === value) return;
    if (this.entries.size >= REMEMBERED_MAX) this.entries.clear();
    this.entries.set(key, value);
    this.rows.add({ op: Op.map, rid, pe, address, length, value });
  }
}

function isTranslation(view: DataView, at: number): boolean {
  const level = view.getBigUint64(at + AT.level, true);
  return (
    view.getInt32(at, true) === TYPE_TRANSLATION &&
    level >= 1n &&
    level <= LEVEL_MAX &&
    view.getBigUint64(at + AT.address, true) >> BUS_ADDRESS_BITS === 0n
  );
}

/** Whether all complete records of the head are translations, two of them at least. */
function isHypersio(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const records = Math.floor(head.length / RECORD_BYTES);
  if (records < 2) return false;
  for (let record = 0; record < records; record += 1) {
    if (!isTranslation(view, record * RECORD_BYTES)) return false;
  }
  return true;
}
