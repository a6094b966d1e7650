/**
 * libCacheSim's oracleGeneral: packed little-endian records of 24 bytes, time in seconds (u32), object (u64),
 * its size (u32), and the number of the request that asks for it next (i64, -1 for none). It is a trace of
 * a cache: objects are taken for pages, each request for a DMA of one, at its number times the page size,
 * folded into the window. The format has no magic number. A file is known by references that hold: the
 * record that one names as next asks for the same object; a file with none in its first 64 KiB needs
 * `--format oracle-general`. No window and no mapping comes along.
 */

import { DeviceRows, deviceIdentity, TraceTime } from '../device/device-rows.ts';
import { SourceTime } from '../device/source-time.ts';
import { Op } from '../format.ts';
import { oneOf, powerBetween } from '../option-values.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BinaryRecords } from './binary-records.ts';
import type { BinaryFormat, BinaryParser, ImportLog } from './import.ts';

const RECORD_BYTES = 24;
const OBJECT_AT = 4;
const SIZE_AT = 12;
const NEXT_AT = 16;
const SECOND_NS = 1_000_000_000n;
/** An object that is larger is no page; it is read up to here. */
const LENGTH_MAX = 2 ** 20;
/** All records that a detector may see. */
const HEAD_BYTES = 65_536;
/** What stands for no next request: -1, and the largest number in older files. */
const NEVER = [-1n, 2n ** 63n - 1n];

export const oracleGeneralFormat: BinaryFormat = {
  name: 'oracle-general',
  description: 'libCacheSim oracleGeneral, 24-byte records',
  options: [
    { name: 'page', description: 'bytes from one object to the next', preset: '4K' },
    { name: 'window', description: 'bytes that object numbers are folded into', preset: '1T' },
    { name: 'op', description: 'what every request is: read or write [A]', preset: 'read' },
  ],
  clock: () => 'time',
  parameters: {
    assumed: 'an object is a page; every request has the direction of option op',
    time: 'since the first record of the source, in whole seconds',
  },
  matches: isOracleGeneral,
  parser: (rows, log, _place, options) => new OracleGeneralParser(rows, log, options),
};

class OracleGeneralParser implements BinaryParser {
  private readonly rows: DeviceRows;
  private readonly clock = new TraceTime(true);
  private readonly time = new SourceTime();
  private readonly records = new BinaryRecords((view, at) => this.take(view, at));
  private readonly op: number;
  private readonly pageBytes: number;
  private readonly pages: bigint;
  private count = 0;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.rows = new DeviceRows(rows, this.clock, deviceIdentity(0));
    this.op = oneOf('op', options, ['read', 'write']) === 'read' ? Op.read : Op.write;
    this.pageBytes = powerBetween('page', options, 2 ** 12, 2 ** 30);
    const windowBytes = powerBetween('window', options, this.pageBytes, 2 ** 52);
    this.pages = BigInt(windowBytes / this.pageBytes);
  }

  accept(chunk: Uint8Array): void {
    this.records.accept(chunk);
  }

  finish(): void {
    if (this.records.isCut) this.log.malformed(this.count + 1, 'the file ends within a record');
  }

  private take(view: DataView, at: number): number {
    if (view.byteLength - at < RECORD_BYTES) return 0;
    this.count += 1;
    const size = view.getUint32(at + SIZE_AT, true);
    if (size === 0) {
      this.log.expected('object of no bytes');
      return RECORD_BYTES;
    }
    const timeNs = this.time.sinceFirst(BigInt(view.getUint32(at, true)) * SECOND_NS);
    if (timeNs === undefined) {
      this.log.malformed(this.count, 'time: expected within 104 days of the first record');
      return RECORD_BYTES;
    }
    if (!this.clock.moveTo(timeNs)) this.log.assume('time of a request that came too late');
    this.request(view.getBigUint64(at + OBJECT_AT, true), size);
    return RECORD_BYTES;
  }

  private request(object: bigint, size: number): void {
    if (object >= this.pages) this.log.assume('page of an object beyond the window');
    const most = Math.min(this.pageBytes, LENGTH_MAX);
    if (size > most) this.log.assume('length of an object that is larger than a page');
    this.rows.add(this.op, Number(object % this.pages) * this.pageBytes, Math.min(size, most));
  }
}

/** Whether references between the first records hold, one at least, and none is broken. */
function isOracleGeneral(head: Uint8Array): boolean {
  if (head.length < HEAD_BYTES && head.length % RECORD_BYTES !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const records = Math.floor(head.length / RECORD_BYTES);
  // Requests are numbered from 0 by some writers, from 1 by others.
  return [0, 1].some((base) => holdReferences(view, records, base));
}

function holdReferences(view: DataView, records: number, base: number): boolean {
  let held = 0;
  let seconds = 0;
  for (let record = 0; record < records; record += 1) {
    const at = record * RECORD_BYTES;
    const before = seconds;
    seconds = view.getUint32(at, true);
    const next = view.getBigInt64(at + NEXT_AT, true);
    if (seconds < before) return false;
    if (NEVER.includes(next)) continue;
    const target = next - BigInt(base);
    if (target <= BigInt(record)) return false;
    if (target >= BigInt(records)) continue;
    const object = view.getBigUint64(at + OBJECT_AT, true);
    if (view.getBigUint64(Number(target) * RECORD_BYTES + OBJECT_AT, true) !== object) return false;
    held += 1;
  }
  return held > 0;
}
