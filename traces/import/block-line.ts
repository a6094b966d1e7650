/** What the importers of block traces in text share: fields as numbers, bad lines noted. */
import { InputError } from '../../models/input-error.ts';
import { IO_BYTES_MAX } from '../device/block-host.ts';
import type { CommandKind } from '../device/nvme.ts';
import type { SourceTime } from '../device/source-time.ts';
import type { ImportLog } from './import.ts';

/** Every importer of blocks says so in the metadata, beside its options. */
export const BLOCK_PARAMETERS: Readonly<Record<string, string>> = {
  device: 'NVMe controllers, one queue pair each, made by the importer',
  buffers: 'begin on a page; the source does not tell where they lie',
  time: 'since the first record of the source',
};

/**
 * Bytes of an I/O; throws InputError for more than any I/O has. A discard may be of a whole disk: its range
 * is no data, and is cut.
 */
export function ioBytes(bytes: number | bigint, kind: CommandKind): number {
  if (bytes <= IO_BYTES_MAX) return Number(bytes);
  if (kind === 'discard') return IO_BYTES_MAX;
  throw new InputError(`length: expected at most ${IO_BYTES_MAX} bytes, got ${bytes}`);
}

/** Nanoseconds since the first record; throws InputError for times that lie years apart. */
export function timeOf(time: SourceTime, timeNs: bigint): number {
  const since = time.sinceFirst(timeNs);
  if (since !== undefined) return since;
  throw new InputError('time: expected within 104 days of the first record');
}

/** Reads a line or a record; a bad one (InputError) is noted under its number, and undefined answered. */
export function readOrNote<T>(log: ImportLog, number: number, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    log.malformed(number, error.message);
    return undefined;
  }
}
