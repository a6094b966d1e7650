/**
 * Where the record batches of an Arrow file lie, so that its rows can be read from any of them on. Only the
 * headers are read, one behind the other: they tell how long a batch is, and how many rows it has.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { InputError } from '../../models/input-error.ts';
import { FileParts } from '../byte-source.ts';
import type { TraceBatch } from '../format.ts';
import { InputFile } from '../input-file.ts';
import type { Message, Schema } from './arrow.ts';
import { looksLikeArrow } from './magic.ts';
import { ArrowMessages } from './messages.ts';
import { openBatches } from './reader.ts';
import { COLUMNS, writtenControlRows } from './schema.ts';

const MAGIC_BYTES = 8;

/** A record batch: its first row, and the byte that it begins at. */
interface Block {
  readonly row: number;
  readonly offset: number;
}

/** The record batches of a file, as plain data. */
export interface ArrowBlocks {
  readonly path: string;
  readonly rows: number;
  /** Rows that are no DMA, if the file states it. */
  readonly controlRows: number | undefined;
  /** Bytes in front of the first batch: schema and dictionaries. */
  readonly headBytes: number;
  readonly blocks: readonly Block[];
}

/** Rows of a file from some row on. */
export interface OpenRows {
  /** Number of the first row of the first batch. */
  readonly row: number;
  readonly batches: Iterator<TraceBatch, void, void>;
  close(): void;
}

/**
 * The record batches of an Arrow file; undefined where its rows cannot be read from the middle on: it is a
 * pipe, compressed or damaged, has dictionaries between its batches, or names no PEs, which are numbered as
 * their devices appear then.
 */
export function findBlocks(path: string): ArrowBlocks | undefined {
  try {
    const descriptor = openSync(path, 'r');
    try {
      if (fstatSync(descriptor).isFile()) return blocksOf(path, descriptor);
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

/** The rows of a file from the batch on that holds a row. Throws InputError on a damaged file. */
export function openRows(file: ArrowBlocks, row: number): OpenRows {
  const { path, blocks, headBytes } = file;
  const block = blocks[blocks.findLastIndex((each) => each.row <= row)];
  const parts = new FileParts(openSync(path, 'r'), headBytes, block.offset);
  const { batches, input } = openBatches(InputFile.ofParts(path, parts));
  return { row: block.row, batches: batches.all(), close: () => input.close() };
}

function blocksOf(path: string, descriptor: number): ArrowBlocks | undefined {
  const input = InputFile.ofParts(path, new FileParts(descriptor));
  if (!looksLikeArrow(input.peek(MAGIC_BYTES))) return undefined;
  const messages = new ArrowMessages(input);
  const blocks: Block[] = [];
  let rows = 0;
  for (let at = messages.offset, message = messages.next(); message; message = messages.next()) {
    if (message.isSchema() && !namesPes(message)) return undefined;
    if (message.isDictionaryBatch() && blocks.length > 0) return undefined;
    if (message.isRecordBatch()) {
      blocks.push({ row: rows, offset: at });
      rows += (message.header() as { length: number }).length;
    }
    messages.skipBody(message);
    at = messages.offset;
  }
  if (blocks.length === 0) return undefined;
  const controlRows = writtenControlRows(messages.footerFacts);
  return { path, rows, controlRows, headBytes: blocks[0].offset, blocks };
}

function namesPes(message: Message): boolean {
  const { fields } = message.header() as Schema;
  return fields.some(({ name }) => name === COLUMNS.pe.name);
}
