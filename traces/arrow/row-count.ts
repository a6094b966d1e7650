/**
 * How many rows an Arrow file has, which its record batches say in their headers: nothing else of it is read.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { InputError } from '../../models/input-error.ts';
import { FileParts } from '../file-bytes.ts';
import { InputFile } from '../input-file.ts';
import { looksLikeArrow } from './magic.ts';
import { ArrowMessages } from './messages.ts';
import { writtenControlRows } from './schema.ts';

const MAGIC_BYTES = 8;

/** The rows of a file. */
export interface RowCount {
  readonly rows: number;
  /** Rows that are no DMA, if the file states it. */
  readonly controlRows: number | undefined;
}

/** The rows of an Arrow file; undefined where they cannot be counted so: it is a pipe, compressed or damaged. */
export function countRows(path: string): RowCount | undefined {
  try {
    const descriptor = openSync(path, 'r');
    try {
      if (fstatSync(descriptor).isFile()) return rowsOf(path, descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Who reads the file from front to back tells what is wrong with it.
    if (!(error instanceof InputError) && (error as NodeJS.ErrnoException).code === undefined) {
      throw error;
    }
  }
  return undefined;
}

function rowsOf(path: string, descriptor: number): RowCount | undefined {
  const input = new InputFile(path, new FileParts(descriptor));
  if (!looksLikeArrow(input.peek(MAGIC_BYTES))) return undefined;
  const messages = new ArrowMessages(input);
  let rows = 0;
  for (let message = messages.next(); message; message = messages.next()) {
    if (message.isRecordBatch()) rows += (message.header() as { length: number }).length;
    messages.skipBody(message);
  }
  return { rows, controlRows: writtenControlRows(messages.footerFacts) };
}
