/**
 * The trace: rows of DMA requests and of the control operations between them, in the order in which
 * they happened. README.md of this folder publishes the columns; this file is their definition.
 */

/** Version of the column set, in the file's metadata as `tcesim.trace`. */
export const TRACE_VERSION = '1';

/** In the metadata of a request log (`run --requests`) its version: such a file is no trace. */
export const REQUEST_LOG_KEY = 'tcesim.requests';

/** Rows in one batch of a file, and the most that any reader hands on at a time. */
export const BATCH_ROWS = 65_536;

/** What a row does; the index is the code in memory, the name stands in the file. New ones go last. */
export const OPERATIONS = [
  'read',
  'write',
  'tve',
  'store',
  'kill',
  'create',
  'remove',
  'map',
  'unmap',
  'put',
  'indirect',
  'stuff',
  'freeze',
  'unfreeze',
  'fence',
  'reset',
  'peltv',
] as const;

/**
 * Name of what a row does; traces/README.md says what each operation means.
 * @useDeclaredType
 */
export type Operation = (typeof OPERATIONS)[number];

/** Operation codes by name: `Op.kill`. */
export const Op = Object.fromEntries(OPERATIONS.map((name, code) => [name, code])) as Readonly<
  Record<Operation, number>
>;

/** `value` of a DMA row whose source says that the PHB refused it. */
export const REFUSED = 0xffff_ffff_ffff_ffffn;

/** How the source kept time: by a clock (`time_ns` counts), or only by the order of the rows. */
export type TraceClock = 'time' | 'order';

/** Facts about a trace, in the schema's metadata; all text in the file. */
export interface TraceMetadata {
  readonly clock: TraceClock;
  /** Where the rows come from: `import:qemu-log`, `generate:ring`. */
  readonly source: string;
  /** The parameters that made it, seed included. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * A batch of rows as columns, whatever file or generator they come from. 64-bit columns are pairs of
 * 32-bit cells, low half first, as Arrow has them in memory: row i is at 2 * i and 2 * i + 1.
 * The arrays belong to the source and are valid until its next batch.
 */
export interface TraceBatch {
  readonly rows: number;
  readonly timeNs: Uint32Array;
  readonly op: Uint8Array;
  readonly phb: Uint8Array;
  readonly rid: Uint16Array;
  readonly pe: Uint16Array;
  readonly length: Uint32Array;
  readonly address: Uint32Array;
  readonly value: Uint32Array;
}

/** Lines of the source that gave no row. */
export interface SkippedLine {
  readonly line: number;
  readonly reason: string;
}

/** An open trace: its facts, its batches in order, and what could not be used of it. */
export interface TraceSource {
  readonly metadata: TraceMetadata;
  batches(): AsyncGenerator<TraceBatch, void, void>;
  /** Path of the Arrow file that it is, if that can be opened once more. */
  readonly arrowFile?: string | undefined;
  /** Where a row (from 0) was written, for messages; absent: nobody knows better than its number. */
  placeOf?(row: number): string;
  /** The digest of the rows as they were written; known once the last batch is out, if the file states it. */
  readonly digestWritten?: string | undefined;
  /** Complete once the last batch is out; empty for Arrow files. */
  readonly skipped: SkippedReport;
}

/** Skipped lines: how many for each reason, and the first few in full. */
export interface SkippedReport {
  readonly counts: Map<string, number>;
  readonly first: SkippedLine[];
}
