/**
 * Block traces of CloudPhysics (vscsiStats of VMware ESX; layout after libCacheSim, reader vscsi.h):
 * little-endian records, version 1 of 32 bytes, version 2 of 40. Times are microseconds; version 2 has the
 * response time, too, version 1 does not: option `latency`. A trace is of one virtual disk. The SCSI command
 * is the operation; what neither reads nor writes blocks is counted.
 */
import { BlockHost, type BlockIo } from '../device/block-host.ts';
import {
  BLOCK_OPTIONS,
  LATENCY_OPTION,
  readBlockOptions,
  readLatency,
} from '../device/device-options.ts';
import type { CommandKind } from '../device/nvme.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BinaryRecords } from './binary-records.ts';
import { BLOCK_PARAMETERS, ioBytes, readOrNote, timeOf } from './block-line.ts';
import type { BinaryFormat, BinaryParser, ImportLog } from './import.ts';

/** Where the fields of a version stand. */
interface Layout {
  readonly version: number;
  readonly recordBytes: number;
  readonly command: number;
  readonly versionAt: number;
  readonly length: number;
  readonly time: number;
  /** Microseconds from issue to completion; version 1 has none. */
  readonly response?: number;
}

const LAYOUTS: readonly Layout[] = [
  { version: 1, recordBytes: 32, command: 12, versionAt: 14, length: 4, time: 24 },
  { version: 2, recordBytes: 40, command: 0, versionAt: 2, length: 8, time: 24, response: 32 },
];

const LONGEST_RECORD_BYTES = 40;

/** SCSI operation codes: READ and WRITE of 6, 10, 12 and 16 bytes, UNMAP, SYNCHRONIZE CACHE (10, 16). */
const KINDS = new Map<number, CommandKind>([
  ...[0x08, 0x28, 0xa8, 0x88].map((code) => [code, 'read'] as const),
  ...[0x0a, 0x2a, 0xaa, 0x8a].map((code) => [code, 'write'] as const),
  [0x42, 'discard'],
  ...[0x35, 0x91].map((code) => [code, 'flush'] as const),
]);

/** Records that must look like ones of a version. */
const PROBED_MAX = 64;
const COMMAND_MAX = 0xff;
const MICROSECOND_NS = 1000n;
/** A response that takes longer, 100 s, is no response time. */
const RESPONSE_US_MAX = 100_000_000n;

export const vscsiFormat: BinaryFormat = {
  name: 'vscsi',
  description: 'CloudPhysics vscsi block trace, version 1 or 2',
  options: [...BLOCK_OPTIONS, LATENCY_OPTION],
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: (head) => layoutOf(viewOf(head)) !== undefined,
  parser: (rows, log, _place, options) => new VscsiParser(rows, log, options),
};

class VscsiParser implements BinaryParser {
  private readonly host: BlockHost;
  private readonly latencyNs: number;
  private readonly time = new SourceTime();
  private readonly records = new BinaryRecords((view, at) => this.take(view, at));
  private layout: Layout | undefined;
  private count = 0;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
    this.latencyNs = readLatency(options);
  }

  accept(chunk: Uint8Array): void {
    this.records.accept(chunk);
  }

  finish(): void {
    if (this.records.isCut) this.log.malformed(this.count + 1, 'the file ends within a record');
    this.host.finish();
  }

  private take(view: DataView, at: number): number {
    if (!this.layout) {
      if (view.byteLength - at < LONGEST_RECORD_BYTES) return 0;
      // The first record tells the version of all; a damaged one is taken for the shorter.
      this.layout = LAYOUTS.find((layout) => isOfVersion(view, at, layout)) ?? LAYOUTS[0];
    }
    return this.record(view, at, this.layout);
  }

  private record(view: DataView, at: number, layout: Layout): number {
    if (view.byteLength - at < layout.recordBytes) return 0;
    this.count += 1;
    if (!isOfVersion(view, at, layout)) {
      this.log.malformed(this.count, `expected a record of version ${layout.version}`);
      return layout.recordBytes;
    }
    const kind = KINDS.get(view.getUint16(at + layout.command, true));
    if (kind === undefined) this.log.expected('SCSI command that is no I/O');
    else this.run(view, at, layout, kind);
    return layout.recordBytes;
  }

  private run(view: DataView, at: number, layout: Layout, kind: CommandKind): void {
    const io = readOrNote<BlockIo>(this.log, this.count, () => ({
      disk: 'disk',
      kind,
      bytes: ioBytes(view.getUint32(at + layout.length, true), kind),
      timeNs: timeOf(this.time, view.getBigUint64(at + layout.time, true) * MICROSECOND_NS),
    }));
    if (io) this.host.run(io, this.latencyOf(view, at, layout));
  }

  private latencyOf(view: DataView, at: number, { response }: Layout): number {
    if (response === undefined) return this.latencyNs;
    const microseconds = view.getBigUint64(at + response, true);
    if (microseconds <= RESPONSE_US_MAX) return Number(microseconds * MICROSECOND_NS);
    this.log.assume('completion of an I/O whose response time is beyond 100 s');
    return this.latencyNs;
  }
}

/** The version whose form the first records have, two of them at least. */
function layoutOf(view: DataView): Layout | undefined {
  return LAYOUTS.find((layout) => {
    const records = Math.min(PROBED_MAX, Math.floor(view.byteLength / layout.recordBytes));
    if (records < 2) return false;
    for (let record = 0; record < records; record += 1) {
      if (!isOfVersion(view, record * layout.recordBytes, layout)) return false;
    }
    return true;
  });
}

/** The upper byte of the version field, and a command that is one byte. */
function isOfVersion(view: DataView, at: number, layout: Layout): boolean {
  if (view.byteLength - at < layout.recordBytes) return false;
  const version = view.getUint16(at + layout.versionAt, true) >> 8;
  return version === layout.version && view.getUint16(at + layout.command, true) <= COMMAND_MAX;
}

function viewOf(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.length);
}
