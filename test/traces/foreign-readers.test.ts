/** Written files opened with readers that are not ours: flechette (Arrow) and hyparquet (Parquet). */
import { readFileSync } from 'node:fs';
import { tableFromIPC } from '@uwdata/flechette';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { TraceDigest } from '../../traces/digest.ts';
import { exportTrace } from '../../traces/export/export.ts';
import { OPERATIONS } from '../../traces/format.ts';
import { OutputFile } from '../../traces/output-file.ts';
import type { TraceRow } from '../../traces/row-buffer.ts';
import { writeTrace } from '../../traces/write.ts';
import { type Row, rowsOf, sourceOf, temporaryPath } from './rows.ts';

const MOST = 0xffff_ffff_ffff_ffffn;
/** More than one batch; every operation; the largest value of every column. */
const ROWS: TraceRow[] = Array.from({ length: 66_000 }, (_, at) => ({
  op: at % OPERATIONS.length,
  timeNs: at === 65_999 ? MOST : BigInt(at) << 30n,
  phb: at & 0xff,
  rid: (at * 7) & 0xffff,
  pe: 0xffff - (at & 0xffff),
  length: 0xffff_ffff - at,
  address: MOST - BigInt(at) * 4099n,
  value: (1n << 63n) + BigInt(at),
}));
const source = () => sourceOf(ROWS, { source: 'test', parameters: { seed: 'x' } });
const COMMAND = 'tcesim trace generate test';

interface ForeignRow {
  time_ns: bigint;
  op: string;
  phb: number;
  rid: number;
  pe: number;
  length: number;
  address: bigint;
  value: bigint;
}

/** The first row that differs, as what was read and what was written; undefined: none does. */
async function difference(read: readonly Row[]): Promise<unknown> {
  const written = await rowsOf(source());
  if (read.length !== written.length) return [read.length, written.length];
  const keys = Object.keys(written[0]) as (keyof Row)[];
  const at = read.findIndex((row, index) => keys.some((key) => row[key] !== written[index][key]));
  return at < 0 ? undefined : [at, read[at], written[at]];
}

function asRow({ time_ns: timeNs, ...rest }: ForeignRow): Row {
  return { timeNs, ...rest };
}

/** The facts that only the end of a file knows. */
async function closing(): Promise<Record<string, string>> {
  const digest = new TraceDigest();
  for await (const batch of source().batches()) digest.add(batch);
  const rows = OPERATIONS.map((name, op) => {
    const count = ROWS.filter((row) => row.op === op).length;
    return [`tcesim.rows.${name}`, `${count}`];
  });
  return { 'tcesim.rows': '66000', 'tcesim.digest': digest.finish(), ...Object.fromEntries(rows) };
}

const FACTS = {
  'tcesim.trace': '1',
  'tcesim.clock': 'time',
  'tcesim.source': 'test',
  'tcesim.command': COMMAND,
  'tcesim.units': 'time_ns: ns; length: bytes; address, value: bytes',
  'tcesim.parameter.seed': 'x',
};

function readArrow(path: string): { rows: Row[]; facts: Record<string, string> } {
  const table = tableFromIPC(readFileSync(path), { useBigInt: true });
  return {
    rows: (table.toArray() as ForeignRow[]).map(asRow),
    facts: Object.fromEntries(table.schema.metadata ?? []),
  };
}

describe('an Arrow file', () => {
  test('holds the rows and, with counts and digest, the facts', async () => {
    const path = temporaryPath('file.arrow');
    await writeTrace(source(), path, { command: COMMAND });
    const { rows, facts } = readArrow(path);
    expect(await difference(rows)).toBeUndefined();
    expect(facts).toEqual({ ...FACTS, ...(await closing()) });
  });

  test('as a stream holds the rows and the facts that stand in front', async () => {
    const path = temporaryPath('stream.arrow');
    const file = new OutputFile(path);
    const writer = new ArrowWriter(file, source().metadata, 'stream', COMMAND);
    for await (const batch of source().batches()) writer.write(batch);
    writer.finish(new Map([['tcesim.digest', 'no room']]));
    file.finish();
    const { rows, facts } = readArrow(path);
    expect(await difference(rows)).toBeUndefined();
    expect(facts).toEqual(FACTS);
  });
});

describe('a Parquet file', () => {
  test('holds the rows, a row group a batch, and the facts', async () => {
    const path = temporaryPath('file.parquet');
    await exportTrace(source(), path, { format: 'parquet', command: COMMAND });
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const rows = (await parquetReadObjects({ file })) as ForeignRow[];
    expect(await difference(rows.map(asRow))).toBeUndefined();
    const { row_groups: groups, key_value_metadata: pairs = [] } = parquetMetadata(file);
    expect(groups.map(({ num_rows: count }) => Number(count))).toEqual([65_536, 464]);
    const facts = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    expect(facts).toEqual({ ...FACTS, ...(await closing()) });
  });

  test('has 64-bit columns of unsigned numbers, and their bounds', async () => {
    const path = temporaryPath('bounds.parquet');
    const rows = [
      { op: 0, address: 1n },
      { op: 0, address: MOST },
    ];
    await exportTrace(sourceOf(rows), path, { format: 'parquet', command: COMMAND });
    const bytes = readFileSync(path);
    const { schema, row_groups: groups } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    );
    expect(schema.find(({ name }) => name === 'address')).toMatchObject({
      type: 'INT64',
      converted_type: 'UINT_64',
      repetition_type: 'REQUIRED',
    });
    const address = groups[0].columns.find(
      ({ meta_data: data }) => data?.path_in_schema[0] === 'address',
    );
    const { min_value: least, max_value: most } = address?.meta_data?.statistics ?? {};
    expect([least, most]).toEqual([1n, MOST]);
  });

  test('without rows is a file with a schema', async () => {
    const path = temporaryPath('empty.parquet');
    await exportTrace(sourceOf([]), path, { format: 'parquet', command: COMMAND });
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    expect(await parquetReadObjects({ file })).toEqual([]);
    expect(parquetMetadata(file).schema).toHaveLength(9);
  });
});
