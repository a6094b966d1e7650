/** The published columns as an Arrow schema, and the trace's facts as its metadata. */
import { InputError } from '../../models/input-error.ts';
import { OPERATIONS, REQUEST_LOG_KEY, TRACE_VERSION, type TraceMetadata } from '../format.ts';
import type { Schema } from './arrow.ts';
import type { ColumnSpec } from './column-writer.ts';

/** Columns in the order of the file; the name in memory stands beside the name in the file. */
export const COLUMNS = {
  timeNs: { name: 'time_ns', bits: 64, required: true },
  op: { name: 'op', bits: 8, required: true },
  phb: { name: 'phb', bits: 8, required: false },
  rid: { name: 'rid', bits: 16, required: true },
  pe: { name: 'pe', bits: 16, required: false },
  length: { name: 'length', bits: 32, required: true },
  address: { name: 'address', bits: 64, required: true },
  value: { name: 'value', bits: 64, required: false },
} as const;

/** A column by its name in memory. */
export type ColumnKey = keyof typeof COLUMNS;

const KEY = {
  version: 'tcesim.trace',
  clock: 'tcesim.clock',
  source: 'tcesim.source',
  command: 'tcesim.command',
  units: 'tcesim.units',
  rows: 'tcesim.rows',
  digest: 'tcesim.digest',
} as const;
const UNITS = 'time_ns: ns; length: bytes; address, value: bytes';
const PARAMETER_PREFIX = 'tcesim.parameter.';

/** The columns of a trace as they are written. */
export function traceColumns(): ColumnSpec[] {
  return Object.values(COLUMNS).map(({ name, bits }) =>
    name === 'op' ? { name, bits, words: OPERATIONS } : { name, bits },
  );
}

/** The facts of a trace as they stand in its schema; `command` is the one that wrote the file. */
export function traceFacts(metadata: TraceMetadata, command?: string): Map<string, string> {
  const facts = new Map<string, string>([
    [KEY.version, TRACE_VERSION],
    [KEY.clock, metadata.clock],
    [KEY.source, metadata.source],
    [KEY.units, UNITS],
  ]);
  if (command !== undefined) facts.set(KEY.command, command);
  for (const [key, value] of Object.entries(metadata.parameters)) {
    facts.set(PARAMETER_PREFIX + key, value);
  }
  return facts;
}

/** What is known of the rows once all are written: counts, and the digest. */
export function closingFacts(
  rowsOf: Readonly<Record<string, number>>,
  digest: string,
): Map<string, string> {
  const total = Object.values(rowsOf).reduce((sum, rows) => sum + rows, 0);
  const facts = new Map([[KEY.rows as string, `${total}`]]);
  for (const [operation, rows] of Object.entries(rowsOf)) {
    facts.set(`${KEY.rows}.${operation}`, `${rows}`);
  }
  return facts.set(KEY.digest, digest);
}

/**
 * The facts in a schema. A file of foreign make has none: its times count. Throws InputError on a
 * request log, on another version and on an unknown clock.
 */
export function traceMetadata(schema: Schema, place: string): TraceMetadata {
  if (schema.metadata.has(REQUEST_LOG_KEY)) {
    throw new InputError(`${place}: this is a request log, not a trace`);
  }
  const version = schema.metadata.get(KEY.version) ?? TRACE_VERSION;
  if (version !== TRACE_VERSION) {
    throw new InputError(`${place}: ${KEY.version}: expected ${TRACE_VERSION}, got ${version}`);
  }
  const clock = schema.metadata.get(KEY.clock) ?? 'time';
  if (clock !== 'time' && clock !== 'order') {
    throw new InputError(`${place}: ${KEY.clock}: expected time or order, got '${clock}'`);
  }
  const parameters: Record<string, string> = {};
  for (const [key, value] of schema.metadata) {
    if (key.startsWith(PARAMETER_PREFIX)) parameters[key.slice(PARAMETER_PREFIX.length)] = value;
  }
  return { clock, source: schema.metadata.get(KEY.source) ?? 'arrow', parameters };
}

/** The digest of the rows among the facts of a file; undefined where it has none. */
export function writtenDigest(facts: ReadonlyMap<string, string>): string | undefined {
  return facts.get(KEY.digest);
}

/** How many rows are no DMA, as a file states it; undefined where it does not. */
export function writtenControlRows(facts: ReadonlyMap<string, string>): number | undefined {
  const rowsOf = (key: string) => Number(facts.get(key) ?? 0);
  const rows = rowsOf(KEY.rows) - rowsOf(`${KEY.rows}.read`) - rowsOf(`${KEY.rows}.write`);
  return facts.has(KEY.rows) && rows >= 0 ? rows : undefined;
}
