/** Traces and request logs opened with Polars, and traces that Polars wrote opened with tcesim. */
import { readFileSync } from 'node:fs';
import { tableFromIPC } from '@uwdata/flechette';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../sim/results/result-schema.ts';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { writeRows } from '../../traces/write.ts';
import { succeed, tcesim, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from '../results/run.ts';
import { CELLS, difference, ifPlatformHas, ROWS, writeRowsTo } from './readers.ts';
import { sourceOf } from './rows.ts';

const polars = (await ifPlatformHas('nodejs-polars', () => import('nodejs-polars')))?.default;

type Reader = 'readIPC' | 'readIPCStream' | 'readParquet';
type Polars = NonNullable<typeof polars>;
type Frame = ReturnType<Polars[Reader]>;

const path = workFolder();
/** The types of an Arrow trace's columns, as Polars calls them. */
const TYPES = {
  time_ns: 'UInt64',
  op: 'Categorical',
  phb: 'UInt8',
  rid: 'UInt16',
  pe: 'UInt16',
  length: 'UInt32',
  address: 'UInt64',
  value: 'UInt64',
};

/** The package; without it no test below is run. */
const pl = () => polars as Polars;

/** A file by its content: this package takes a path that does not end in `.ipc` for the content itself. */
function open(reader: Reader, name: string): Frame {
  return pl()[reader](readFileSync(path(name)));
}

function typesOf(frame: Frame): [string, string][] {
  return Object.entries<{ variant: string }>(frame.schema).map(([name, { variant }]) => [
    name,
    variant,
  ]);
}

async function infoOf(name: string) {
  return JSON.parse(await succeed('trace', 'info', path(name), '--format', 'json'));
}

describe.skipIf(!polars)('Polars opens', () => {
  beforeAll(async () => {
    await writeRowsTo(path('rows.arrow'));
    const source = sourceOf(ROWS);
    await writeRows(
      source,
      path('rows.stream'),
      (file) => new ArrowWriter(file, source.metadata, 'stream'),
    );
    const out = path('rows.parquet');
    await succeed('trace', 'export', path('rows.arrow'), '--format', 'parquet', '-o', out);
  });

  test.each<[string, Reader, string, string]>([
    ['an Arrow file', 'readIPC', 'rows.arrow', 'Categorical'],
    ['an Arrow stream', 'readIPCStream', 'rows.stream', 'Categorical'],
    ['a Parquet file', 'readParquet', 'rows.parquet', 'String'],
  ])('%s, with the types of the schema and every cell', (_, reader, name, op) => {
    const frame = open(reader, name);
    expect(typesOf(frame)).toEqual(Object.entries({ ...TYPES, op }));
    expect(difference(frame.toObject(), CELLS)).toBeUndefined();
  });

  test('an Arrow file by its path, and sums up what `trace info` tells', async () => {
    const grouped = pl()
      .scanIPC(path('rows.arrow'))
      .groupBy('op')
      .agg(pl().count('length').alias('rows'), pl().col('length').sum().alias('bytes'))
      .collectSync()
      .toRecords() as { op: string; rows: number; bytes: number }[];
    const info = await infoOf('rows.arrow');
    const rows = Object.fromEntries(grouped.map((group) => [group.op, group.rows]));
    const bytes = Object.fromEntries(grouped.map((group) => [group.op, group.bytes]));
    expect(rows).toEqual(info.operations);
    expect([bytes.read, bytes.write]).toEqual([info.readBytes, info.writtenBytes]);
  });
});

describe.skipIf(!polars)('a trace that Polars wrote', () => {
  const frame = () => open('readIPC', 'rows.arrow');

  beforeAll(() => writeRowsTo(path('rows.arrow')));

  test.each([
    'Categorical',
    'Utf8',
  ] as const)('as a stream with %s operations has the same digest', async (type) => {
    const op = polars?.col('op').cast(polars[type]);
    if (op) frame().withColumn(op).writeIPCStream(path('written.stream'));
    expect(typesOf(open('readIPCStream', 'written.stream'))[1]).toEqual([
      'op',
      type === 'Utf8' ? 'String' : type,
    ]);
    expect((await infoOf('written.stream')).digest).toBe((await infoOf('rows.arrow')).digest);
  });

  test('as a file with its newest text type is refused in one line that names the type', async () => {
    frame().writeIPC(path('written.arrow'));
    const { code, stderr } = await tcesim('trace', 'info', path('written.arrow'));
    expect([code, stderr]).toEqual([
      3,
      `tcesim: ${path('written.arrow')}: column op: expected dictionary of utf8, utf8 or uint8, ` +
        'got dictionary<uint32, utf8view>\n',
    ]);
  });
});

describe.skipIf(!polars)('a request log in Polars', () => {
  let result: Result;

  beforeAll(async () => {
    const trace = writeCsv(path('mixed.csv'), mixedTrace().rows);
    const args = ['--trace', trace, '--window', '64K:1G', '--map', 'touched'];
    const goesOn = ['--set', 'fault.freezesPe=false', '--requests', path('log.arrow')];
    result = await runJson(...args, ...goesOn);
  });

  test('has the columns and types of docs/counters.md', () => {
    const page = readFileSync(new URL('../../docs/counters.md', import.meta.url), 'utf8');
    const table = page.slice(page.indexOf('## A request, with --requests'));
    const documented = [...table.matchAll(/^\| (\w+) \| (uint\d+|word) \|/gm)].map(
      ([, name, type]) => [name, type === 'word' ? 'Categorical' : type.replace('uint', 'UInt')],
    );
    expect(documented).toHaveLength(38);
    expect(typesOf(open('readIPC', 'log.arrow'))).toEqual(documented);
  });

  test('has the cells that another reader finds', () => {
    const table = tableFromIPC(readFileSync(path('log.arrow')), { useBigInt: true });
    const names = table.schema.fields.map(({ name }) => name);
    const cells = names.map((name) => [name, Array.from(table.getChild(name))]);
    const frame = open('readIPC', 'log.arrow');
    expect(frame.height).toBe(result.requests);
    expect(difference(frame.toObject(), Object.fromEntries(cells))).toBeUndefined();
  });

  test('counts the outcomes and empty real addresses that the result tells', () => {
    const frame = open('readIPC', 'log.arrow');
    const groups = frame
      .groupBy('outcome')
      .agg(pl().count('request').alias('requests'))
      .toRecords();
    const counted = Object.fromEntries(
      groups.map(({ outcome, requests }) => [outcome, Number(requests)]),
    );
    const { hits, misses, merged, bypassed, lineHits, msi, faults, faultsByKind } = result;
    expect(counted).toMatchObject({ hit: hits, miss: misses, merged, msi });
    expect(counted['tvt-address']).toBe(faultsByKind['tvt-address']);
    const served = hits + misses + merged + bypassed + lineHits;
    expect(frame.getColumn('real_address').nullCount()).toBe(result.requests - served);
    expect(faults + msi).toBe(result.requests - served);
    expect(faults).toBeGreaterThan(0);
  });
});
