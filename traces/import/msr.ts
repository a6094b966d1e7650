/**
 * Block traces of MSR Cambridge (SNIA IOTTA): lines without a header,
 * `Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`. Timestamp and ResponseTime count 100 ns, the
 * first since 1601 (Windows file time); Offset and Size are bytes. An I/O is complete when its response time
 * has passed.
 */
import { InputError } from '../../models/input-error.ts';
import { BlockHost, type BlockIo } from '../device/block-host.ts';
import { BLOCK_OPTIONS, readBlockOptions } from '../device/device-options.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BLOCK_PARAMETERS, ioBytes, readOrNote, timeOf } from './block-line.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';

const LINE = /^(\d{1,19}),([^,]+),(\d{1,9}),(read|write),(\d{1,19}),(\d{1,19}),(\d{1,15})$/i;
const TICK_NS = 100n;

export const msrFormat: LineFormat = {
  name: 'msr',
  description: 'MSR Cambridge CSV: Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime',
  options: BLOCK_OPTIONS,
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: (lines) => LINE.test(lines[0] ?? ''),
  parser: (rows, log, _place, options) => new MsrParser(rows, log, options),
};

interface MsrIo extends BlockIo {
  readonly latencyNs: number;
}

class MsrParser implements LineParser {
  private readonly host: BlockHost;
  private readonly time = new SourceTime();

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
  }

  accept(line: string, number: number): void {
    if (line.trim() === '') {
      this.log.expected('blank line');
      return;
    }
    const io = readOrNote(this.log, number, () => this.read(line));
    if (io) this.host.run(io, io.latencyNs);
  }

  finish(): void {
    this.host.finish();
  }

  private read(line: string): MsrIo {
    const found = LINE.exec(line.trim());
    if (!found) {
      throw new InputError(
        'expected Timestamp,Hostname,DiskNumber,Read|Write,Offset,Size,ResponseTime',
      );
    }
    const [, ticks, host, disk, type, , size, response] = found as unknown as string[];
    const kind = type.toLowerCase() === 'read' ? 'read' : 'write';
    return {
      kind,
      bytes: ioBytes(BigInt(size), kind),
      timeNs: timeOf(this.time, BigInt(ticks) * TICK_NS),
      disk: `${host}.${disk}`,
      latencyNs: Number(BigInt(response) * TICK_NS),
    };
  }
}
