/**
 * The columns of a request log: a row for each request that a PHB settled, in the order of the trace. Times
 * are cycles of the unit's clock; the columns of the parts add up to `latency_cycles`, those of the reads to the part
 * `walk`.
 */
import type { ColumnSpec } from '../../traces/arrow/column-writer.ts';
import { OUTCOMES } from '../unit/books/outcome.ts';
import { PARTS, type PartName } from '../unit/books/parts.ts';
import { READS_MAX } from './noted-reads.ts';

/** Version of the columns, in the file's metadata as `tcesim.requests`. */
export const REQUEST_LOG_VERSION = '2';

const HALF = 2 ** 32;

/** Rows of a batch, in a part of the log and in the log. */
export const LOG_BATCH_ROWS = 8192;

/** A column, and what stands in it. */
export interface LogColumn extends ColumnSpec {
  readonly description: string;
}

/** Columns in the order of the file, by their names in memory; the parts' stand behind them. */
const COLUMNS = {
  request: { name: 'request', bits: 64, description: 'number of the request in its PHB, from 0' },
  phb: { name: 'phb', bits: 8, description: 'number of the PHB' },
  pe: { name: 'pe', bits: 16, description: 'PE# that the RTE gave' },
  rid: { name: 'rid', bits: 16, description: 'RID, bus << 8 | device << 3 | function' },
  op: { name: 'op', bits: 8, words: ['read', 'write'], description: 'direction' },
  address: { name: 'address', bits: 64, description: 'bus address' },
  length: { name: 'length', bits: 32, description: 'bytes' },
  outcome: {
    name: 'outcome',
    bits: 8,
    words: OUTCOMES,
    description: `what became of it: ${OUTCOMES.join(', ')}`,
  },
  realAddress: {
    name: 'real_address',
    bits: 64,
    isNullable: true,
    description: 'real address; null for an MSI and for what was refused or dropped',
  },
  arrive: { name: 'arrive_cycle', bits: 64, description: "arrival, since the trace's start" },
  latency: { name: 'latency_cycles', bits: 32, description: 'completion minus arrival' },
} as const satisfies Record<string, LogColumn>;

/** The column of a part. */
export function partColumn(part: PartName): string {
  return `${part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_cycles`;
}

const PART_COLUMNS: readonly LogColumn[] = PARTS.map((part) => ({
  name: partColumn(part),
  bits: 32,
  description: `its part ${part}`,
}));

/** What a request read of tables by itself, by names in memory; the reads' own columns stand behind them. */
const WALK_COLUMNS = {
  walkReads: {
    name: 'walk_reads',
    bits: 8,
    description: 'reads of tables of its own, from the highest level that was read down',
  },
  walkLevel: {
    name: 'walk_level',
    bits: 8,
    description: 'level of the first of them, 0: the leaf',
  },
  walkEntry: {
    name: 'walk_entry',
    bits: 64,
    description: 'real address of its entry; that of the next: the table in the TCE before',
  },
} as const satisfies Record<string, LogColumn>;

const numbered = (name: string, bits: 32 | 64, description: string): readonly LogColumn[] =>
  Array.from({ length: READS_MAX }, (_, read) => ({
    name: `${name}_${read + 1}`,
    bits,
    description: `${description} ${read + 1}`,
  }));

/** All columns in the order of the file. */
export const LOG_COLUMNS: readonly LogColumn[] = [
  ...Object.values(COLUMNS),
  ...PART_COLUMNS,
  ...Object.values(WALK_COLUMNS),
  ...numbered('walk_tce', 64, 'what it found in read'),
  ...numbered('walk_cycles', 32, 'cycles of the walk for read'),
];

/** The cells of some rows; 64-bit columns as pairs, lower half first. */
export interface LogCells {
  readonly request: Uint32Array;
  readonly phb: Uint8Array;
  readonly pe: Uint16Array;
  readonly rid: Uint16Array;
  readonly op: Uint8Array;
  readonly address: Uint32Array;
  readonly length: Uint32Array;
  readonly outcome: Uint8Array;
  readonly realAddress: Uint32Array;
  readonly arrive: Uint32Array;
  readonly latency: Uint32Array;
  /** Column by column. */
  readonly parts: readonly Uint32Array[];
  readonly walkReads: Uint8Array;
  readonly walkLevel: Uint8Array;
  readonly walkEntry: Uint32Array;
  /** Read by read. */
  readonly walkTces: readonly Uint32Array[];
  readonly walkCycles: readonly Uint32Array[];
  /** 1 where the row has a real address. */
  readonly hasReal: Uint8Array;
}

/** A whole number below 2^53 of a 64-bit column. */
export function pairAt(pairs: ArrayLike<number>, row: number): number {
  return pairs[2 * row] + pairs[2 * row + 1] * HALF;
}

/** Cells for so many rows. */
export function allocateCells(rows: number): LogCells {
  const pairs = () => new Uint32Array(2 * rows);
  return {
    request: pairs(),
    phb: new Uint8Array(rows),
    pe: new Uint16Array(rows),
    rid: new Uint16Array(rows),
    op: new Uint8Array(rows),
    address: pairs(),
    length: new Uint32Array(rows),
    outcome: new Uint8Array(rows),
    realAddress: pairs(),
    arrive: pairs(),
    latency: new Uint32Array(rows),
    parts: PARTS.map(() => new Uint32Array(rows)),
    walkReads: new Uint8Array(rows),
    walkLevel: new Uint8Array(rows),
    walkEntry: pairs(),
    walkTces: Array.from({ length: READS_MAX }, pairs),
    walkCycles: Array.from({ length: READS_MAX }, () => new Uint32Array(rows)),
    hasReal: new Uint8Array(rows),
  };
}

/** The arrays of all columns in the order of the file, then `hasReal`. */
export function arraysOf(cells: LogCells): (Uint8Array | Uint16Array | Uint32Array)[] {
  const { parts, walkTces, walkCycles, hasReal } = cells;
  const named = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
  const ofWalk = Object.keys(WALK_COLUMNS) as (keyof typeof WALK_COLUMNS)[];
  return [
    ...named.map((key) => cells[key]),
    ...parts,
    ...ofWalk.map((key) => cells[key]),
    ...walkTces,
    ...walkCycles,
    hasReal,
  ];
}
