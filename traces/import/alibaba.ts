/**
 * Block traces of Alibaba Cloud (github.com/alibaba/block-traces): lines, as a rule without a header,
 * `device_id,opcode,offset,length,timestamp`; opcode R or W, offset and length in bytes, timestamp in
 * microseconds since 1970. They do not tell when an I/O was complete: option `latency`. Tencent's block
 * traces, which are not read, differ in order and units: timestamp (seconds), offset and size (sectors of
 * 512 bytes), type (0 read, 1 write), volume.
 */
import { BlockHost, type BlockIo } from '../device/block-host.ts';
import {
  BLOCK_OPTIONS,
  LATENCY_OPTION,
  readBlockOptions,
  readLatency,
} from '../device/device-options.ts';
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

const LINE = /^(\d{1,19}),([RW]),(\d{1,19}),(\d{1,19}),(\d{1,19})$/;
const COLUMNS: readonly Column[] = [
  numberColumn('device_id', 19),
  { name: 'opcode', form: /^[RW]$/, wanted: 'R or W' },
  numberColumn('offset', 19),
  numberColumn('length', 19),
  numberColumn('timestamp', 19),
];
const HEADER = COLUMNS.map(({ name }) => name).join(',');
const MICROSECOND_NS = 1000n;

export const alibabaFormat: LineFormat = {
  name: 'alibaba',
  description: `Alibaba block traces: ${HEADER}`,
  options: [...BLOCK_OPTIONS, LATENCY_OPTION],
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: ([first = '']) => LINE.test(first) || first === HEADER,
  parser: (rows, log, _place, options) => new AlibabaParser(rows, log, options),
};

class AlibabaParser implements LineParser {
  private readonly host: BlockHost;
  private readonly latencyNs: number;
  private readonly time = new SourceTime();

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
    this.latencyNs = readLatency(options);
  }

  accept(line: string, number: number): void {
    const text = line.trim();
    if (text === '' || text === HEADER) {
      this.log.expected(text === '' ? 'blank line' : 'header');
      return;
    }
    const io = readOrNote(this.log, number, () => this.read(text));
    if (io) this.host.run(io, this.latencyNs);
  }

  finish(): void {
    this.host.finish();
  }

  private read(text: string): BlockIo {
    const found = LINE.exec(text);
    if (!found) throw misfit(text, COLUMNS);
    const [, disk, opcode, , length, timestamp] = found as unknown as string[];
    const kind = opcode === 'R' ? 'read' : 'write';
    return {
      kind,
      bytes: ioBytes(BigInt(length), kind),
      timeNs: timeOf(this.time, BigInt(timestamp) * MICROSECOND_NS),
      disk,
    };
  }
}
