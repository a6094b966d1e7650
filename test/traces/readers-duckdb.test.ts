/** Exported traces opened with DuckDB: what an analyst's SQL finds is what was written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { sample, succeed, workFolder } from '../cli/command.ts';
import { CELLS, difference, ifPlatformHas, ROWS, writeRowsTo } from './readers.ts';

const duckdb = await ifPlatformHas('@duckdb/node-api', () => import('@duckdb/node-api'));

const path = workFolder();
/** The types of the columns, as DuckDB calls them. */
const TYPES = {
  time_ns: 'UBIGINT',
  op: 'VARCHAR',
  phb: 'UTINYINT',
  rid: 'USMALLINT',
  pe: 'USMALLINT',
  length: 'UINTEGER',
  address: 'UBIGINT',
  value: 'UBIGINT',
};
const CSV_OPTIONS = `comment = '#', types = ${JSON.stringify(TYPES).replaceAll('"', "'")}`;

interface Info {
  rows: number;
  operations: Record<string, number>;
  digest: string;
  readBytes: number;
  writtenBytes: number;
  pages: { pageBytes: number; pages: number }[];
}

/** The columns that a query answers; extensions from the network are not asked for. */
async function query(sql: string): Promise<Record<string, unknown[]>> {
  const settings = { autoinstall_known_extensions: 'false' };
  const instance = await duckdb?.DuckDBInstance.create(':memory:', settings);
  const connection = await instance?.connect();
  const answer = await connection?.runAndReadAll(sql);
  const columns = answer?.getColumnsObject() as Record<string, unknown[]>;
  connection?.closeSync();
  instance?.closeSync();
  return columns;
}

/** The one row that a query answers. */
async function only(sql: string): Promise<Record<string, unknown>> {
  const columns = await query(sql);
  return Object.fromEntries(Object.entries(columns).map(([name, [cell]]) => [name, cell]));
}

/** How many rows stand in one of two tables and not, or not as often, in the other. */
async function unlike(one: string, other: string): Promise<unknown> {
  const { rows } = await only(
    `SELECT (SELECT count(*) FROM (FROM ${one} EXCEPT ALL FROM ${other}))
       + (SELECT count(*) FROM (FROM ${other} EXCEPT ALL FROM ${one})) AS rows`,
  );
  return rows;
}

async function infoOf(file: string): Promise<Info> {
  return JSON.parse(await succeed('trace', 'info', file, '--format', 'json'));
}

describe.skipIf(!duckdb)('DuckDB opens', () => {
  const parquet = `'${path('rows.parquet')}'`;

  beforeAll(async () => {
    await writeRowsTo(path('rows.arrow'));
    for (const format of ['parquet', 'csv']) {
      const out = path(`rows.${format}`);
      await succeed('trace', 'export', path('rows.arrow'), '--format', format, '-o', out);
    }
  });

  describe('a Parquet file', () => {
    test('and describes the columns of the schema, 64-bit ones unsigned and times plain numbers', async () => {
      const { column_name: names, column_type: types } = await query(
        `DESCRIBE SELECT * FROM ${parquet}`,
      );
      const described = Object.fromEntries(names.map((name, at) => [name, types[at]]));
      expect(Object.entries(described)).toEqual(Object.entries(TYPES));
    });

    test('and reads every cell as it was written, above 2^63 too', async () => {
      expect(difference(await query(`FROM ${parquet}`), CELLS)).toBeUndefined();
    });

    test('and adds up what the rows add up to', async () => {
      const sum = (cells: bigint[]) => cells.reduce((total, cell) => total + cell, 0n);
      const sums = `SELECT count(*) AS rows, sum(time_ns) AS time, sum(length) AS length,
        sum(address) AS address, sum(value) AS value FROM ${parquet}`;
      expect(await only(sums)).toEqual({
        rows: 66_000n,
        time: sum(ROWS.map(({ timeNs }) => timeNs)),
        length: sum(ROWS.map(({ length }) => BigInt(length))),
        address: sum(ROWS.map(({ address }) => address)),
        value: sum(ROWS.map(({ value }) => value)),
      });
    });

    test('and finds rows by their upper half, which bounds of signed numbers would hide', async () => {
      const count = async (where: string) =>
        (await only(`SELECT count(*) AS rows FROM ${parquet} WHERE ${where}`)).rows;
      expect(await count('value >= 9223372036854775808')).toBe(66_000n);
      // Batches are row groups: the last 464 rows lie in the second one.
      expect(await count('value >= 9223372036854775808 + 65536')).toBe(464n);
      expect(await count('address = 18446744073709551615')).toBe(1n);
      expect(await count('address < 9223372036854775808')).toBe(0n);
    });

    test('and counts the operations and bytes that `trace info` tells', async () => {
      const info = await infoOf(path('rows.arrow'));
      const { op, rows } = await query(
        `SELECT op, count(*)::DOUBLE AS rows FROM ${parquet} GROUP BY op`,
      );
      expect(Object.fromEntries(op.map((name, at) => [name, rows[at]]))).toEqual(info.operations);
      const bytes = `SELECT sum(length) FILTER (op = 'read')::DOUBLE AS read,
        sum(length) FILTER (op = 'write')::DOUBLE AS written FROM ${parquet}`;
      expect(await only(bytes)).toEqual({ read: info.readBytes, written: info.writtenBytes });
    });

    test('and has the facts as key-value pairs, rows and digest among them', async () => {
      const { key, value } = await query(
        `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${parquet})`,
      );
      const facts = Object.fromEntries(key.map((name, at) => [name, value[at]]));
      const { digest } = await infoOf(path('rows.arrow'));
      expect(facts).toMatchObject({
        'tcesim.trace': '1',
        'tcesim.clock': 'time',
        'tcesim.rows': '66000',
        'tcesim.rows.read': `${ROWS.filter(({ op }) => op === 0).length}`,
        'tcesim.digest': digest,
      });
    });

    test('of a real capture, and counts the pages that `trace info` counts', async () => {
      const file = sample('p9-nvme-e1000e.arrow');
      const out = path('sample.parquet');
      await succeed('trace', 'export', file, '--format', 'parquet', '-o', out);
      const { pages } = await infoOf(file);
      expect(pages.length).toBeGreaterThan(0);
      for (const { pageBytes, pages: wanted } of pages) {
        const touched = `SELECT DISTINCT phb, pe, unnest(range((address // ${pageBytes})::BIGINT,
          ((address + length - 1) // ${pageBytes})::BIGINT + 1)) FROM '${out}' WHERE op IN ('read', 'write')`;
        const { count } = await only(`SELECT count(*)::DOUBLE AS count FROM (${touched})`);
        expect([pageBytes, count]).toEqual([pageBytes, wanted]);
      }
    });
  });

  describe('a CSV file', () => {
    test('with the types told, and reads the rows of the Parquet file', async () => {
      const csv = `read_csv('${path('rows.csv')}', ${CSV_OPTIONS})`;
      expect(difference(await query(`FROM ${csv}`), CELLS)).toBeUndefined();
      expect(await unlike(csv, parquet)).toBe(0n);
    });

    test('and takes what lies above 2^63 for text where no types are told', async () => {
      const { column_name: names, column_type: types } = await query(
        `DESCRIBE SELECT * FROM '${path('rows.csv')}'`,
      );
      expect(names).toEqual(Object.keys(TYPES));
      expect(types[names.indexOf('value')]).toBe('VARCHAR');
    });

    test.each(['export', 'cat'])('of a clock without times that `trace %s` wrote', async (verb) => {
      const file = sample('p9-nvme-e1000e.arrow');
      const rows = `'${path(`${verb}.parquet`)}'`;
      await succeed('trace', 'export', file, '--format', 'parquet', '-o', rows.slice(1, -1));
      const out = path(`${verb}.csv`);
      if (verb === 'cat') writeFileSync(out, await succeed('trace', 'cat', file));
      else await succeed('trace', 'export', file, '--format', 'csv', '-o', out);
      const csv = `read_csv('${out}', ${CSV_OPTIONS})`;
      expect(await only(`SELECT count(*) AS rows FROM ${csv}`)).toEqual({ rows: 59_336n });
      expect(await unlike(csv, rows)).toBe(0n);
    });
  });

  test('both as the SQL of traces/README.md does', async () => {
    const page = readFileSync(new URL('../../traces/README.md', import.meta.url), 'utf8');
    const [, text] = page.match(/^```sql\n([\s\S]*?)^```$/m) ?? [];
    const statements =
      text
        ?.replaceAll("'trace.", `'${path('rows.')}`)
        .trim()
        .split('\n') ?? [];
    expect(statements).toHaveLength(3);
    const [pages, facts, csv] = await Promise.all(statements.map(query));
    const touched = ROWS.filter(({ op }) => op < 2).map(({ phb, pe }) => `${phb} ${pe}`);
    expect(pages.pe).toHaveLength(new Set(touched).size);
    expect(Object.values(facts)[0]).toContain('tcesim.digest');
    const { length, address, value } = CELLS;
    const { length: lengths, address: addresses, value: values } = csv;
    const read = { length: lengths, address: addresses, value: values };
    expect(difference(read, { length, address, value })).toBeUndefined();
  });
});
