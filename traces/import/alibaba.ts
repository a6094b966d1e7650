/**
 * Block traces of Alibaba Cloud (github.com/alibaba/block-traces): lines, as a rule without a header,
 * `device_id,opcode,offset,length,timestamp`; opcode R or W, offset and length in bytes, timestamp in
 * microseconds since 1970. They do not tell when an I/O was complete: option `latency`. Tencent's block
 * traces, which are not read, differ in order and units: timestamp (seconds), offset and size (sectors of
 * 512 bytes), type (0 read, 1 write), volume.
 */
import { BLOCK_OPTIONS, LATENCY_OPTION, readLatency } from '../device/device-options.ts';
import type { SourceTime } from '../device/source-time.ts';
import { BLOCK_PARAMETERS, ioBytes, numberColumn, timeOf } from './block-line.ts';
import { BlockTable, BlockTableParser, type TimedIo } from './block-table.ts';
import type { LineFormat } from './import.ts';

const TABLE = new BlockTable(/^(\d{1,19}),([RW]),(\d{1,19}),(\d{1,19}),(\d{1,19})$/, [
  numberColumn('device_id', 19),
  { name: 'opcode', form: /^[RW]$/, wanted: 'R or W' },
  numberColumn('offset', 19),
  numberColumn('length', 19),
  numberColumn('timestamp', 19),
]);
const MICROSECOND_NS = 1000n;

export const alibabaFormat: LineFormat = {
  name: 'alibaba',
  description: `Alibaba block traces: ${TABLE.header}`,
  options: [...BLOCK_OPTIONS, LATENCY_OPTION],
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: ([first = '']) => TABLE.matches(first),
  parser(rows, log, _place, options) {
    const latencyNs = readLatency(options);
    return new BlockTableParser(TABLE, rows, log, options, (cells, time) =>
      ioOf(cells, time, latencyNs),
    );
  },
};

function ioOf(cells: readonly string[], time: SourceTime, latencyNs: number): TimedIo {
  const [disk, opcode, , length, timestamp] = cells;
  const kind = opcode === 'R' ? 'read' : 'write';
  return {
    kind,
    bytes: ioBytes(BigInt(length), kind),
    timeNs: timeOf(time, BigInt(timestamp) * MICROSECOND_NS),
    disk,
    latencyNs,
  };
}
