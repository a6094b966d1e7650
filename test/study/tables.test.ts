/** The points of a study as Parquet and Arrow: what DuckDB, Polars and Arrow's own readers find in them. */
import { readFileSync } from 'node:fs';
import { tableFromIPC } from '@uwdata/flechette';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StudyResults } from '../../sim/study/study-schema.ts';
import { succeed, workFolder } from '../cli/command.ts';
import { ifPlatformHas } from '../traces/readers.ts';

const duckdb = await ifPlatformHas('@duckdb/node-api', () => import('@duckdb/node-api'));
const polars = (await ifPlatformHas('nodejs-polars', () => import('nodejs-polars')))?.default;

const path = workFolder();

/** Windows that are made and that are refused, a point that fails, an axis of words and one of numbers. */
const PLAN = [
  ...['--phb', 'phb3,phb4', '--levels', '1..2', '--window', '64G', '--page', '4K,2M'],
  ...['--set', 'tceCache.ways=2,4', '--set', 'tceCache.replacement=lru,fifo', '--requests', '200'],
];

/** Types of some columns, as DuckDB calls them. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ name: 'VARCHAR', window: 'VARCHAR', page: 'VARCHAR', levels: 'BIGINT' },
  ...{ 'tceCache.ways': 'DOUBLE', 'tceCache.replacement': 'VARCHAR' },
  ...{ created: 'BOOLEAN', errno: 'VARCHAR', orderWanted: 'BIGINT', availableOrder: 'BIGINT' },
  ...{ tableBytes: 'DOUBLE', hits: 'BIGINT', hitRate: 'DOUBLE', p99: 'DOUBLE', failed: 'VARCHAR' },
};

let study: StudyResults;

/** The cells of a column, as the results have them. */
const WANTED: Readonly<Record<string, (point: StudyResults['points'][number]) => unknown>> = {
  name: ({ name }) => name,
  levels: ({ values }) => Number(values.levels),
  page: ({ values }) => values.page,
  'tceCache.ways': ({ values }) => Number(values['tceCache.ways']),
  created: ({ window }) => window?.created ?? null,
  errno: ({ window }) => window?.errno ?? null,
  orderWanted: ({ window }) => window?.orderWanted ?? null,
  tableBytes: ({ window }) => window?.tableBytes ?? null,
  hits: ({ replay }) => replay?.hits ?? null,
  hitRate: ({ replay }) => replay?.hitRate ?? null,
  p99: ({ replay }) => replay?.latency.p99 ?? null,
  failed: ({ failed }) => failed,
};

/** Checks the cells that a reader found, column by column; 64-bit ones may be BigInts. */
function expectCells(cellsOf: (column: string) => readonly unknown[]): void {
  for (const [column, wanted] of Object.entries(WANTED)) {
    const cells = cellsOf(column).map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell));
    expect([column, cells]).toEqual([column, study.points.map(wanted)]);
  }
}

async function query(sql: string): Promise<Record<string, unknown[]>> {
  const instance = await duckdb?.DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance?.connect();
  const answer = await connection?.runAndReadAll(sql);
  const columns = answer?.getColumnsObject() as Record<string, unknown[]>;
  connection?.closeSync();
  instance?.closeSync();
  return columns;
}

beforeAll(async () => {
  // One point in eight fails: PHB3 has no pages of 2M. The code says so.
  await expect(succeed('sweep', ...PLAN, '-o', path('study'))).rejects.toThrow('code 5');
  study = JSON.parse(readFileSync(path('study/results.json'), 'utf8'));
});

test('the study has every kind of cell: refused, failed, replayed', () => {
  expect(study.points).toHaveLength(32);
  const answers = study.points.map(({ window, failed }) =>
    failed !== null ? 'failed' : (window?.errno ?? 'created'),
  );
  expect(new Set(answers)).toEqual(new Set(['ENOMEM', 'created', 'failed']));
});

test.each([
  'points.parquet',
  'points.arrow',
])('%s has the same bytes the next time', async (name) => {
  await expect(succeed('sweep', ...PLAN, '--threads', '1', '-o', path('again'))).rejects.toThrow();
  const [one, other] = ['study', 'again'].map((each) => readFileSync(path(`${each}/${name}`)));
  expect(one.equals(other)).toBe(true);
});

test('an Arrow reader finds every cell, and whose points they are', () => {
  const table = tableFromIPC(readFileSync(path('study/points.arrow')));
  const [head] = readFileSync(path('study/points.csv'), 'utf8').split('\n');
  expect(table.schema.fields.map(({ name }) => name).join()).toBe(head);
  expectCells((column) => Array.from(table.getChild(column)));
  const { planDigest, plan } = study;
  const facts = table.schema.metadata;
  expect(facts?.get('tcesim.plan_digest')).toBe(planDigest);
  expect(JSON.parse(facts?.get('tcesim.plan') ?? '')).toEqual(plan);
});

describe.skipIf(!duckdb)('DuckDB', () => {
  const points = () => `'${path('study/points.parquet')}'`;

  test('finds typed columns and every cell, null where there is none', async () => {
    const { column_name: names, column_type: types } = await query(
      `DESCRIBE SELECT * FROM ${points()}`,
    );
    const found = Object.fromEntries(names.map((name, at) => [name, types[at]]));
    expect(found).toMatchObject(TYPES);
    const columns = await query(`FROM ${points()}`);
    expectCells((column) => columns[column]);
  });

  test('answers a question about the study without a cast', async () => {
    const { levels, reads, most } = await query(
      `SELECT levels, avg(readsPerMiss) AS reads, max(p99) AS most FROM ${points()}
        WHERE created AND page = '2M' GROUP BY levels ORDER BY levels`,
    );
    expect([levels, reads]).toEqual([
      [1n, 2n],
      [1, 2],
    ]);
    const p99 = study.points.flatMap(({ values, replay }) =>
      values.page === '2M' && values.levels === '2' ? (replay?.latency.p99 ?? []) : [],
    );
    expect(most[1]).toBe(Math.max(...p99));
  });

  test('runs the SQL of docs/compare.md, one row for each window and level count', async () => {
    const page = readFileSync(new URL('../../docs/compare.md', import.meta.url), 'utf8');
    const [, sql = ''] = page.match(/^```sql\n([\s\S]*?)^```$/m) ?? [];
    const { window, levels } = await query(sql.replace("'DIR/points.parquet'", points()));
    expect([window, levels]).toEqual([
      ['64G', '64G'],
      [1n, 2n],
    ]);
  });

  test('reads whose points they are', async () => {
    const { value } = await query(
      `SELECT decode(value) AS value FROM parquet_kv_metadata(${points()})
        WHERE decode(key) = 'tcesim.plan_digest'`,
    );
    expect(value).toEqual([study.planDigest]);
  });
});

describe.skipIf(!polars)('Polars', () => {
  test.each([
    ['readParquet', 'points.parquet'],
    ['readIPC', 'points.arrow'],
  ] as const)('%s finds typed columns and every cell of %s', (reader, name) => {
    const frame = (polars as NonNullable<typeof polars>)[reader](
      readFileSync(path(`study/${name}`)),
    );
    const cells = frame.toObject() as Record<string, ArrayLike<unknown>>;
    expectCells((column) => Array.from(cells[column]));
    const { levels, created, p99, page } = frame.schema as Record<string, { variant: string }>;
    expect([levels, created, p99, page].map(({ variant }) => variant)).toEqual([
      ...['Int64', 'Bool', 'Float64', 'String'],
    ]);
  });
});
