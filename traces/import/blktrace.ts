/**
 * Binary traces of blktrace, version 7 (struct blk_io_trace, include/uapi/linux/blktrace_api.h): records of
 * 48 bytes, each followed by as many bytes of its own as it says, in the byte order of the machine that
 * wrote them. Issue and complete become DMA; other actions are counted. blktrace writes a file for each
 * processor: an I/O may be issued in one and complete in another, so merge them first
 * (`blkparse -i DEVICE -O -d merged.bin`).
 */
import { BlockHost } from '../device/block-host.ts';
import { BLOCK_OPTIONS, readBlockOptions } from '../device/device-options.ts';
import type { CommandKind } from '../device/nvme.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { BinaryRecords } from './binary-records.ts';
import { type BlockEvent, carryOut } from './block-events.ts';
import { BLOCK_PARAMETERS, ioBytes, readOrNote, timeOf } from './block-line.ts';
import type { BinaryFormat, BinaryParser, ImportLog } from './import.ts';

const RECORD_BYTES = 48;
const MAGIC = 0x65617400;
const VERSION = 7;
/** Actions, the lower half of the word without the cgroup's bit; by enum blktrace_act. */
const ACTION_MASK = 0xfeff;
const ISSUE = 7;
const COMPLETE = 8;
/** Categories, the upper half; by enum blktrace_cat. */
const WRITE = 1 << 17;
const PACKET = 1 << 25;
const NOTIFY = 1 << 26;
const DISCARD = 1 << 29;

export const blktraceFormat: BinaryFormat = {
  name: 'blktrace',
  description: 'binary trace of blktrace, version 7',
  options: BLOCK_OPTIONS,
  clock: () => 'time',
  parameters: BLOCK_PARAMETERS,
  matches: (head) => head.length >= 4 && isLittleEndian(viewOf(head), 0) !== undefined,
  parser: (rows, log, _place, options) => new BlktraceParser(rows, log, options),
};

class BlktraceParser implements BinaryParser {
  private readonly host: BlockHost;
  private readonly time = new SourceTime();
  private readonly records = new BinaryRecords((view, at) => this.take(view, at));
  private count = 0;
  private isBroken = false;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
  }

  accept(chunk: Uint8Array): void {
    if (!this.isBroken) this.records.accept(chunk);
  }

  finish(): void {
    if (!this.isBroken && this.records.isCut) {
      this.log.malformed(this.count + 1, 'the file ends within a record');
    }
    this.host.finish();
  }

  private take(view: DataView, at: number): number {
    if (view.byteLength - at < RECORD_BYTES) return 0;
    this.count += 1;
    const isLittle = isLittleEndian(view, at);
    if (isLittle === undefined) {
      // Without a record's length nobody knows where the next one begins.
      this.isBroken = true;
      const magic = view.getUint32(at, true).toString(16);
      this.log.malformed(
        this.count,
        `expected a record of version ${VERSION}, got 0x${magic}; the rest of the file is left out`,
      );
      return view.byteLength - at;
    }
    const event = readOrNote(this.log, this.count, () => this.read(view, at, isLittle));
    if (event) carryOut(this.host, event);
    return RECORD_BYTES + view.getUint16(at + 46, isLittle);
  }

  private read(view: DataView, at: number, isLittle: boolean): BlockEvent | undefined {
    const action = view.getUint32(at + 28, isLittle);
    const number = action & ACTION_MASK;
    // A notification of a process carries no time worth the name.
    if ((action & NOTIFY) !== 0) return this.passOver('notification');
    const timeNs = timeOf(this.time, view.getBigUint64(at + 8, isLittle));
    if (number !== ISSUE && number !== COMPLETE) return this.passOver(`action ${number}`);
    const isIssue = number === ISSUE;
    if ((action & PACKET) !== 0) return this.passOver(`packet command (${isIssue ? 'D' : 'C'})`);
    const kind = kindOf(action);
    return {
      isIssue,
      disk: view.getUint32(at + 36, isLittle).toString(),
      timeNs,
      kind,
      sector: view.getBigUint64(at + 16, isLittle).toString(),
      bytes: ioBytes(view.getUint32(at + 24, isLittle), kind),
    };
  }

  private passOver(reason: string): undefined {
    this.log.expected(reason);
  }
}

function kindOf(action: number): CommandKind {
  if ((action & DISCARD) !== 0) return 'discard';
  return (action & WRITE) !== 0 ? 'write' : 'read';
}

/** The byte order of a record; undefined where it is none of this version. */
function isLittleEndian(view: DataView, at: number): boolean | undefined {
  if (view.getUint32(at, true) === MAGIC + VERSION) return true;
  return view.getUint32(at, false) === MAGIC + VERSION ? false : undefined;
}

function viewOf(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.length);
}
