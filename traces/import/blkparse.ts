/**
 * Text of blkparse in its default format (blktrace, blkparse_fmt.c):
 * `8,0    3        1     0.000000000   697  D   W 223490 + 8 [kjournald]`: device, processor, sequence, time,
 * process, action, RWBS, then sector and sectors of 512 bytes. D (issue) and C (complete) become DMA; other
 * actions are counted. With `-t` a time stands in parentheses behind the sectors. The summary that ends the
 * output begins with `CPU0 (`.
 */
import { InputError } from '../../models/input-error.ts';
import { BlockHost } from '../device/block-host.ts';
import { BLOCK_OPTIONS, readBlockOptions } from '../device/device-options.ts';
import type { CommandKind } from '../device/nvme.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { type BlockEvent, carryOut, SECTOR_BYTES } from './block-events.ts';
import { BLOCK_PARAMETERS, ioBytes, readOrNote, timeOf } from './block-line.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';

const LINE =
  /^\s*(\d+,\d+)\s+\d+\s+\d+\s+(\d{1,9})\.(\d{9})\s+\d+\s+([A-Za-z]{1,2})(?:\s+([A-Z]+))?(?:\s(.*))?$/;
/** Behind RWBS: sector, sectors, perhaps an elapsed time, process or error. */
const EXTENT = /^\s*(\d{1,20})(?: \+ (\d{1,10}))?(?: \(\s*\d+\))? \[.*\]$/;
/** What has no sectors. */
const NO_EXTENT = /^\s*(?:\(\s*\d+\) )?\[.*\]$/;
/** A packet command: bytes and the command's own bytes in hexadecimal. */
const PACKET = /^\s*\d+ \([0-9a-f ]+(?:\.\.)?\s*\) \[.*\]$/;
const SUMMARY = /^CPU\d+ \(/;

export const blkparseFormat: LineFormat = {
  name: 'blkparse',
  description: 'default text of blkparse',
  options: BLOCK_OPTIONS,
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: (lines) => lines.some((line) => LINE.test(line)),
  parser: (rows, log, _place, options) => new BlkparseParser(rows, log, options),
};

class BlkparseParser implements LineParser {
  private readonly host: BlockHost;
  private readonly time = new SourceTime();
  private isSummary = false;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
  }

  accept(line: string, number: number): void {
    this.isSummary ||= SUMMARY.test(line);
    if (this.isSummary || line.trim() === '') {
      this.log.expected(this.isSummary ? 'summary' : 'blank line');
      return;
    }
    const event = readOrNote(this.log, number, () => this.read(line));
    if (event) carryOut(this.host, event);
  }

  finish(): void {
    this.host.finish();
  }

  /** An issue or a completion; anything else is counted. Throws InputError for what is no line at all. */
  private read(line: string): BlockEvent | undefined {
    const found = LINE.exec(line);
    if (!found) throw new InputError('expected major,minor cpu sequence time pid action RWBS ..');
    const [, disk, seconds, nanoseconds, action, rwbs = '', rest = ''] =
      found as unknown as string[];
    const timeNs = timeOf(this.time, BigInt(seconds + nanoseconds));
    if (action !== 'D' && action !== 'C') {
      this.log.expected(`action ${action}`);
      return undefined;
    }
    if (PACKET.test(rest)) {
      this.log.expected(`packet command (${action})`);
      return undefined;
    }
    const extent = EXTENT.exec(rest);
    if (!extent && !NO_EXTENT.test(rest)) {
      throw new InputError(
        `action ${action}: expected sector + sectors [..], got '${rest.slice(0, 80)}'`,
      );
    }
    const [, sector = '0', sectors = '0'] = (extent ?? []) as string[];
    const kind = kindOf(rwbs);
    const bytes = ioBytes(Number(sectors) * SECTOR_BYTES, kind);
    return { isIssue: action === 'D', disk, timeNs, kind, sector, bytes };
  }
}

/** RWBS begins with F for a flush in front of the I/O; what is neither R, W nor D has no data. */
function kindOf(rwbs: string): CommandKind {
  if (rwbs.includes('D')) return 'discard';
  if (rwbs.includes('W')) return 'write';
  return rwbs.includes('R') ? 'read' : 'flush';
}
