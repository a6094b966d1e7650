/**
 * fio's I/O logs (`write_iolog`; HOWTO "Trace file format", iolog.c). Version 3 has a time in front of each
 * line; fio writes microseconds since the job began (log_io_u, utime_since_now), other programs may not:
 * option `time-unit`. Version 2 has no times, so that the order of its lines is the only clock. Neither
 * tells when an I/O was complete: option `latency`. Version 1 (`rw, offset, length`) is refused, as fio
 * itself has done since 2008.
 */

import { InputError } from '../../models/input-error.ts';
import { BlockHost } from '../device/block-host.ts';
import {
  BLOCK_OPTIONS,
  LATENCY_OPTION,
  readBlockOptions,
  readLatency,
} from '../device/device-options.ts';
import type { CommandKind } from '../device/nvme.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BLOCK_PARAMETERS, ioBytes, readOrNote, timeOf } from './block-line.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';
import { readTimeUnit } from './time-unit.ts';

const HEADER = /^fio version (\d+) iolog$/;
const VERSION_1_LINE = /^[01], *\d+, *\d+$/;
/** What fio's actions are to a disk. */
const KINDS: ReadonlyMap<string, CommandKind> = new Map([
  ['read', 'read'],
  ['write', 'write'],
  ['trim', 'discard'],
  ['sync', 'flush'],
  ['datasync', 'flush'],
]);
const FILE_ACTIONS = ['add', 'open', 'close'];
const NUMBER = /^\d{1,19}$/;

export const fioFormat: LineFormat = {
  name: 'fio',
  description: "fio's iolog, version 2 or 3",
  options: [
    ...BLOCK_OPTIONS,
    LATENCY_OPTION,
    { name: 'time-unit', description: 'of version 3: s, ms, us or ns', preset: 'us' },
  ],
  clock: ([first = '']) => (versionOf(first) === 3 ? 'time' : 'order'),
  parameters: BLOCK_PARAMETERS,
  matches: ([first = '', ...others]) =>
    HEADER.test(first.trim()) || (isVersion1Line(first) && others.every(isVersion1Line)),
  parser: (rows, log, place, options) => new FioParser(rows, log, place, options),
};

class FioParser implements LineParser {
  private host: BlockHost | undefined;
  private version = 0;
  private readonly latencyNs: number;
  private readonly unitNs: bigint;
  private readonly time = new SourceTime();

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly place: string,
    private readonly options: Readonly<Record<string, string>>,
  ) {
    this.latencyNs = readLatency(options);
    this.unitNs = readTimeUnit(options);
  }

  accept(line: string, number: number): void {
    const text = line.trim();
    if (text === '') this.log.expected('blank line');
    else if (this.host) this.action(text, number, this.host);
    else this.begin(text, number);
  }

  finish(): void {
    this.host?.finish();
  }

  /** The first line; throws InputError for a version that cannot be read. */
  private begin(header: string, number: number): void {
    this.version = versionOf(header);
    if (this.version !== 2 && this.version !== 3) {
      throw new InputError(
        `${this.place}:${number}: expected 'fio version 2 iolog' or 3, got '${header}'; fio itself reads no older ones`,
      );
    }
    this.log.expected('header');
    const clock = this.version === 3 ? 'time' : 'order';
    this.host = new BlockHost(this.rows, this.log, readBlockOptions(this.options), clock);
  }

  private action(text: string, number: number, host: BlockHost): void {
    const words = text.split(/\s+/);
    const stamp = this.version === 3 ? words.shift() : '0';
    const [disk = '', action = '', , length] = words;
    if (words.length === 2 && FILE_ACTIONS.includes(action)) {
      this.log.expected(`file action ${action}`);
      return;
    }
    if (action === 'wait' && words.length === 4) {
      this.log.expected('wait');
      return;
    }
    const io = readOrNote(this.log, number, () => {
      const kind = KINDS.get(action);
      const hasForm = words.length === 4 && words.slice(2).every((word) => NUMBER.test(word));
      if (kind === undefined || !hasForm) {
        throw new InputError(`expected filename action offset length, got '${text.slice(0, 80)}'`);
      }
      return { disk, kind, bytes: ioBytes(BigInt(length), kind), timeNs: this.timeOf(stamp) };
    });
    if (io) host.run(io, this.latencyNs);
  }

  private timeOf(stamp = ''): number {
    if (!NUMBER.test(stamp)) throw new InputError(`timestamp: expected a number, got '${stamp}'`);
    return timeOf(this.time, BigInt(stamp) * this.unitNs);
  }
}

function versionOf(header: string): number {
  const found = HEADER.exec(header.trim());
  if (found) return Number(found[1]);
  return isVersion1Line(header) ? 1 : 0;
}

function isVersion1Line(line: string): boolean {
  return VERSION_1_LINE.test(line.trim());
}
