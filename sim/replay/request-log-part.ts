/**
 * What one PHB brings to a request log, in a file without a name: batches of LOG_BATCH_ROWS rows, the last
 * one shorter, each of them column by column as the cells lie in memory. The worker writes it, the main
 * thread reads it when the replay is over. Nobody has to remove it, however the process ends.
 */
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { unwritable, writeAll } from '../../traces/output-file.ts';
import { allocateCells, arraysOf, LOG_BATCH_ROWS, type LogCells } from './request-log-columns.ts';
import type { LogSink } from './request-log-recorder.ts';
import { BoundedShare, FixedShare, type RequestShare } from './request-share.ts';

const ROW_BYTES = bytesOf(allocateCells(1));

/** A part as it is handed to a worker. */
export interface LogPartTask {
  /** Threads of a process share their open files. */
  readonly descriptor: number;
  /** The log that it belongs to, for messages. */
  readonly place: string;
  readonly share: ShareTask;
}

/** A share of all requests that somebody chose, or at most so many requests of each PHB. */
export type LogShare = { readonly share: number } | { readonly most: number };

/** A share as it is handed to a worker; what becomes of a bounded one stands in a cell of shared memory. */
type ShareTask =
  | { readonly share: number }
  | { readonly most: number; readonly halvings: Int32Array };

/** The share of a part that is handed out. */
export function shareTask(wanted: LogShare): ShareTask {
  if ('share' in wanted) return wanted;
  return { ...wanted, halvings: new Int32Array(new SharedArrayBuffer(4)) };
}

/** The share of a part, as it is now. */
export function shareIn(task: ShareTask): RequestShare {
  return 'share' in task ? new FixedShare(task.share) : new BoundedShare(task.most, task.halvings);
}

/** Opens a part in the place of the log itself. Throws InputError where nothing can be written. */
export function openPart(place: string, phb: number): number {
  const path = `${place}.${process.pid}.phb${phb}.partial`;
  try {
    const descriptor = openSync(path, 'wx+');
    unlinkSync(path);
    return descriptor;
  } catch (error) {
    throw unwritable(place, error);
  }
}

/** Who puts a PHB's rows into its part. Throws InputError where they do not fit. */
export function sinkOf(part: LogPartTask): LogSink {
  return { share: shareIn(part.share), take: (cells, rows) => append(part, cells, rows) };
}

function append({ descriptor, place }: LogPartTask, cells: LogCells, rows: number): void {
  try {
    const room = cells.phb.length;
    for (const array of arraysOf(cells)) {
      const bytes = (array.byteLength / room) * rows;
      writeAll(descriptor, new Uint8Array(array.buffer, array.byteOffset, bytes));
    }
  } catch (error) {
    throw unwritable(place, error);
  }
}

/** The batches of a part, all in the same cells. */
export function* batchesOfPart(descriptor: number): Generator<{ rows: number; cells: LogCells }> {
  const cells = allocateCells(LOG_BATCH_ROWS);
  let rest = fstatSync(descriptor).size / ROW_BYTES;
  for (let position = 0; rest > 0; rest -= LOG_BATCH_ROWS) {
    const rows = Math.min(rest, LOG_BATCH_ROWS);
    for (const array of arraysOf(cells)) {
      const bytes = (array.byteLength / LOG_BATCH_ROWS) * rows;
      readAll(descriptor, new Uint8Array(array.buffer, array.byteOffset, bytes), position);
      position += bytes;
    }
    yield { rows, cells };
  }
}

/** Ends a part: its bytes are gone. */
export function closePart(descriptor: number): void {
  closeSync(descriptor);
}

function readAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(descriptor, bytes, at, bytes.length - at, position + at);
    if (count === 0) throw new Error('a part of the request log is cut');
    at += count;
  }
}

function bytesOf(cells: LogCells): number {
  return arraysOf(cells).reduce((sum, array) => sum + array.byteLength, 0);
}
