/**
 * Block traces of MSR Cambridge (SNIA IOTTA): lines, as a rule without a header,
 * `Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`. Timestamp and ResponseTime count 100 ns, the
 * first since 1601 (Windows file time); Offset and Size are bytes. An I/O is complete when its response time
 * has passed.
 */
import { BlockHost, type BlockIo } from '../device/block-host.ts';
import { BLOCK_OPTIONS, readBlockOptions } from '../device/device-options.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import {
  BLOCK_PARAMETERS,
  type Column,
  ioBytes,
  misfit,
  numberColumn,
  readOrNote,
  timeOf,
} from './block-line.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';

const LINE = /^(\d{1,19}),([^,]+),(\d{1,9}),(read|write),(\d{1,19}),(\d{1,19}),(\d{1,15})$/i;
const COLUMNS: readonly Column[] = [
  numberColumn('Timestamp', 19),
  { name: 'Hostname', form: /./, wanted: 'a name' },
  numberColumn('DiskNumber', 9),
  { name: 'Type', form: /^(?:read|write)$/i, wanted: 'Read or Write' },
  numberColumn('Offset', 19),
  numberColumn('Size', 19),
  numberColumn('ResponseTime', 15),
];
const HEADER = COLUMNS.map(({ name }) => name).join(',');
const TICK_NS = 100n;

export const msrFormat: LineFormat = {
  name: 'msr',
  description: `MSR Cambridge CSV: ${HEADER}`,
  options: BLOCK_OPTIONS,
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: ([first = '']) => LINE.test(first) || first === HEADER,
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
    const text = line.trim();
    if (text === '' || text === HEADER) {
      this.log.expected(text === '' ? 'blank line' : 'header');
      return;
    }
    const io = readOrNote(this.log, number, () => this.read(text));
    if (io) this.host.run(io, io.latencyNs);
  }

  finish(): void {
    this.host.finish();
  }

  private read(text: string): MsrIo {
    const found = LINE.exec(text);
    if (!found) throw misfit(text, COLUMNS);
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
