/**
 * Block traces of MSR Cambridge (SNIA IOTTA): lines, as a rule without a header,
 * `Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`. Timestamp and ResponseTime count 100 ns, the
 * first since 1601 (Windows file time); Offset and Size are bytes. An I/O is complete when its response time
 * has passed.
 */
import { BLOCK_OPTIONS } from '../device/device-options.ts';
import type { SourceTime } from '../device/source-time.ts';
import { BLOCK_PARAMETERS, ioBytes, numberColumn, timeOf } from './block-line.ts';
import { BlockTable, BlockTableParser, type TimedIo } from './block-table.ts';
import type { LineFormat } from './import.ts';

const TABLE = new BlockTable(
  /^(\d{1,19}),([^,]+),(\d{1,9}),(read|write),(\d{1,19}),(\d{1,19}),(\d{1,15})$/i,
  [
    numberColumn('Timestamp', 19),
    { name: 'Hostname', form: /./, wanted: 'a name' },
    numberColumn('DiskNumber', 9),
    { name: 'Type', form: /^(?:read|write)$/i, wanted: 'Read or Write' },
    numberColumn('Offset', 19),
    numberColumn('Size', 19),
    numberColumn('ResponseTime', 15),
  ],
);
const TICK_NS = 100n;

export const msrFormat: LineFormat = {
  name: 'msr',
  description: `MSR Cambridge CSV: ${TABLE.header}`,
  options: BLOCK_OPTIONS,
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: ([first = '']) => TABLE.matches(first),
  parser: (rows, log, _place, options) => new BlockTableParser(TABLE, rows, log, options, ioOf),
};

function ioOf(cells: readonly string[], time: SourceTime): TimedIo {
  const [ticks, host, disk, type, , size, response] = cells;
  const kind = type.toLowerCase() === 'read' ? 'read' : 'write';
  return {
    kind,
    bytes: ioBytes(BigInt(size), kind),
    timeNs: timeOf(time, BigInt(ticks) * TICK_NS),
    disk: `${host}.${disk}`,
    latencyNs: Number(BigInt(response) * TICK_NS),
  };
}
